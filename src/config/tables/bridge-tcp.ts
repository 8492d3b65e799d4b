/** `bridges.mqtt.NAME.tcp`: options of the socket, as far as Node can set them. */
import { isIP } from 'node:net'
import type { BridgeConfig } from '../model.ts'
import { inert, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, duration, line, text } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

const kernel = 'Node can not set it; the setting of the operating system holds.'
const liveness = 'a link that is dead or stuck is found by the MQTT keep-alive.'

export const bridgeTcp: Kind<BridgeConfig['tcp']> = section<BridgeConfig['tcp']>({
  keys: {
    nodelay: works('nodelay', bool(), { or: true, nanomq: 'false as soon as the block is there', says: 'Small packets are sent at once. false adds up to 40 ms.' }),
    keepalive: works('keepalive', bool(), { or: false, says: 'Probes of TCP itself on an idle connection.' }),
    keepidleMs: works('keepidle', duration({ min: 1000, max: 86_400_000 }, { bare: 'ms', nanomq: 'seconds' }), { or: 60_000, nanomq: 'that of the operating system', says: 'Idle time before the first probe, with `keepalive = true`.' }),
    localAddress: works('bind_interface', text(line.refine(value => isIP(value) !== 0, {
      error: 'must be an IP address of this machine: Node can not bind to an interface by its name, and another way out than the one asked for is not taken',
      params: { hint: 'Write the address that the interface has, or set a route in the operating system' }
    })), { or: null, nanomq: 'the name of an interface', says: 'Local IP address from which to connect. The name of an interface, as NanoMQ has it, is refused.' })
  },
  others: [
    inert('enable', 'true or false', 'the block holds by being there.'),
    inert('quickack', 'true or false', kernel),
    inert('keepintvl', 'duration', kernel),
    inert('keepcnt', 'duration', kernel),
    inert('sendtimeo', 'duration', liveness),
    inert('recvtimeo', 'duration', liveness)
  ]
})
