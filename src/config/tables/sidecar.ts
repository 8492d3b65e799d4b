/** `sidecar`: the broker that is already there, which Causeway is a client of in place of having listeners. */
import type { BridgeConfig, BridgeTcpConfig, RemoteAddress, SidecarConfig } from '../model.ts'
import { block, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { remoteAddress } from '../schema/remote-address.ts'
import { bool, duration, mqttString, oneOf, seconds, size, text, whole, withUnit } from '../schema/scalars.ts'
import { type Given, type Keys, shaped } from '../schema/section.ts'
import { bridgeSsl, checkBridgeSsl, type SslValues } from './bridge-ssl.ts'
import { bridgeTcp } from './bridge-tcp.ts'

interface SidecarValues {
  readonly server: RemoteAddress
  readonly protoVer: 4 | 5
  readonly clientid: string
  readonly username: string | null
  readonly password: string | null
  readonly keepaliveSeconds: number
  readonly connectTimeoutMs: number
  readonly backoffMaxMs: number
  readonly ackTimeoutMs: number
  readonly maxSendQueueLen: number
  readonly maxSendQueueBytes: number
  readonly watchLimits: boolean
  readonly ssl: SslValues | null
  readonly tcp: BridgeTcpConfig
}

const mebibyte = 1024 ** 2
/** Also of the link, wherever bridges are shown. */
export const SIDECAR = 'sidecar'

const keys: Keys<SidecarValues> = {
  server: required('server', remoteAddress(), { ours: true, says: 'The broker beside which Causeway runs: `mqtt-tcp://127.0.0.1:1883`, or `tls+mqtt-tcp://HOST:PORT`.' }),
  protoVer: works('proto_ver', oneOf([4, 5]), { or: 5, ours: true, says: 'MQTT version: 5 is 5.0, with which the broker keeps our own messages from coming back; 4 is 3.1.1, where only brokers that know the bridge bit do (mosquitto does, NanoMQ does not).' }),
  clientid: works('clientid', text(() => mqttString().refine(value => value !== '', { message: 'must not be empty' })), { or: 'causeway-sidecar', ours: true, says: 'Client id at the local broker, which keeps a session under it. Two sidecars of one broker need two.' }),
  username: works('username', text(mqttString), { or: null, ours: true, says: 'User name at the local broker.' }),
  password: works('password', text(mqttString), { or: null, ours: true, secret: true, says: 'Password at the local broker.' }),
  keepaliveSeconds: works('keepalive', seconds({ min: 1, max: 65_535 }), { or: 60, ours: true, says: 'The local broker is pinged after this time without traffic.' }),
  connectTimeoutMs: works('connect_timeout', duration({ min: 100, max: 600_000 }, withUnit), { or: 10_000, ours: true, says: 'Connecting, and the answer to CONNECT, must each be done within this time.' }),
  backoffMaxMs: works('backoff_max', duration({ min: 10, max: 3_600_000 }, withUnit), { or: 5000, ours: true, says: 'Longest wait before the next attempt to connect to the local broker.' }),
  ackTimeoutMs: works('cancel_timeout', duration({ min: 1000, max: 3_600_000 }, withUnit), { or: 60_000, ours: true, says: 'A local broker that acknowledges nothing for so long is stuck: the connection is ended and made anew.' }),
  maxSendQueueLen: works('max_send_queue_len', whole({ min: 1, max: 10_000_000, unit: 'messages' }), { or: 10_000, ours: true, says: 'Messages of QoS 1 and 2 that may wait for the local broker. Beyond it the remotes are not acknowledged, and keep theirs.' }),
  maxSendQueueBytes: works('max_send_queue_bytes', size({ min: 1024, max: 64 * 1024 * mebibyte }), { or: 64 * mebibyte, ours: true, says: 'As `max_send_queue_len`, in bytes.' }),
  watchLimits: works('watch_limits', bool(), { or: true, ours: true, says: 'Reads `$SYS/broker/version` and `$SYS/broker/publish/messages/dropped` of the local broker, and warns when it drops messages.' }),
  ssl: works('ssl', bridgeSsl, { or: null, ours: true, says: 'TLS of the connection to the local broker.' }),
  tcp: block('tcp', bridgeTcp, { ours: true, says: 'Options of the socket.' })
}

export const sidecar: Kind<SidecarConfig> = shaped<SidecarValues, SidecarConfig>({ keys, rules: checkSidecar }, ({ ssl, watchLimits, ...values }) => {
  const { enable, verifyPeer, cacertfile = null, ...more } = ssl ?? {}
  return {
    watchLimits,
    link: {
      ...values,
      name: SIDECAR,
      enable: true,
      links: 1,
      tls: values.server.secure && cacertfile !== null ? { ...more as Omit<SslValues, 'enable' | 'verifyPeer' | 'cacertfile'>, cacertfile } : null,
      cleanStart: false,
      hybridServers: [],
      noLocalV4: true,
      required: true,
      // a remote is acknowledged when the local broker has acknowledged
      durability: 'remote',
      spool: null,
      rateLimit: { up: null, down: null },
      maxInflight: null,
      maxInflightQos2: null,
      retryQos0: false,
      spoolQos0: false,
      forwardBridged: true,
      maxHops: null,
      transparent: false,
      topicAlias: 0,
      setAsideAfter: 3,
      deadLetterTopic: null,
      will: null,
      notifications: null,
      connProperties: null,
      subProperties: null,
      forwards: [],
      subscription: []
    }
  }
})

function checkSidecar (given: Given<SidecarValues>, reading: Reading): void {
  checkBridgeSsl(given.server, given.ssl, reading)
  if (given.protoVer === 4 && given.password !== undefined && given.username === undefined) {
    // [MQTT-3.1.2-22]
    reading.named('password').refuse('is given without username, which MQTT 3.1.1 does not allow', 'Add username, or proto_ver = 5')
  }
  if (given.server?.secure === false && given.password !== undefined && !isLoopback(given.server.host ?? '')) {
    reading.named('password').warn('goes to the local broker unencrypted, over a network', 'Use tls+mqtt-tcp://')
  }
}

function isLoopback (host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** What the rest of the file must not say beside it. */
export function checkSidecarAlone (given: { readonly sidecar: unknown, readonly bridges: readonly Given<Pick<BridgeConfig, 'name' | 'transparent'> | undefined>[] }, reading: Reading): void {
  if (given.sidecar == null) return
  for (const key of ['listeners', 'auth']) {
    const other = reading.named(key)
    if (other.given && other.path === key) other.warn('has no effect beside sidecar: devices connect to the local broker', 'Remove the block here; the local broker says who may come in')
  }
  given.bridges.forEach((each, i) => {
    if (each?.transparent === true) reading.find(['bridges', 'mqtt', i]).named('transparent').refuse('is true beside sidecar: devices subscribe at the local broker, which does not tell what to', 'List the topics in subscription, and set transparent = false')
  })
  const at = given.bridges.findIndex(each => each?.name === SIDECAR)
  if (at >= 0) reading.find(['bridges', 'mqtt', at]).refuse(`is called ${SIDECAR}, as the link to the local broker is in all that is shown`, 'Give the bridge another name')
}
