/**
 * A lane with a journal behind it: one sequence of messages, of which the lane holds the front and the journal all. Messages go to both
 * while the lane has room. When it has none they go to the journal only, and so does everything after them, until what was left out has
 * been read back in order: the lane is never ahead of the journal. HOT.
 */
import { PublishEncoder } from '../mqtt/publish-encoder.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Journal, JournaledMessage } from './journal.ts'
import { JournalReceipts } from './journal-receipts.ts'
import { type Lane, MessageState } from './lane.ts'
import { MessageExpiry } from './message-expiry.ts'
import type { Receipts } from './receipts.ts'
import type { Publisher } from './origin.ts'
import type { Rewrite } from './rewrite.ts'

const NO_TICKET = -1

export interface JournaledLaneOptions {
  /** Protocol level the remote is spoken to in. */
  readonly level: 4 | 5
  /** What a message that is read back gets, as {@link Rewrite.via}. @default none */
  readonly via?: Buffer | null
  /** Publishers may be held: they wait while the last few messages are written and read back, else the reader may run after them for ever. */
  readonly required: boolean
}

export class JournaledLane {
  readonly #lane: Lane
  readonly #journal: Journal
  readonly #receipts = new JournalReceipts()
  readonly #changed: () => void
  readonly #encoder = new PublishEncoder()
  readonly #expiry = new MessageExpiry()
  readonly #level: 4 | 5
  readonly #via: Buffer | null
  readonly #mayPause: boolean
  #ticket = NO_TICKET
  #number = 0
  /** First and last message that is in the journal only; none when the last is 0. */
  #firstLeft = 0
  #lastLeft = 0
  #paused = false
  #closed = false
  /** Messages up to this number may be under way at the remote since before this process. */
  #inheritedThrough: number
  /** Called when the lane lacks messages that the journal has, and has room for them. */
  onHungry: () => void = () => {}

  /** @param changed called when there may be more to send, or room again */
  constructor (lane: Lane, journal: Journal, options: JournaledLaneOptions, changed: () => void) {
    this.#lane = lane
    this.#journal = journal
    this.#mayPause = options.required
    this.#via = options.via ?? null
    this.#changed = changed
    this.#encoder.level = this.#level = options.level
    lane.onSettled = number => journal.acknowledge(number)
    this.#inheritedThrough = journal.inheritedThrough
    if (journal.waiting > 0) this.#lastLeft = journal.last
  }

