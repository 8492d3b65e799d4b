/**
 * The configuration as every other layer sees it: complete, checked, deep-frozen. NanoMQ's words for keys, with units in
 * the names of what has one. Where a key comes from and what it does not do is in schema/; docs/reference/config.md is made from that.
 */
import type { LogLevel } from '../logger.ts'
import type { ListenerTrustFiles } from '../trust/listener-context.ts'
import type { ControlConfig, HttpServerConfig } from './model/admin.ts'
import type { AuthConfig } from './model/auth.ts'
import type { BridgeConfig, SidecarConfig } from './model/bridge.ts'
import type { AlertsConfig, WebhookConfig } from './model/notices.ts'
import type { SpoolConfig } from './model/spool.ts'

export type * from './model/admin.ts'
export type * from './model/auth.ts'
export type * from './model/bridge.ts'
export type * from './model/http-client.ts'
export type * from './model/notices.ts'
export type * from './model/spool.ts'

export interface Config {
  /** The file it was read from; empty for embedded defaults. */
  readonly file: string
  readonly listeners: readonly ListenerConfig[]
  readonly mqtt: MqttConfig
  readonly limits: LimitsConfig
  readonly auth: AuthConfig
  /** Where retained messages and persistent sessions are kept; null: memory only. */
  readonly persistence: PersistenceConfig | null
  /** Where bridges keep what waits for their remotes; null: in memory. */
  readonly spool: SpoolConfig | null
  /** In the order of the file. */
  readonly bridges: readonly BridgeConfig[]
  /** The broker that is already there; null: there are listeners. */
  readonly sidecar: SidecarConfig | null
  readonly log: LogConfig
  /** The HTTP interface; null: no port is opened. */
  readonly httpServer: HttpServerConfig | null
  readonly control: ControlConfig
  readonly trust: TrustConfig
  /** Who is told of devices and messages; null: nobody. */
  readonly webhook: WebhookConfig | null
  readonly alerts: AlertsConfig
  readonly process: ProcessConfig
}

/** How the program watches over itself. */
export interface ProcessConfig {
  /** An event loop that stands still for so long ends the process; null: nobody looks. */
  readonly watchdogMs: number | null
}

export interface TrustConfig {
  /** Before the end of a certificate in use; empty: it is not told of. */
  readonly expiryWarnMs: readonly number[]
}

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss'

export interface ListenerConfig {
  /** `tcp`, or `tcp.name` as in the file. */
  readonly name: string
  readonly transport: Transport
  /** IPv6 without brackets. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Path of a WebSocket listener, such as `/mqtt`; empty otherwise. */
  readonly path: string
  /** For tls and wss; null otherwise. */
  readonly tls: ListenerTlsConfig | null
}

export interface ListenerTlsConfig extends ListenerTrustFiles {
  readonly handshakeTimeoutMs: number
  /** What becomes of connected devices whose certificate a new `cacertfile` does not accept. */
  readonly onRotate: OnRotate
}

export type OnRotate = 'keep' | 'recheck'

export interface MqttConfig {
  /** Largest packet a device may send, in bytes with its header. */
  readonly maxPacketSize: number
  /** Messages queued for one offline session. */
  readonly maxMqueueLen: number
  /** A silent device is cut off after its keep-alive times this. */
  readonly keepaliveMultiplier: number
  /** Deliveries to one device that wait for its acknowledgement. */
  readonly maxInflightWindow: number
  /** MQTT versions that devices may speak. */
  readonly versions: readonly MqttVersion[]
  /** Topic aliases that a device of MQTT 5 may set. */
  readonly maxTopicAlias: number
  /** `host:port` of another server, or several with spaces between: what devices of MQTT 5 are told when this one stops; null: nothing. */
  readonly serverReference: string | null
  /** It is for good. */
  readonly serverMoved: boolean
  /** What a device of MQTT 5 gets that asks for Response Information, `%c` for its client id; null: nothing. */
  readonly responseInformation: string | null
}

export type MqttVersion = '3.1' | '3.1.1' | '5.0'

/** What a peer can make grow, each with its end. Ours, beside NanoMQ's keys. */
export interface LimitsConfig {
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  /** CONNECTs accepted per second over all listeners. */
  readonly maxConnectRate: number
  readonly maxConcurrentHandshakes: number
  /** CONNECT must arrive within this time after the connection. */
  readonly connectTimeoutMs: number
  /** Bytes of packets that are not complete yet, over all connections. */
  readonly partialFrameBytes: number
  readonly maxSubscriptionsPerClient: number
  readonly maxTopicLevels: number
  readonly maxWillSize: number
  /** Bytes queued for one offline session. */
  readonly maxQueuedBytesPerSession: number
  readonly maxSessions: number
  /** An offline session is forgotten after this; 0: never. */
  readonly sessionExpiryMs: number
  readonly maxRetainedMessages: number
  readonly maxRetainedBytes: number
  /** QoS 2 handshakes a device may have open. */
  readonly maxInboundQos2: number
  /** Acknowledgements owed to one device before its socket is not read any more. */
  readonly maxOwedAcknowledgements: number
  /** Bytes waiting in the socket of a subscriber that does not read; beyond it QoS 0 is dropped. */
  readonly maxSubscriberBacklogBytes: number
  /** Longest keep-alive a device may ask for, in seconds; a longer one, or none, is treated as this. 0: no limit. */
  readonly maxKeepaliveSeconds: number
  /** How long a message of QoS 0 waits for room in a bridge that is up and busy; then it goes without that bridge, counted. */
  readonly qos0WaitMs: number
}

export interface PersistenceConfig {
  readonly dir: string
}

export interface LogConfig {
  readonly level: LogLevel
  /** Of parts that have one of their own. */
  readonly levels: Readonly<Record<string, LogLevel>>
  readonly to: readonly ('console' | 'file' | 'syslog')[]
  /** Path of the log file; null unless `to` has file. */
  readonly file: string | null
  /** A file that would grow larger is renamed; so many are kept beside it. */
  readonly rotation: { readonly maxBytes: number, readonly count: number }
  /** null: the log of this machine. */
  readonly syslogServer: { readonly protocol: 'udp' | 'tcp', readonly host: string, readonly port: number } | null
}
