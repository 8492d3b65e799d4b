/**
 * What a lane has under way with the remote: which packet id is whose, what was acknowledged how far, and what of QoS 2 must be safe in
 * the journal before the next step. Acknowledgements may come in any order. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import { AckBatch } from './ack-batch.ts'
import type { Journal } from './journal.ts'
import { frameOf } from './lane-frame.ts'
import { type Lane, MessageState } from './lane.ts'
import { type PacketIds, QOS_2_IDS, qos1Ids, qos2Ids } from './packet-ids.ts'
import { PendingReleases } from './pending-releases.ts'
import type { SetAside } from './set-aside.ts'
import type { SessionTerms } from './link.ts'
import type { SendWindow } from './send-window.ts'
import { UnsureIds } from './unsure-ids.ts'

export const QOS_2 = 0x04
/** MQTT 5: from here on a reason code is a refusal. */
const FIRST_ERROR = 0x80
const ID_NOT_FOUND = 0x92
const QUOTA_EXCEEDED = 0x97
/** Not safe before it is written. */
const NOT_NOTED = Infinity

export interface LaneHandshakesOptions {
  readonly level: 4 | 5
  readonly counters: BridgeCounters
  /** Notes the handshakes of QoS 2; null: they end with the process. */
  readonly journal: Journal | null
  /** Which part of the QoS 2 ids is this lane's. */
  readonly slice: number
  /** Its place among the lanes of the outbox, and how many there are. */
  readonly index: number
  readonly lanes: number
  readonly setAside: SetAside | null
}

export class LaneHandshakes {
  readonly #lane: Lane
  readonly #window: SendWindow
  readonly #level: 4 | 5
  readonly #counters: BridgeCounters
  readonly #journal: Journal | null
  readonly #setAside: SetAside | null
  /** Told the sequence of a message that is to go out anew, later. False: it is refused for good. */
  onQuota: (sequence: number) => boolean = () => false
  readonly #qos1: PacketIds
  readonly #qos2: PacketIds
  readonly #unsure: UnsureIds
  readonly #pending = new PendingReleases()
  /** PUBRELs, which go before everything else. */
  readonly releases = new AckBatch()
  #opened = false
  #session = ''
  /** Number of the note that QoS 2 is sent in this session; 0: it was there before. */
  #sessionNote = NOT_NOTED

  constructor (lane: Lane, window: SendWindow, options: LaneHandshakesOptions) {
    this.#lane = lane
    this.#window = window
    this.#level = options.level
    this.#counters = options.counters
    this.#journal = options.journal
    this.#setAside = options.setAside
    this.#qos1 = qos1Ids(options.index, options.lanes)
    this.#qos2 = qos2Ids(options.slice)
    this.#unsure = new UnsureIds(this.#qos2)
  }

