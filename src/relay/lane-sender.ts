/**
 * Writes the messages of a lane to the link, in order, as the window and the remote's limits allow; after a reconnect first what is not
 * settled, with the same ids where the remote kept its session. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import { FrameRun } from './frame-run.ts'
import { LaneHandshakes, type LaneHandshakesOptions, QOS_2 } from './lane-handshakes.ts'
import { type Lane, MessageState } from './lane.ts'
import type { LinkWriter, SessionTerms } from './link.ts'
import { plainTerms } from './link.ts'
import type { SendPause } from './send-pause.ts'
import type { SendWindow } from './send-window.ts'
import { ENDS_LINK, TOO_LARGE } from './set-aside.ts'
import type { Suspect } from './suspect.ts'
import { withoutId } from './without-id.ts'

const DUP = 0x08
const RETAIN = 0x01
const QOS_BITS = 0x06

export class LaneSender {
  readonly handshakes: LaneHandshakes
  readonly #lane: Lane
  readonly #window: SendWindow
  readonly #counters: BridgeCounters
  readonly #run = new FrameRun()
  readonly #pause: SendPause | null
  readonly #suspect: Suspect
  #terms: SessionTerms = plainTerms
  /** Some limit of the remote is tighter than what we send: each message is held against it. */
  #strict = false
  /** Next message to write on this connection. */
  #cursor = 0
  /** End of what was sent on this connection. */
  #sentTo = 0
  /** End of what was sent on connections before this one. */
  #resentTo = 0
  /** Bytes of messages that the last {@link send} has passed. */
  sent = 0
  /** Nothing behind this place goes out, see {@link OutboxLane.mark}. */
  heldAfter = Infinity
  readonly #isJournaled: boolean

  constructor (lane: Lane, window: SendWindow, options: LaneHandshakesOptions, suspect: Suspect, pause: SendPause | null = null) {
    this.#lane = lane
    this.#suspect = suspect
    this.#window = window
    this.#counters = options.counters
    this.#pause = pause
    this.#isJournaled = options.journal !== null
    this.handshakes = new LaneHandshakes(lane, window, options)
    if (pause !== null) {
      this.handshakes.onQuota = sequence => {
        pause.begin()
        this.#cursor = Math.min(this.#cursor, sequence)
        return true
      }
    }
  }

  /** Something could go out now. */
  get ready (): boolean {
    if (this.handshakes.ready) return true
    if (this.#pause?.isOn === true) return false
    const sequence = Math.max(this.#cursor, this.#lane.head)
    return sequence !== this.#lane.tail && this.#mayGo(sequence)
  }

  /** Messages that the remote has not answered in full. */
  get underWay (): number { return this.#window.inFlight }

  /** A connection is up: what was under way goes out again before anything new. */
  open (terms: SessionTerms, resumed: boolean): void {
    this.#terms = terms
    this.#strict = terms.maximumPacketSize !== Infinity || terms.maximumQos !== 2 || !terms.retainAvailable
    this.#window.open(terms.receiveMaximum)
    this.#pause?.end()
    this.#suspect.open()
    this.#resentTo = Math.max(this.#resentTo, this.#sentTo)
    this.#sentTo = this.#cursor = this.#lane.head
    this.handshakes.open(terms, resumed)
  }

  /** The connection is gone. @param blames the remote has ended it, and not said that the reason is another than what was sent */
  broken (blames: boolean): void {
    const { head } = this.#lane
    this.#pause?.end()
    if (head < this.#resentTo && head < this.#sentTo) this.#window.halve()
    const guilty = this.#suspect.broken(blames, this.#sentTo)
    if (guilty < 0) return
    this.#counters.setAside++
    this.handshakes.giveUpFor(guilty, ENDS_LINK)
  }

  /**
   * Writes PUBRELs, then what the window has room for, up to about `budget` bytes.
   * @returns false when the link has enough
   */
  send (link: LinkWriter, budget: number): boolean {
    const { releases } = this.handshakes
    this.handshakes.releaseNoted(this.#sentTo)
    this.sent = 0
    let more = true
    if (releases.length !== 0) more = link.write(releases.take(), null)
    if (this.#pause?.isOn !== true) more = this.#sendMessages(link, budget, more)
    more = this.#run.write(link) && more
    // PUBRELs of the session before were found on the way
    if (releases.length !== 0) more = link.write(releases.take(), null) && more
    return more
  }

  #sendMessages (link: LinkWriter, budget: number, more: boolean): boolean {
    const lane = this.#lane
    let sequence = Math.max(this.#cursor, lane.head)
    let left = budget
    while (sequence !== lane.tail && left > 0) {
      if (!this.#isDone(sequence)) {
        if (!this.#mayGo(sequence)) {
          if ((lane.headerOf(sequence) & QOS_2) !== 0) this.handshakes.makeSure(sequence)
          break
        }
        more = this.#sendOne(link, sequence) && more
        left -= lane.lengthOf(sequence)
      }
      sequence++
    }
    this.#cursor = sequence
    this.#sentTo = Math.max(this.#sentTo, sequence)
    this.sent = budget - left
    return more
  }

  /** Settled, or sent on this connection, beside one that the remote has put off. */
  #isDone (sequence: number): boolean {
    const state = this.#lane.stateOf(sequence)
    return state === MessageState.SETTLED || (sequence < this.#sentTo && state !== MessageState.QUEUED)
  }

  /** Is there room in the window, and is all safe that must be before it goes out? */
  #mayGo (sequence: number): boolean {
    if (this.heldAfter !== Infinity && this.#isHeld(sequence)) return false
    if (!this.#suspect.mayGo(sequence)) return false
    if ((this.#lane.headerOf(sequence) & QOS_2) === 0) return this.#window.hasRoom(false)
    return this.#window.hasRoom(true) && this.handshakes.mayGoQos2(sequence)
  }

  #isHeld (sequence: number): boolean {
    return (this.#isJournaled ? this.#lane.numberOf(sequence) : sequence) > this.heldAfter
  }

  #sendOne (link: LinkWriter, sequence: number): boolean {
    const lane = this.#lane
    if (lane.expires && !this.#isInTime(sequence)) return true
    if (this.#strict && !this.#meetTerms(link, sequence)) return true
    const state = lane.stateOf(sequence)
    const header = lane.headerOf(sequence)
    const qos2 = (header & QOS_2) !== 0
    this.#window.take(qos2)
    if (state === MessageState.QUEUED) {
      if (qos2) this.#counters.sentQos2++
      else this.#counters.sentQos1++
      return this.#publish(link, sequence, this.handshakes.takeId(sequence, qos2), header)
    }
    this.#counters.resent++
    // [MQTT-3.3.1-1] [MQTT-4.4.0-1]
    if (state === MessageState.SENT) return this.#publish(link, sequence, lane.idOf(sequence), header | DUP)
    if (state === MessageState.INHERITED) return this.#publish(link, sequence, this.handshakes.takeId(sequence, true), header | DUP)
    if (state === MessageState.INHERITED_RELEASED) {
      lane.setId(sequence, this.handshakes.takeId(sequence, true))
      lane.setState(sequence, MessageState.RELEASED)
    }
    if (state !== MessageState.RELEASING) this.handshakes.releases.add(AcknowledgementHeader.PUBREL, lane.idOf(sequence)) // [MQTT-4.4.0-1]
    return true
  }

  #publish (link: LinkWriter, sequence: number, id: number, header: number): boolean {
    const lane = this.#lane
    lane.stamp(sequence, id, header)
    lane.setState(sequence, MessageState.SENT)
    const length = lane.lengthOf(sequence)
    this.#counters.sentBytes += length
    if ((header & QOS_2) === 0) this.#counters.sentBytesQos1 += length
    else this.#counters.sentBytesQos2 += length
    return this.#run.add(link, lane.chunks.bytesOf(lane.chunkOf(sequence)), lane.startOf(sequence), length)
  }

  /** Until the oldest message expires that was not sent, in milliseconds; Infinity: it does not. */
  get nextExpiryMs (): number { return this.#lane.oldestDeadline - performance.now() }

  /** Gives up what has expired at the head before it was sent [MQTT-3.3.2-5]. */
  expire (): void {
    const lane = this.#lane
    const now = performance.now()
    while (lane.oldestDeadline <= now) {
      this.#counters.droppedExpired++
      this.handshakes.giveUp(lane.head)
    }
  }

  /** False when the message has expired before it was sent once, and is done with [MQTT-3.3.2-5]. */
  #isInTime (sequence: number): boolean {
    if (this.#lane.isInTime(sequence) || this.#lane.stateOf(sequence) !== MessageState.QUEUED) return true
    this.#counters.droppedExpired++
    this.handshakes.giveUp(sequence)
    return false
  }

  /** Makes the message fit what this remote takes. False when it is not sent in the usual way, and is done with. */
  #meetTerms (link: LinkWriter, sequence: number): boolean {
    const lane = this.#lane
    const terms = this.#terms
    const state = lane.stateOf(sequence)
    if (state !== MessageState.QUEUED && state !== MessageState.SENT && state !== MessageState.INHERITED) return true
    if (lane.lengthOf(sequence) > terms.maximumPacketSize) { // [MQTT-3.2.2-15]
      this.#counters.droppedTooLarge++
      this.handshakes.giveUpFor(sequence, TOO_LARGE)
      return false
    }
    let header = lane.headerOf(sequence)
    if (!terms.retainAvailable) header &= ~RETAIN // [MQTT-3.2.2-14]
    if (terms.maximumQos === 0) { // [MQTT-3.2.2-11]
      this.#sendWithoutId(link, sequence, header & RETAIN)
      return false
    }
    if (terms.maximumQos === 1 && (header & QOS_2) !== 0) {
      header = (header & ~QOS_BITS) | 0x02
      if (state === MessageState.INHERITED) lane.setState(sequence, MessageState.QUEUED)
    }
    lane.setHeader(sequence, header)
    return true
  }

  /** As QoS 0: the two bytes of the id are left out, and nothing is waited for. */
  #sendWithoutId (link: LinkWriter, sequence: number, flags: number): void {
    this.#run.write(link)
    const lane = this.#lane
    const bytes = lane.chunks.bytesOf(lane.chunkOf(sequence))
    const start = lane.startOf(sequence)
    const frame = withoutId(bytes.subarray(start, start + lane.lengthOf(sequence)), lane.idAtOf(sequence), flags)
    link.write(frame, null)
    this.#counters.sentQos0++
    this.#counters.sentBytes += frame.length
    this.handshakes.giveUp(sequence)
  }
}
