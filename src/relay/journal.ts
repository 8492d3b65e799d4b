/**
 * The durable queue behind an outbox, as the outbox sees it: one sequence of numbers, appended at once and safe a little later.
 * What is kept is the message as it goes to this bridge's remote, so that rules that change later do not change it.
 */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Rewrite } from './rewrite.ts'

export interface Journal {
  /** Messages that the remote does not have. */
  readonly waiting: number
  /** Number of the newest record. */
  readonly last: number
  /** Every record up to this number is safe. */
  readonly durable: number
  /** A full journal takes no more and says so to nobody: what is offered is dropped, counted. */
  readonly dropsNewest: boolean
  /** Is there room for a message of about so many bytes? */
  hasRoom (bytes: number): boolean
  /** Appends the message with what `rewrite` changes; copies it at once. @returns its number */
  append (view: PublishView, rewrite: Rewrite): number
  /** Does the message wait? False when it was acknowledged, or given up by a limit. */
  has (number: number): boolean
  /** The remote has it, or it was given up. */
  acknowledge (number: number): void
}

/** A message read back. */
export interface JournaledMessage {
  readonly qos: number
  readonly retain: boolean
  readonly topic: Buffer
  /** MQTT 5 properties without their length. */
  readonly properties: Buffer
  readonly payload: Buffer
}