  /** Is the id one that this lane gives out? */
  owns (id: number): boolean { return this.#qos1.has(id) || this.#qos2.has(id) }

  /**
   * A connection is up.
   * @param terms its session, and whether the remote has one, of whatever time
   * @param resumed it is that of the connection before
   */
  open ({ sessionPresent, session }: SessionTerms, resumed: boolean): void {
    this.releases.clear()
    if (session !== this.#session) this.#sessionNote = this.#journal?.wasSentIn(session) === true ? 0 : NOT_NOTED
    this.#session = session
    if (!resumed) this.#forget()
    if (resumed && this.#opened) this.#unsure.reopen()
    else if (sessionPresent) this.#unsure.suspectAll()
    this.#opened = true
  }

  /** The remote has no session, or another one: what it has not settled goes out as new, under new ids; at least once, also for QoS 2. */
  #forget (): void {
    const lane = this.#lane
    for (let sequence = lane.head; sequence < lane.tail; sequence++) {
      if (lane.stateOf(sequence) !== MessageState.SETTLED) lane.setState(sequence, MessageState.QUEUED)
    }
    this.#qos1.clear()
    this.#qos2.clear()
    this.#unsure.clear()
    this.#pending.clear()
  }

  /** The journal may have noted more: those PUBRELs go out. @param sent end of what was sent on this connection: the rest is found on the way */
  releaseNoted (sent: number): void {
    if (this.#journal === null) return
    while (this.#pending.ready(this.#journal.durable)) {
      const sequence = this.#pending.take()
      if (this.#lane.stateOf(sequence) !== MessageState.RELEASING) continue
      this.#lane.setState(sequence, MessageState.RELEASED)
      if (sequence < sent) this.releases.add(AcknowledgementHeader.PUBREL, this.#lane.idOf(sequence))
    }
  }

  /** A PUBREL could go out. */
  get ready (): boolean {
    return this.releases.length !== 0 || (this.#journal !== null && this.#pending.ready(this.#journal.durable))
  }

  /** Is all safe that must be before this message of QoS 2 goes out? */
  mayGoQos2 (sequence: number): boolean {
    const state = this.#lane.stateOf(sequence)
    if (state === MessageState.SENT || state === MessageState.RELEASED || state === MessageState.RELEASING) return true
    if (this.#journal !== null && (this.#lane.numberOf(sequence) > this.#journal.durable || this.#sessionNote > this.#journal.durable)) return false
    const id = this.#nextQos2Id(sequence)
    return this.#qos2.ownerOf(id) < 0 && (state !== MessageState.QUEUED || this.#unsure.isSure(id))
  }

  /**
   * This message of QoS 2 may not go: where it is for an id that may be open at the remote, the remote is asked to end that. Not before
   * all that was inherited has its id: what is open for those is to go on.
   */
  makeSure (sequence: number): void {
    // a process after this one must know whose ids these were, as another server knows nothing of them
    if (this.#journal !== null && this.#sessionNote === NOT_NOTED) this.#sessionNote = this.#journal.noteSentIn(this.#session)
    if (this.#lane.stateOf(sequence) === MessageState.QUEUED && !this.#unsure.isSure(this.#nextQos2Id(sequence))) this.#unsure.ask(this.releases)
  }

  /** Gives the message an id; {@link mayGoQos2} has said yes. */
  takeId (sequence: number, qos2: boolean): number {
    if (!qos2) return this.#qos1.take(sequence)
    if (this.#journal === null) return this.#qos2.take(sequence)
    const id = this.#nextQos2Id(sequence)
    this.#qos2.claim(id, sequence)
    return id
  }

  /** With a journal the id follows from the message's number there: so it is known after a restart, without a note. */
  #nextQos2Id (sequence: number): number {
    return this.#journal === null ? this.#qos2.nextFree() : this.#qos2.first + this.#lane.numberOf(sequence) % QOS_2_IDS
  }

  /** The message that waits under `id` with this QoS; -1: none. */
  #waitingUnder (id: number, qos2: boolean): number {
    const sequence = (this.#qos1.has(id) ? this.#qos1 : this.#qos2).ownerOf(id)
    return sequence >= 0 && ((this.#lane.headerOf(sequence) & QOS_2) !== 0) === qos2 ? sequence : -1
  }

  /** PUBACK [MQTT-4.3.2-1] for an id of this lane. False when it answers nothing. */
  puback (id: number, reason: number): boolean {
    const sequence = this.#waitingUnder(id, false)
    if (sequence < 0) return false
    this.#finish(sequence, id, reason)
    return true
  }

  /** PUBREC: the remote owns the message now, PUBREL follows [MQTT-4.3.3-1]. False when it answers nothing. */
  pubrec (id: number, reason: number): boolean {
    const sequence = this.#waitingUnder(id, true)
    if (sequence < 0) return false
    if (reason >= FIRST_ERROR) this.#finish(sequence, id, reason)
    else if (this.#journal === null || this.#lane.stateOf(sequence) === MessageState.RELEASED) {
      this.#lane.setState(sequence, MessageState.RELEASED)
      this.releases.add(AcknowledgementHeader.PUBREL, id)
    } else if (this.#lane.stateOf(sequence) === MessageState.SENT) {
      this.#lane.setState(sequence, MessageState.RELEASING)
      this.#pending.add(sequence, this.#journal.noteReleased(this.#lane.numberOf(sequence)))
    }
    return true
  }

  /** The remote keeps a handshake we know nothing of: let it end there. */
  endStray (id: number): void {
    this.releases.add(AcknowledgementHeader.PUBREL, id, this.#level === 5 ? ID_NOT_FOUND : 0)
  }

  /** PUBCOMP. False when it answers nothing. */
  pubcomp (id: number): boolean {
    const sequence = this.#waitingUnder(id, true)
    if (sequence < 0) return this.#qos2.has(id) && this.#unsure.answered(id)
    if (this.#lane.stateOf(sequence) !== MessageState.RELEASED) return false
    this.#finish(sequence, id, 0)
    return true
  }

  #finish (sequence: number, id: number, reason: number): void {
    const qos2 = (this.#lane.headerOf(sequence) & QOS_2) !== 0
    this.#window.giveBack(qos2)
    this.#free(id)
    if (qos2) this.#unsure.settle(id)
    if (reason === QUOTA_EXCEEDED && this.onQuota(sequence)) {
      this.#lane.setState(sequence, MessageState.QUEUED)
      return
    }
    if (reason >= FIRST_ERROR) {
      this.#counters.refusedByRemote++
      this.#settleAside(sequence, reason)
    } else {
      this.#counters.acknowledged++
      this.#lane.settle(sequence)
    }
  }

  #free (id: number): void {
    if (this.#qos1.has(id)) this.#qos1.free(id)
    else this.#qos2.free(id)
  }

  /** The message is given up, sent or not, and somebody is told why. @param reason as {@link SetAside} has it */
  giveUpFor (sequence: number, reason: number): void {
    this.#freeUnanswered(sequence)
    this.#settleAside(sequence, reason)
  }

  /** The message is given up without a word, sent or not. */
  giveUp (sequence: number): void {
    this.#freeUnanswered(sequence)
    this.#lane.settle(sequence)
  }

  /** Somebody is told of the message. A journal has it until he has kept what he wants of it. */
  #settleAside (sequence: number, reason: number): void {
    const lane = this.#lane
    const number = lane.numberOf(sequence)
    const setAside = this.#setAside
    setAside?.(frameOf(lane, sequence, this.#level), reason, () => lane.onSettled?.(number))
    lane.settle(sequence, setAside !== null)
  }

  #freeUnanswered (sequence: number): void {
    if (this.#lane.stateOf(sequence) === MessageState.SENT) {
      const id = this.#lane.idOf(sequence)
      this.#free(id)
      if (this.#qos2.has(id)) this.#unsure.suspect(id)
    }
  }
}
