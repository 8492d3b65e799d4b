/** `listeners`: where devices come in. */
import type { ListenerConfig, ListenerTlsConfig, Transport } from '../model.ts'
import { refused, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { shaped } from '../schema/section.ts'
import { selfOrNamed } from '../schema/self-or-named.ts'
import { checkListeners, type ListenersValues } from './listener-checks.ts'
import { bindAt, type PlainValues, plainListener, securedListener, type TlsValues } from './listener-keys.ts'

const webSocketPath = '/mqtt'

export const listeners: Kind<readonly ListenerConfig[]> = shaped<ListenersValues, readonly ListenerConfig[]>({
  keys: {
    tcp: works('tcp', selfOrNamed(plainListener(bindAt(1883, ''))), { or: [], says: 'MQTT over TCP. Without any `listeners`, one at `0.0.0.0:1883`.' }),
    ssl: works('ssl', selfOrNamed(securedListener(bindAt(8883, ''), '')), { or: [], says: 'MQTT over TLS.' }),
    ws: works('ws', selfOrNamed(plainListener(bindAt(8083, webSocketPath))), { or: [], says: 'MQTT over WebSocket.' }),
    wss: works('wss', selfOrNamed(securedListener(bindAt(8086, webSocketPath), ' Left out, those of the first `listeners.ssl` are used, as in NanoMQ.')), { or: [], says: 'MQTT over WebSocket with TLS.' })
  },
  others: [
    refused('quic', 'block', { says: 'MQTT over QUIC is not spoken: those devices could not connect', remedy: 'Remove the block' })
  ],
  rules: checkListeners
}, asListeners)

function asListeners (values: ListenersValues): readonly ListenerConfig[] {
  const shared = values.ssl[0] ?? null
  return [
    ...values.tcp.filter(isOn).map(each => listener('tcp', each, null)),
    ...values.ssl.filter(isOn).map(each => listener('tls', each, tlsOf(each, null))),
    ...values.ws.filter(isOn).map(each => listener('ws', each, null)),
    ...values.wss.filter(isOn).map(each => listener('wss', each, tlsOf(each, shared)))
  ]
}

function isOn (values: PlainValues): boolean {
  return values.enable
}

function listener (transport: Transport, { name, bind }: PlainValues, tls: ListenerTlsConfig | null): ListenerConfig {
  const path = transport === 'ws' || transport === 'wss' ? bind.path || webSocketPath : ''
  return { name, transport, host: bind.host, port: bind.port, path, tls }
}

function tlsOf (own: TlsValues, shared: TlsValues | null): ListenerTlsConfig {
  const { certfile, keyfile, keyPassword, cacertfile, verifyPeer, failIfNoPeerCert, onRotate } = own.certfile === null && shared !== null ? shared : own
  return {
    certfile: certfile ?? '',
    keyfile: keyfile ?? '',
    keyPassword,
    cacertfile: verifyPeer ? cacertfile : null,
    verifyPeer,
    failIfNoPeerCert,
    handshakeTimeoutMs: own.handshakeTimeoutMs,
    onRotate
  }
}
