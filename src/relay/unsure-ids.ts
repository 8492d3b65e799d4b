/**
 * QoS 2 identifiers that a process before this one may have left half done at a remote that kept its session. A new message under such an
 * id would be taken for a repetition, and be lost [MQTT-4.3.3-2]. So PUBREL goes out for each before one is used: the remote ends what it
 * has open there, and answers PUBCOMP also where it has nothing [MQTT-4.3.3-2]. One exchange a process, and only when QoS 2 is to be sent.
 */
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import type { AckBatch } from './ack-batch.ts'
import type { PacketIds } from './packet-ids.ts'

const SURE = 0
const UNSURE = 1
const ASKED = 2

export class UnsureIds {
  readonly #ids: PacketIds
  /** Empty when all are sure. */
  #state = new Uint8Array(0)
  #lastAsked = 0

  constructor (ids: PacketIds) {
    this.#ids = ids
  }

  /** The remote has a session that is older than what we know of it. */
  suspectAll (): void {
    this.#state = new Uint8Array(this.#ids.last - this.#ids.first + 1).fill(UNSURE)
    this.#lastAsked = 0
  }

  /** One message was given up in the middle of its handshake. */
  suspect (id: number): void {
    if (this.#state.length === 0) this.#state = new Uint8Array(this.#ids.last - this.#ids.first + 1)
    this.#state[id - this.#ids.first] = UNSURE
  }

  /** The remote has no session. */
  clear (): void {
    this.#state = new Uint8Array(0)
    this.#lastAsked = 0
  }

  /** Another connection of the same session: what was not answered is asked again. */
  reopen (): void {
    for (let i = 0; i < this.#state.length; i++) if (this.#state[i] === ASKED) this.#state[i] = UNSURE
    this.#lastAsked = 0
  }

  isSure (id: number): boolean {
    return this.#state.length === 0 || this.#state[id - this.#ids.first] === SURE
  }

  /** A handshake under this id has come to its end. */
  settle (id: number): void {
    if (this.#state.length !== 0) this.#state[id - this.#ids.first] = SURE
  }

  /** Asks for all that no message has; does nothing while answers are awaited. */
  ask (releases: AckBatch): void {
    if (this.#lastAsked !== 0) return
    for (let id = this.#ids.first; id <= this.#ids.last; id++) {
      if (this.#state[id - this.#ids.first] !== UNSURE || this.#ids.ownerOf(id) >= 0) continue
      this.#state[id - this.#ids.first] = ASKED
      this.#lastAsked = id
      releases.add(AcknowledgementHeader.PUBREL, id)
    }
  }

  /** PUBCOMP. False when it was not asked for. The answer to the last one stands for all: a remote answers in order. */
  answered (id: number): boolean {
    if (this.#state[id - this.#ids.first] !== ASKED) return false
    this.#state[id - this.#ids.first] = SURE
    if (id === this.#lastAsked) {
      for (let i = 0; i < this.#state.length; i++) if (this.#state[i] === ASKED) this.#state[i] = SURE
      this.#lastAsked = 0
    }
    return true
  }
}
