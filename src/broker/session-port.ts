/**
 * What passes between a device's connection and whoever keeps its session. Aedes stands behind it (edge-broker.ts), and
 * nothing else here knows of Aedes.
 */
import { Duplex } from 'node:stream'

export type Qos = 0 | 1 | 2

export interface Subscription {
  readonly filter: string
  readonly qos: Qos
  /** Not its own messages, and RETAIN as it was published: for peers that say they are a bridge. */
  readonly bridge: boolean
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
}

/** 0, or the 3.1.1 return code of a refusal. */
export type ReturnCode = 0 | 1 | 2 | 3 | 4 | 5

/** What the keeper of sessions asks and tells the connection. */
export interface SessionOwner {
  /** Who is it? Called once, with the identifier the session will have. Never rejects. */
  authenticate (clientId: string, username: string | null, password: Buffer | null): Promise<ReturnCode>
  /** A stored session has this subscription: may it go on? */
  restore (subscription: Subscription): boolean | Promise<boolean>
  /** The session is this connection's: {@link gone} follows one day. */
  registered (): void
  /** CONNACK is written: packets may flow. */
  ready (session: Session): void
  /** The session is let go of: its subscriptions and its will are dealt with. */
  gone (): void
  mayPublishWill (topic: string): boolean | Promise<boolean>
  /** The QoS to deliver a message with, of those that its matching subscriptions were granted; null: not to this one. */
  deliveryQos (topic: string, qos: Qos): Qos | null
}

/** The stream that carries a session's packets, and with it the way back to its connection. */
export abstract class SessionStream extends Duplex {
  abstract readonly owner: SessionOwner
}

/** A message for local sessions. The payload is the receiver's to keep. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
}

export type Done = (error: Error | null) => void
