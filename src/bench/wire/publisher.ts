/**
 * Sends the messages of one connection from frames encoded beforehand: only sequence, time, packet identifier and topic digits are
 * patched. What may go out is bounded by the schedule, by the window of QoS 1 and 2, and by the socket.
 */
import type { Duplex } from 'node:stream'
import { type PublishShape, publishShape, writeDigits } from './frames.ts'
import { InFlight } from './in-flight.ts'
import { writeIntended, writeSequence } from './message-stamp.ts'
import type { Workload } from './workload.ts'

/** Bytes of one write when the workload does not ask for single messages. */
const SLOT_BYTES = 65_536
/** Writes under way on one connection. */
const SLOTS = 16
/** Beyond it two writes under way are enough. */
const LARGE_SLOT_BYTES = 262_144

export interface PublisherOptions {
  readonly workload: Workload
  readonly topicPrefix: string
  readonly run: number
  /** Which of the workload's connections this is. */
  readonly place: number
  /** Called when something may be sent again. */
  readonly wake: () => void
  /** Told of each message in the open loop: microseconds it left behind its schedule. */
  readonly late: (micros: number) => void
}

class Slot {
  readonly bytes: Buffer
  readonly written: () => void

  constructor (bytes: Buffer, written: (slot: Slot) => void) {
    this.bytes = bytes
    this.written = () => written(this)
  }
}

export class Publisher {
  sent = 0
  acknowledged = 0
  readonly #options: PublisherOptions
  readonly #shape: PublishShape
  readonly #batch: number
  readonly #limit: number
  readonly #inFlight: InFlight | null
  readonly #free: Slot[] = []
  #slotsLeft: number
  #socket: Duplex | null = null
  #startedAt = 0
  /** Messages a microsecond on this connection. */
  readonly #pace: number

  constructor (options: PublisherOptions) {
    const { workload, place } = options
    this.#options = options
    this.#shape = publishShape({ ...workload, topicPrefix: options.topicPrefix, run: options.run, publisher: place })
    const length = this.#shape.bytes.length
    this.#batch = workload.batch > 1 ? Math.max(1, Math.min(workload.batch, Math.floor(SLOT_BYTES / length))) : 1
    this.#slotsLeft = this.#batch * length > LARGE_SLOT_BYTES ? 2 : SLOTS
    this.#limit = workload.count === null ? Infinity : Math.floor(workload.count / workload.connections) + (place < workload.count % workload.connections ? 1 : 0)
    this.#inFlight = workload.qos === 0 ? null : new InFlight(workload.window)
    this.#pace = workload.rate === null ? 0 : workload.rate / workload.connections / 1e6
  }

  get unacknowledged (): number { return this.#inFlight?.used ?? 0 }

  /** All of a counted workload was sent. */
  get exhausted (): boolean { return this.sent >= this.#limit }

  /** The schedule begins; connections are spread over its first step. */
  start (now: number): void {
    const { workload, place } = this.#options
    this.#startedAt = this.#pace === 0 ? now : now + place % workload.connections / workload.connections / this.#pace - this.sent / this.#pace
  }

  /** Takes a connected socket; what the connection before left unanswered goes out again, as a new session has it. */
  attach (socket: Duplex): void {
    this.#socket = socket
    if (this.#inFlight === null) return
    for (const id of this.#inFlight.released()) this.completed(id)
    for (const id of this.#inFlight.unanswered()) {
      const bytes = Buffer.from(this.#shape.bytes)
      this.#patch(bytes, 0, this.#inFlight.sequences[id] ?? 0, this.#intended(this.#inFlight.sequences[id] ?? 0))
      bytes.writeUInt16BE(id, this.#shape.idAt)
      socket.write(bytes)
    }
  }

  detach (): void {
    this.#socket = null
  }

  /** Sends what may go at `now`. @returns whether something went */
  send (now: number): boolean {
    const before = this.sent
    let room = this.#room(now)
    while (room > 0 && this.#socket !== null) {
      const slot = this.#takeSlot()
      if (slot === null) break
      const count = Math.min(room, this.#batch)
      this.#fill(slot.bytes, count, now)
      const length = count * this.#shape.bytes.length
      this.#socket.write(length === slot.bytes.length ? slot.bytes : slot.bytes.subarray(0, length), slot.written)
      room -= count
    }
    return this.sent > before
  }

  /** PUBREC: the message is the target's. */
  recorded (id: number): void {
    this.#inFlight?.release(id)
  }

  /** PUBACK or PUBCOMP. */
  completed (id: number): void {
    if (this.#inFlight?.done(id) !== true) return
    this.acknowledged++
    this.#options.wake()
  }

  #room (now: number): number {
    const due = this.#pace === 0 ? Infinity : Math.floor((now - this.#startedAt) * this.#pace) + 1 - this.sent
    return Math.min(due, this.#limit - this.sent, this.#inFlight?.free ?? Infinity)
  }

  #takeSlot (): Slot | null {
    const slot = this.#free.pop()
    if (slot !== undefined) return slot
    if (this.#slotsLeft === 0) return null
    this.#slotsLeft--
    const frames = Array.from({ length: this.#batch }, () => this.#shape.bytes)
    const made = new Slot(Buffer.concat(frames), this.#written)
    this.#dressTopics(made.bytes)
    return made
  }

  readonly #written = (slot: Slot): void => {
    this.#free.push(slot)
    this.#options.wake()
  }

  /** A connection with one topic has it written once. */
  #dressTopics (bytes: Buffer): void {
    const { workload, place } = this.#options
    for (let at = 0; at < bytes.length; at += this.#shape.bytes.length) writeDigits(bytes, at + this.#shape.topicAt, place % workload.topics)
  }

  #fill (bytes: Buffer, count: number, now: number): void {
    let at = 0
    for (let i = 0; i < count; i++) {
      const intended = this.#pace === 0 ? now : this.#intended(this.sent)
      if (this.#pace !== 0) this.#options.late(now - intended)
      if (this.#inFlight !== null) {
        const id = this.#inFlight.take(this.sent)
        bytes[at + this.#shape.idAt] = id >>> 8
        bytes[at + this.#shape.idAt + 1] = id
      }
      this.#patch(bytes, at, this.sent, intended)
      this.sent++
      at += this.#shape.bytes.length
    }
  }

  #patch (bytes: Buffer, at: number, sequence: number, intended: number): void {
    const { workload, place } = this.#options
    writeSequence(bytes, at + this.#shape.stampAt, sequence)
    writeIntended(bytes, at + this.#shape.stampAt, intended)
    if (workload.topics > workload.connections) writeDigits(bytes, at + this.#shape.topicAt, (place + sequence * workload.connections) % workload.topics)
  }

  #intended (sequence: number): number {
    return this.#pace === 0 ? this.#startedAt : this.#startedAt + sequence / this.#pace
  }
}
