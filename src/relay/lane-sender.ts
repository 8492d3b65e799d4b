/**
 * Takes the messages of a lane to the remote and keeps the handshake with it: window, packet ids, acknowledgements in any
 * order, and after a reconnect the resend of what is not settled, with the same ids where the remote kept its session. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import { copyBytes } from '../mqtt/copy-bytes.ts'
import { readVariableByteInteger, variableByteIntegerSize, writeVariableByteInteger } from '../mqtt/variable-byte-integer.ts'
import { AckBatch } from './ack-batch.ts'
import { type Lane, MessageState } from './lane.ts'
import type { LinkWriter, SessionTerms } from './link.ts'
import { plainTerms } from './link.ts'
import { PacketIds } from './packet-ids.ts'
import type { SendWindow } from './send-window.ts'

const DUP = 0x08
const RETAIN = 0x01
const QOS_2 = 0x04
const QOS_BITS = 0x06
/** MQTT 5: from here on a reason code is a refusal. */
const FIRST_ERROR = 0x80
const ID_NOT_FOUND = 0x92
const NOTHING: Buffer = Buffer.alloc(0)

export class LaneSender {
  readonly #lane: Lane
  readonly #window: SendWindow
  readonly #level: 4 | 5
  readonly #counters: BridgeCounters
  readonly #ids = new PacketIds()
  /** PUBRELs that go before everything else. */
  readonly #releases = new AckBatch()
  #terms: SessionTerms = plainTerms
  /** Some limit of the remote is tighter than what we send: each message is held against it. */
  #strict = false
  /** Next message to write on this connection. */
  #cursor = 0
  /** First message that was written on no connection of this session: behind it there are no packet ids. */
  #reached = 0
  /** Frames side by side in one chunk, to be written as one view. */
  #runIn = NOTHING
  #runStart = 0
  #runEnd = 0

  constructor (lane: Lane, window: SendWindow, level: 4 | 5, counters: BridgeCounters) {
    this.#lane = lane
    this.#window = window
    this.#level = level
    this.#counters = counters
  }

  /** Something could go out now. */
  get ready (): boolean {
    return this.#releases.length !== 0 || (this.#cursor !== this.#lane.tail && this.#nextFits())
  }

  /** Messages that the remote has not answered in full. */
  get underWay (): number { return this.#window.inFlight }

  /** A connection is up: what was under way goes out again before anything new. */
  open (terms: SessionTerms): void {
    this.#terms = terms
    this.#strict = terms.maximumPacketSize !== Infinity || terms.maximumQos !== 2 || !terms.retainAvailable
    this.#window.open(terms.receiveMaximum)
    this.#releases.clear()
    this.#cursor = this.#lane.head
    if (terms.sessionPresent) return
    this.#forgetIds()
    this.#reached = this.#lane.head
  }

  /** The remote has no session: what it has not settled goes out as new, under new ids; at least once, also for QoS 2. */
  #forgetIds (): void {
    const lane = this.#lane
    for (let sequence = lane.head; sequence < this.#reached; sequence++) {
      if (lane.stateOf(sequence) !== MessageState.SETTLED) lane.setState(sequence, MessageState.QUEUED)
    }
    this.#ids.clear()
  }

