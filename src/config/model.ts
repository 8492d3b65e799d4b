/**
 * The configuration as every other layer sees it: complete, checked, deep-frozen. NanoMQ's words for keys, with units in
 * the names of what has one. Where a key comes from and what it does not do is in schema/; docs/reference/config.md is made from that.
 */
import type { LogLevel } from '../logger.ts'
import type { Demands } from '../trust/peer/demands.ts'
import type { RotationStrategy } from '../trust/rotation-state.ts'
import type { ControlConfig, HttpServerConfig } from './model/admin.ts'
import type { AuthConfig } from './model/auth.ts'
import type { AlertsConfig, WebhookConfig } from './model/notices.ts'

export type * from './model/admin.ts'
export type * from './model/auth.ts'
export type * from './model/http-client.ts'
export type * from './model/notices.ts'

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

export interface ListenerTlsConfig {
  readonly certfile: string
  readonly keyfile: string
  readonly keyPassword: string | null
  /** Client certificates are verified against it; null: none are asked for. */
  readonly cacertfile: string | null
  readonly verifyPeer: boolean
  readonly failIfNoPeerCert: boolean
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

/** The queue on disk; limits are those of one bridge. */
export interface SpoolConfig {
  /** Of all bridges; in {@link BridgeConfig.spool} the bridge's own below it. */
  readonly dir: string
  /** `always`: synced before a device is acknowledged. `interval`: written before, synced every second. `never`: written before. */
  readonly fsync: 'always' | 'interval' | 'never'
  /** A message waits so long for the remote before it is written at all. */
  readonly spoolAfterMs: number
  readonly maxBytes: number
  readonly maxMessages: number
  /** Older messages are given up; 0: never. */
  readonly maxAgeMs: number
  /** The file system keeps so much free. */
  readonly minFreeBytes: number
  readonly onFull: 'backpressure' | 'drop_oldest' | 'drop_newest'
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
  readonly syslogServer: { readonly host: string, readonly port: number } | null
}

export type Durability = 'memory' | 'spool' | 'remote'

export interface BridgeConfig {
  readonly name: string
  readonly enable: boolean
  readonly server: RemoteAddress
  /** Where to go while `server` can not be connected to, in this order; empty without `hybrid_bridging`. */
  readonly hybridServers: readonly RemoteAddress[]
  readonly protoVer: 4 | 5
  /** null: made once and kept. */
  readonly clientid: string | null
  readonly keepaliveSeconds: number
  readonly cleanStart: boolean
  readonly username: string | null
  readonly password: string | null
  /** 3.1.1 only: says "I am a bridge" (bit 0x80), so that the remote does not echo. */
  readonly noLocalV4: boolean
  readonly backoffMaxMs: number
  /** Messages of QoS 1 and 2 that wait while the link is down or full. */
  readonly maxSendQueueLen: number
  readonly maxSendQueueBytes: number
  /** Messages that may wait for the remote's acknowledgement at most, of QoS 1 and of QoS 2; null: as many as is good for its version. */
  readonly maxInflight: number | null
  readonly maxInflightQos2: number | null
  /** Acknowledgements may be held back for this bridge; false makes it best effort. */
  readonly required: boolean
  /** A device is acknowledged when its message is in the bounded queue (`memory`), on disk or with the remote (`spool`), or with the remote (`remote`). */
  readonly durability: Durability
  /** For `durability = spool`, with a directory of its own; null otherwise. */
  readonly spool: SpoolConfig | null
  /** For `tls+mqtt-tcp://`; null for plain TCP. */
  readonly tls: BridgeTlsConfig | null
  readonly tcp: BridgeTcpConfig
  readonly rateLimit: RateLimitConfig
  readonly connectTimeoutMs: number
  /** The link is ended when the remote acknowledges nothing of what is under way for so long. */
  readonly ackTimeoutMs: number
  /** QoS 0 waits in a small buffer while the link is down. */
  readonly retryQos0: boolean
  /** QoS 0 is kept on disk too, and goes to the remote with QoS 1. Needs `durability = spool`. */
  readonly spoolQos0: boolean
  /** Takes also what came by other bridges. */
  readonly forwardBridged: boolean
  /** MQTT 5: messages carry where they came through, and none is taken that came through so many nodes; null: not counted. */
  readonly maxHops: number | null
  readonly will: WillConfig | null
  /** null: the remote is not told whether the bridge is there. */
  readonly notifications: NotificationsConfig | null
  /** MQTT 5 only; null: none is set. */
  readonly connProperties: ConnProperties | null
  readonly subProperties: SubProperties | null
  readonly forwards: readonly TopicRule[]
  readonly subscription: readonly SubscriptionRule[]
}

export interface SidecarConfig {
  /** The link to the local broker, as that of a bridge; what it carries comes from the bridges. */
  readonly link: BridgeConfig & { readonly clientid: string }
  /** Reads what the local broker says of its limits. */
  readonly watchLimits: boolean
}

export interface RemoteAddress {
  readonly secure: boolean
  /** ASCII form of the host (IDNA), or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** As written, for messages. */
  readonly url: string
}

export interface BridgeTlsConfig extends Demands {
  readonly cacertfile: string
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
  /** Name sent and checked instead of the host; null: the host. */
  readonly sni: string | null
  readonly handshakeTimeoutMs: number
  /** What new certificate files are held to before they are used. */
  readonly strategy: RotationStrategy
  /** Files that the trial connection refused are used all the same after this time; null: never. */
  readonly canaryGraceMs: number | null
}

/** null: no limit. */
export interface RateLimitConfig {
  readonly up: RateConfig | null
  readonly down: RateConfig | null
}

export interface RateConfig {
  /** A second; null: any. */
  readonly messages: number | null
  readonly bytes: number | null
  /** What is not used may be saved up for so long. */
  readonly burstMs: number
}

export interface BridgeTcpConfig {
  readonly nodelay: boolean
  readonly keepalive: boolean
  readonly keepidleMs: number
  /** Local IP address to connect from, or the name of the interface that has it; null: whichever the system takes. */
  readonly bindInterface: string | null
}

export type UserProperties = Readonly<Record<string, string>>

export interface ConnProperties {
  /** null: for ever with `clean_start = false`, else 0. */
  readonly sessionExpirySeconds: number | null
  readonly receiveMaximum: number
  readonly maximumPacketSize: number | null
  readonly requestProblemInformation: boolean
  readonly requestResponseInformation: boolean
  readonly userProperties: UserProperties
}

export interface SubProperties {
  readonly identifier: number | null
  readonly userProperties: UserProperties
}

export interface WillProperties {
  readonly payloadFormatIndicator: boolean | null
  readonly messageExpirySeconds: number | null
  readonly contentType: string | null
  readonly responseTopic: string | null
  readonly correlationData: string | null
  readonly willDelaySeconds: number | null
  readonly userProperties: UserProperties
}

/** What a bridge says of itself at its remote. */
export interface NotificationsConfig {
  /** A template. */
  readonly topic: string
  readonly online: string
  readonly offline: string
  /** Of the will. */
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

export interface WillConfig {
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** MQTT 5 only; null: none. */
  readonly properties: WillProperties | null
}

/** One rule, up (`forwards`: local to remote) or down (`subscription`: remote to local). NanoMQ's mapping, reference 1.5. */
export interface TopicRule {
  readonly localTopic: string
  readonly remoteTopic: string
  /** Filters on the side that chooses: their topics do not cross by this rule. */
  readonly exclude: readonly string[]
  /** Overrides the message's; null keeps it. */
  readonly qos: 0 | 1 | 2 | null
  readonly retain: boolean | null
  readonly prefix: string
  readonly suffix: string
  readonly place: string
}

export interface SubscriptionRule extends TopicRule {
  /** What the remote is asked for. */
  readonly subscribeQos: 0 | 1 | 2
  /** MQTT 5 subscription options. */
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}
