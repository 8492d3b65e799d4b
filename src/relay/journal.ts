/**
 * The durable queue behind a lane, as the lane sees it: one sequence of numbers, appended at once and safe a little later. What is kept
 * is the message as it goes to this bridge's remote, so that rules that change later do not change it; and of QoS 2 what must outlast
 * this process: the handshakes with the devices and with the remote.
 */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Publisher } from './origin.ts'
import type { Rewrite } from './rewrite.ts'

export interface Journal {
  /** Messages that the remote does not have. */
  readonly waiting: number
  /** Number of the oldest of them; Infinity when there is none. */
  readonly oldest: number
  /** Number of the newest record. */
  readonly last: number
  /** Every record up to this number is safe. */
  readonly durable: number
  /** Messages up to this number are from a process before this one, which may have sent them. */
  readonly inheritedThrough: number
  /** A full journal takes no more and says so to nobody: what is offered is dropped, counted. */
  readonly dropsNewest: boolean
  /** Which part of its bounds on disk is taken, 0 to 1. */
  readonly fill: number
  /** Is there room for a message of about so many bytes? */
  hasRoom (bytes: number): boolean
  /** Is there so much room, since {@link hasRoom} said no, that more is worth offering? */
  readonly roomy: boolean
  /**
   * Appends the message with what `rewrite` changes; copies it at once.
   * @param publisher where a device sent it with QoS 2, and this is the last copy of it: its handshake is open from now on
   * @returns its number
   */
  append (view: PublishView, rewrite: Rewrite, publisher: Publisher | null): number
  /** Does the message wait? False when it was acknowledged, or given up by a limit. */
  has (number: number): boolean
  /** The remote has it, or it was given up. */
  acknowledge (number: number): void

  /** PUBREC came from the remote. @returns number of the note: PUBREL may go out when it is safe */
  noteReleased (number: number): number
  /** Had PUBREC come for it before this process began? */
  wasReleased (number: number): boolean
  /** The remote began a session: what was noted of the one before is void. */
  noteSession (): void
  /**
   * Is this the session in which QoS 2 was last sent, as far as the journal knows? Null: it does not know, being new or of a version
   * that did not note it.
   * @param session as the link names it
   */
  wasSentIn (session: string): boolean | null
  /** QoS 2 is about to be sent in this session. @returns number of the note: it may go out when that is safe */
  noteSentIn (session: string): number
  /** Did a process before this one take this message of QoS 2 from the device, which has not released it? */
  inherits (publisher: Publisher, packetId: number): boolean
  /** The device sent PUBREL. @returns number of the note: PUBCOMP may go out when it is safe; 0: nothing was open here */
  noteCompleted (publisher: Publisher, packetId: number): number
  /** The device began a session: what it had open is void. */
  noteForgotten (publisher: Publisher): void
}

/** A message read back. */
export interface JournaledMessage {
  /** When it came, in milliseconds since 1970, by the clock of that moment. */
  readonly arrived: number
  readonly qos: number
  readonly retain: boolean
  readonly topic: Buffer
  /** MQTT 5 properties without their length. */
  readonly properties: Buffer
  readonly payload: Buffer
}
