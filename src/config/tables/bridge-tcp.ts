/** `bridges.mqtt.NAME.tcp`: options of the socket, as far as Node can set them. */
import { isIP } from 'node:net'
import type { BridgeTcpConfig } from '../model.ts'
import { inert, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, duration, line, text } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

const kernel = 'Node can not set it; the setting of the operating system holds.'
const liveness = 'a link that is dead or stuck is found by keepalive and cancel_timeout.'

export const bridgeTcp: Kind<BridgeTcpConfig> = section<BridgeTcpConfig>({
  keys: {
    nodelay: works('nodelay', bool(), { or: true, nanomq: 'false as soon as the block is there', says: 'Small packets are sent at once. false adds up to 40 ms.' }),
    keepalive: works('keepalive', bool(), { or: false, says: 'Probes of TCP itself on an idle connection.' }),
    keepidleMs: works('keepidle', duration({ min: 1000, max: 86_400_000 }, { bare: 'ms', nanomq: 'seconds' }), { or: 60_000, nanomq: 'that of the operating system', says: 'Idle time before the first probe, with `keepalive = true`.' }),
    bindInterface: works('bind_interface', text(line), { or: null, says: 'Interface to connect from, by its name or its IP address. Node can not bind to an interface as such: its address is taken, looked up at each dial.' })
  },
  others: [
    inert('enable', 'true or false', 'the block holds by being there.'),
    inert('quickack', 'true or false', kernel),
    inert('keepintvl', 'duration', kernel),
    inert('keepcnt', 'duration', kernel),
    inert('sendtimeo', 'duration', liveness),
    inert('recvtimeo', 'duration', liveness)
  ],
  rules ({ bindInterface }, reading) {
    if (bindInterface === undefined || bindInterface === null || isIP(bindInterface) !== 0) return
    reading.named('bind_interface').warn('is the name of an interface: the connection comes from its address, and which way it goes out the routes of the operating system decide',
      'Where there are several ways, add a rule for that source address: ip rule add from ADDRESS')
  }
})
