/**
 * What passes between a device's connection and whoever keeps its session. Aedes stands behind it (edge-broker.ts), and
 * nothing else here knows of Aedes.
 */
import { Duplex } from 'node:stream'
import type { PublishFrame } from './publish-frame.ts'

export type Qos = 0 | 1 | 2

export interface Subscription {
  readonly filter: string
  readonly qos: Qos
  /** Not its own messages, and RETAIN as it was published: for peers that say they are a bridge. */
  readonly bridge: boolean
  /** MQTT 5. */
  readonly noLocal?: boolean
  readonly retainAsPublished?: boolean
  readonly subscriptionId?: number
}

/** A session as its connection uses it. */
export interface Session {
  /** As CONNECT had it, or made up for a client that left it empty. */
  readonly clientId: string
  /** Ends with the connection. */
  readonly clean: boolean
  /** @param done called when they are stored and live */
  subscribe (subscriptions: readonly Subscription[], done: (error: Error | null) => void): void
  /** @param done called when they are forgotten and matched no more */
  unsubscribe (filters: readonly string[], done: (error: Error | null) => void): void
  /** Remembers, or forgets, a subscription that is matched elsewhere: one of a shared group. */
  note (subscription: Subscription): void
  forget (filter: string): void
  /** Gives a message to this session alone, by a subscription whose QoS and identifiers it has already. */
  deliver (message: AddressedMessage): void
}

/** 0, or the 3.1.1 return code of a refusal. */
export type ReturnCode = 0 | 1 | 2 | 3 | 4 | 5

/** MQTT 5: what goes along with a message. */
export interface MessageProperties {
  /** In order, without topic alias, message expiry and subscription identifiers. */
  readonly raw: Buffer
  /** Present where it is one session's copy, and no filter is to be asked. */
  readonly addressed?: Address
}

export interface Address {
  readonly subscriptionIds: readonly number[]
  /** It is a retained message, sent because of a new subscription. */
  readonly retain: boolean
}

/** Whose QoS 2 handshake it is: of a device with a stored session, or of the session that a bridge has at its remote. */
export interface Handshake {
  readonly of: 'device' | 'bridge'
  /** Client id, or name of the bridge. */
  readonly name: string
  readonly packetId: number
}

/** A message for local sessions. The payload is the receiver's to keep. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
  readonly properties?: MessageProperties
  /** Milliseconds since 1970 after which it is not delivered any more [MQTT-3.3.2-5]. */
  readonly messageExpiry?: number
  /** QoS 2: kept on disk with the message, so that a repetition is known as one after this process too [MQTT-4.3.3-2]. */
  readonly handshake?: Handshake & { readonly isRepeated: boolean }
}

export interface AddressedMessage extends Message {
  readonly properties: MessageProperties & { readonly addressed: Address }
}

/** A message on its way to one session, which may still change: it is a copy. */
export interface Delivery {
  readonly topic: string
  payload: Buffer | string
  qos: Qos
  retain: boolean
  /** There when it was queued. */
  readonly messageId?: number | undefined
  /** None: a retained message, which the keeper of sessions sends for a new subscription. */
  readonly brokerId?: string | null
  /** The publisher. */
  readonly clientId?: string
  readonly properties?: MessageProperties
  readonly messageExpiry?: number
}

/** What the keeper of sessions asks and tells the connection. */
export interface SessionOwner {
  /** MQTT 5: what is said of the will besides its topic and payload; null without. */
  readonly willTerms: WillTerms | null
  /** Who is it? Called once, with the identifier the session will have. Never rejects. */
  authenticate (clientId: string, username: string | null, password: Buffer | null): Promise<ReturnCode>
  /** A stored session has this subscription: may it go on, and is it to be matched here? */
  restore (subscription: Subscription): boolean | Promise<boolean>
  /** The session is this connection's: {@link gone} follows one day. */
  registered (): void
  /** CONNACK is written: packets may flow. */
  ready (session: Session): void
  /** The session is let go of: its subscriptions and its will are dealt with. */
  gone (): void
  mayPublishWill (topic: string): boolean | Promise<boolean>
  /**
   * Adds to `takings` who takes messages of this topic as they are, of QoS 0 and without RETAIN; nobody, where this device may not have them.
   * @returns false when they have to be prepared, each by itself
   */
  addTaker (topic: string, takings: Takings): boolean
  /** Makes a message ready for this device: QoS, RETAIN, properties. False: not to this one. */
  prepare (delivery: Delivery): boolean
}

/** Takes messages as whole frames, and never waits. */
export interface Taker {
  readonly clientId: string
  /** HOT. */
  take (frame: PublishFrame): void
}

export interface Takings {
  /** @param noLocal it does not want what it publishes itself */
  add (taker: Taker, noLocal: boolean): void
}

export interface WillTerms {
  readonly raw: Buffer
  /** Seconds; negative: none. */
  readonly messageExpiry: number
  /** How long it is held back when the connection is lost; asked then. */
  delayMs (): number
}

/** The stream that carries a session's packets, and with it the way back to its connection. */
export abstract class SessionStream extends Duplex {
  abstract readonly owner: SessionOwner
}

export type Done = (error: Error | null) => void