  /** Messages that the remote does not have. */
  get waiting (): number { return this.#journal.waiting }

  /** Which part of the journal's bounds is taken, 0 to 1. */
  get fill (): number { return this.#journal.fill }

  /** Some messages are in the journal only. */
  get behind (): boolean { return this.#lastLeft !== 0 }

  /** Number of the newest message in the lane; 0: there is none. It is said of each that is settled, whoever has given it up. */
  get inHand (): number { return this.#lane.count === 0 ? 0 : this.#lane.numberOf(this.#lane.tail - 1) }

  /** Where the reader starts. */
  get firstLeft (): number { return this.#firstLeft }

  hasRoom (bytes: number): boolean {
    return !this.#paused && (this.#journal.dropsNewest || this.#journal.hasRoom(bytes))
  }

  get roomy (): boolean { return !this.#paused && (this.#journal.dropsNewest || this.#journal.roomy) }

  /**
   * Journals the message; {@link hasRoom} has said yes.
   * @returns true when the lane takes it too, by {@link joined}; false when it does not, or when it was dropped
   */
  take (view: PublishView, rewrite: Rewrite, size: number, receipts: Receipts | null, slot: number, publisher: Publisher | null): boolean {
    this.#number = this.#journal.append(view, rewrite, publisher)
    this.#ticket = receipts === null ? NO_TICKET : this.#receipts.hold(this.#number, receipts, slot)
    if (this.#lastLeft === 0) {
      if (this.#lane.hasRoom(1, size)) return true
      this.#firstLeft = this.#number
    }
    this.#lastLeft = this.#number
    return false
  }

  /** Must the message be dropped, since a full journal is to take none? */
  refuses (bytes: number): boolean {
    return this.#journal.dropsNewest && !this.#journal.hasRoom(bytes)
  }

  /** The message just taken has this sequence in the lane. */
  joined (sequence: number): void {
    this.#lane.keepNumber(sequence, this.#number)
    if (this.#ticket !== NO_TICKET) this.#lane.keepReceipt(sequence, this.#receipts, this.#ticket)
  }

  /** The remote has begun a session: it knows nothing of what went out before. */
  sessionLost (): void {
    this.#inheritedThrough = 0
    this.#journal.noteSession()
  }

  /** Did a process before this one take this message of QoS 2 from the device? Then it is here, and safe. */
  inherits (publisher: Publisher, packetId: number): boolean {
    return this.#journal.inherits(publisher, packetId)
  }

  /** The device has released its message: PUBCOMP waits until that is noted, where the handshake is kept here. */
  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void {
    const note = this.#journal.noteCompleted(publisher, packetId)
    if (note > this.#journal.durable) this.#receipts.hold(note, receipts, slot)
  }

  forget (publisher: Publisher): void {
    this.#journal.noteForgotten(publisher)
  }

  /** The journal is safe up to `number`. */
  durable (number: number): void {
    this.#receipts.durable(number)
    this.#changed()
  }

  /** The journal may have room again. */
  moved (): void {
    this.#changed()
  }

  /** Puts a message that was left out into the lane, in its order. False when there is no room yet: {@link onHungry} tells. */
  feed (number: number, message: JournaledMessage): boolean {
    const encoder = this.#encoder
    encoder.qos = message.qos === 2 ? 2 : 1
    encoder.retain = message.retain
    encoder.topic = message.topic
    encoder.topicEnd = message.topic.length
    encoder.properties = this.#via === null ? message.properties : joined(this.#via, message.properties)
    encoder.propertiesEnd = encoder.properties.length
    encoder.payload = message.payload
    encoder.payloadEnd = message.payload.length
    const size = encoder.size()
    if (this.#closed || !this.#lane.hasRoom(1, size)) {
      this.#paused = false
      return false
    }
    const at = this.#lane.chunks.reserve(size)
    const bytes = this.#lane.chunks.buffer
    encoder.write(bytes, at)
    const idAt = 1 + sizeOfLength(size) + 2 + message.topic.length
    const sequence = this.#lane.append(at, size, idAt, bytes[at] as number)
    this.#lane.keepNumber(sequence, number)
    if (this.#expiry.readBack(message.properties, message.payload, waitedMs(message.arrived), this.#level)) this.#lane.keepExpiry(sequence, this.#expiry)
    if (encoder.qos === 2 && number <= this.#inheritedThrough) {
      this.#lane.setState(sequence, this.#journal.wasReleased(number) ? MessageState.INHERITED_RELEASED : MessageState.INHERITED)
    }
    this.#changed()
    return true
  }

  /** All that was written up to `number` is in the lane. @returns true when nothing is left out any more */
  caughtUp (number: number): boolean {
    if (this.#lastLeft > number) {
      this.#paused = this.#mayPause
      return false
    }
    this.#lastLeft = 0
    this.#paused = false
    this.#changed()
    return true
  }

  /** Tells who reads back when there is something for him to do. */
  tell (): void {
    if (this.#lastLeft !== 0 && this.#lane.roomy) this.onHungry()
  }

  /** Lets go of what the journal has given up, unless it is under way to the remote. */
  forgetGivenUp (): void {
    const lane = this.#lane
    for (let sequence = lane.head; sequence < lane.tail; sequence++) {
      if (lane.stateOf(sequence) === MessageState.QUEUED && !this.#journal.has(lane.numberOf(sequence))) lane.settle(sequence)
    }
    this.#changed()
  }

  /** The bridge is taken away: what waits stays in the journal. */
  close (): void {
    this.#closed = true
    this.#lane.onSettled = null
    this.onHungry = () => {}
  }
}

/** A clock below this (2020) is one that was never set. */
const PLAUSIBLE_MS = Date.UTC(2020, 0)

/** A time of another, wrong clock says nothing: then it has not waited. */
function waitedMs (arrived: number): number {
  const now = Date.now()
  return arrived < PLAUSIBLE_MS || now < PLAUSIBLE_MS ? 0 : Math.max(0, now - arrived)
}

function joined (one: Buffer, other: Buffer): Buffer {
  const both = Buffer.allocUnsafe(one.length + other.length)
  other.copy(both, one.copy(both))
  return both
}

/** Bytes of the remaining length in a frame of `size` bytes [MQTT-2.2.3]. */
function sizeOfLength (size: number): number {
  let bytes = 1
  while (bytes < 4 && 1 + bytes + 128 ** bytes - 1 < size) bytes++
  return bytes
}