  /**
   * Writes PUBRELs, then what the window has room for, up to about `budget` bytes.
   * @returns false when the link has enough
   */
  send (link: LinkWriter, budget: number): boolean {
    let more = true
    if (this.#releases.length !== 0) more = link.write(this.#releases.take(), null)
    more = this.#sendMessages(link, budget, more)
    if (this.#runEnd !== this.#runStart) more = this.#writeRun(link) && more
    // PUBRELs of the session before were found on the way
    if (this.#releases.length !== 0) more = link.write(this.#releases.take(), null) && more
    return more
  }

  #sendMessages (link: LinkWriter, budget: number, more: boolean): boolean {
    const lane = this.#lane
    let sequence = Math.max(this.#cursor, lane.head)
    while (sequence !== lane.tail && budget > 0) {
      const state = lane.stateOf(sequence)
      if (state !== MessageState.SETTLED) {
        if (!this.#window.hasRoom((lane.headerOf(sequence) & QOS_2) !== 0)) break
        more = this.#sendOne(link, sequence, state, more)
        budget -= lane.lengthOf(sequence)
      }
      sequence++
    }
    this.#cursor = sequence
    if (sequence > this.#reached) this.#reached = sequence
    return more
  }

  #sendOne (link: LinkWriter, sequence: number, state: number, more: boolean): boolean {
    const lane = this.#lane
    if (this.#strict && state !== MessageState.RELEASED && !this.#meetTerms(link, sequence)) return more
    const header = lane.headerOf(sequence)
    const qos2 = (header & QOS_2) !== 0
    this.#window.take(qos2)
    if (state === MessageState.QUEUED) {
      lane.stamp(sequence, this.#ids.take(sequence), header)
      lane.setState(sequence, MessageState.SENT)
      if (qos2) this.#counters.sentQos2++
      else this.#counters.sentQos1++
      return this.#addToRun(link, sequence, more)
    }
    this.#counters.resent++
    if (state === MessageState.RELEASED) {
      this.#releases.add(AcknowledgementHeader.PUBREL, lane.idOf(sequence)) // [MQTT-4.4.0-1]
      return more
    }
    lane.stamp(sequence, lane.idOf(sequence), header | DUP) // [MQTT-3.3.1-1] [MQTT-4.4.0-1]
    return this.#addToRun(link, sequence, more)
  }

  #addToRun (link: LinkWriter, sequence: number, more: boolean): boolean {
    const lane = this.#lane
    const bytes = lane.chunks.bytesOf(lane.chunkOf(sequence))
    const start = lane.startOf(sequence)
    const length = lane.lengthOf(sequence)
    this.#counters.sentBytes += length
    if (bytes === this.#runIn && start === this.#runEnd) {
      this.#runEnd += length
      return more
    }
    if (this.#runEnd !== this.#runStart) more = this.#writeRun(link) && more
    this.#runIn = bytes
    this.#runStart = start
    this.#runEnd = start + length
    return more
  }

  #writeRun (link: LinkWriter): boolean {
    const run = this.#runIn.subarray(this.#runStart, this.#runEnd)
    this.#runIn = NOTHING
    this.#runStart = this.#runEnd = 0
    return link.write(run, null)
  }

  /** Makes the message fit what this remote takes. False when it is not sent in the usual way, and is done with. */
  #meetTerms (link: LinkWriter, sequence: number): boolean {
    const lane = this.#lane
    const terms = this.#terms
    if (lane.lengthOf(sequence) > terms.maximumPacketSize) { // [MQTT-3.2.2-15]
      this.#counters.droppedTooLarge++
      this.#settle(sequence)
      return false
    }
    let header = lane.headerOf(sequence)
    if (!terms.retainAvailable) header &= ~RETAIN // [MQTT-3.2.2-14]
    if (terms.maximumQos === 0) { // [MQTT-3.2.2-11]
      this.#sendWithoutId(link, sequence, header & RETAIN)
      return false
    }
    if (terms.maximumQos === 1 && (header & QOS_2) !== 0) header = (header & ~QOS_BITS) | 0x02
    lane.setHeader(sequence, header)
    return true
  }

  /** As QoS 0: the two bytes of the id are left out, and nothing is waited for. */
  #sendWithoutId (link: LinkWriter, sequence: number, flags: number): void {
    if (this.#runEnd !== this.#runStart) this.#writeRun(link)
    const lane = this.#lane
    const bytes = lane.chunks.bytesOf(lane.chunkOf(sequence))
    const start = lane.startOf(sequence)
    link.write(withoutId(bytes.subarray(start, start + lane.lengthOf(sequence)), lane.idAtOf(sequence), flags), null)
    this.#counters.sentQos0++
    this.#settle(sequence)
  }

  #nextFits (): boolean {
    const sequence = Math.max(this.#cursor, this.#lane.head)
    return sequence !== this.#lane.tail && this.#window.hasRoom((this.#lane.headerOf(sequence) & QOS_2) !== 0)
  }

  /** PUBACK [MQTT-4.3.2-1]. False when it answers nothing. */
  puback (id: number, reason: number): boolean {
    const sequence = this.#ids.ownerOf(id)
    if (sequence < 0 || (this.#lane.headerOf(sequence) & QOS_2) !== 0) return this.#stray()
    this.#finish(sequence, id, reason)
    return true
  }

  /** PUBREC: the remote owns the message now, PUBREL follows [MQTT-4.3.3-1]. False when it answers nothing. */
  pubrec (id: number, reason: number): boolean {
    const sequence = this.#ids.ownerOf(id)
    if (sequence < 0 || (this.#lane.headerOf(sequence) & QOS_2) === 0) {
      // the remote keeps a handshake we know nothing of: let it end there
      this.#releases.add(AcknowledgementHeader.PUBREL, id, this.#level === 5 ? ID_NOT_FOUND : 0)
      return this.#stray()
    }
    if (reason >= FIRST_ERROR) this.#finish(sequence, id, reason)
    else {
      this.#lane.setState(sequence, MessageState.RELEASED)
      this.#releases.add(AcknowledgementHeader.PUBREL, id)
    }
    return true
  }

  /** PUBCOMP. False when it answers nothing. */
  pubcomp (id: number): boolean {
    const sequence = this.#ids.ownerOf(id)
    if (sequence < 0 || this.#lane.stateOf(sequence) !== MessageState.RELEASED) return this.#stray()
    this.#finish(sequence, id, 0)
    return true
  }

  #finish (sequence: number, id: number, reason: number): void {
    this.#window.giveBack((this.#lane.headerOf(sequence) & QOS_2) !== 0)
    this.#ids.free(id)
    if (reason >= FIRST_ERROR) this.#counters.refusedByRemote++
    else this.#counters.acknowledged++
    this.#lane.settle(sequence)
  }

  #stray (): false {
    this.#counters.strayAcknowledgements++
    return false
  }

  /** Given up, sent or not. */
  #settle (sequence: number): void {
    if (this.#lane.stateOf(sequence) === MessageState.SENT) this.#ids.free(this.#lane.idOf(sequence))
    this.#lane.settle(sequence)
  }
}

/** The frame again as QoS 0, in memory of its own: without the two bytes of its id. */
function withoutId (frame: Buffer, idAt: number, flags: number): Buffer {
  const body = 1 + variableByteIntegerSize(readVariableByteInteger(frame, 1, frame.length))
  const length = frame.length - body - 2
  const made = Buffer.allocUnsafe(frame.length)
  made[0] = 0x30 | flags
  let at = writeVariableByteInteger(length, made, 1)
  at = copyBytes(frame, body, idAt, made, at)
  at = copyBytes(frame, idAt + 2, frame.length, made, at)
  return made.subarray(0, at)
}
