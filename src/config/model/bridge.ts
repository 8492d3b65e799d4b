/** A bridge: where it goes, what it is held to, and what crosses. The sidecar's link is one too. */
import type { Demands } from '../../trust/peer/demands.ts'
import type { RotationStrategy } from '../../trust/rotation-state.ts'
import type { SpoolConfig } from './spool.ts'

export type Durability = 'memory' | 'spool' | 'remote'
export type Priority = 'high' | 'normal' | 'low'

export interface BridgeConfig {
  readonly name: string
  readonly enable: boolean
  readonly server: RemoteAddress
  /** Where to go while `server` can not be connected to, in this order; empty without `hybrid_bridging`. */
  readonly hybridServers: readonly RemoteAddress[]
  /** Connections to the remote, from 1 on. */
  readonly links: number
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
  /** Where the bridge or one of its rules has `durability = spool`: with a directory of its own, for rules of normal priority; null otherwise. */
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
  /** What devices here subscribe to is asked of the remote too. */
  readonly transparent: boolean
  /** Topics that may have an alias on the way out; 0: none. MQTT 5. */
  readonly topicAlias: number
  /** A message is tried alone when the remote has ended so many links in a row on it; 0: never. */
  readonly setAsideAfter: number
  /** Template of a topic here for what the remote does not take; null: none. */
  readonly deadLetterTopic: string | null
  readonly will: WillConfig | null
  /** null: the remote is not told whether the bridge is there. */
  readonly notifications: NotificationsConfig | null
  /** MQTT 5 only; null: none is set. */
  readonly connProperties: ConnProperties | null
  readonly subProperties: SubProperties | null
  readonly forwards: readonly ForwardRule[]
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

/** Rules of one bridge that agree in these two share a lane: order is kept within it, and each priority has its share of the link. */
export interface ForwardRule extends TopicRule {
  readonly priority: Priority
  /** Overrides the bridge's; null: as the bridge has it. */
  readonly durability: Durability | null
}

export interface SubscriptionRule extends TopicRule {
  /** What the remote is asked for. */
  readonly subscribeQos: 0 | 1 | 2
  /** MQTT 5 subscription options. */
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}
