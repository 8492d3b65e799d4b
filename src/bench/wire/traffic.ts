/**
 * The messages and acknowledgements of one connection, seen from the harness, in either role: what arrives is tallied and answered,
 * what was sent is acknowledged. Answers are gathered and written once per chunk.
 */
import type { Duplex } from 'node:stream'
import { PacketType } from '../../mqtt/packet-type.ts'
import { PublishView } from '../../mqtt/publish-view.ts'
import type { Publisher } from './publisher.ts'
import type { Tally } from './tally.ts'

const ANSWER_BYTES = 16_384

/** QoS 2 identifiers received and not released yet; outlives a connection where the session does. */
export type HeldIds = Uint8Array

export class Traffic {
  level: 3 | 4 | 5 = 4
  publisher: Publisher | null = null
  now = 0
  /** Frames that say the standard was not kept; the run is then an error. */
  fault: string | null = null
  readonly #socket: Duplex
  readonly #tally: Tally
  readonly #view = new PublishView()
  #held: HeldIds | null = null
  #answers = Buffer.allocUnsafe(ANSWER_BYTES)
  #length = 0

  constructor (socket: Duplex, tally: Tally) {
    this.#socket = socket
    this.#tally = tally
  }

  holdIdsIn (held: HeldIds): void {
    this.#held = held
  }

  /** @returns whether the frame was a message or an acknowledgement */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    switch ((bytes[start] as number) >> 4) {
      case PacketType.PUBLISH: this.#publish(bytes, start, body, end); return true
      case PacketType.PUBACK:
      case PacketType.PUBCOMP: this.publisher?.completed(idAt(bytes, body)); return true
      case PacketType.PUBREC:
        this.publisher?.recorded(idAt(bytes, body))
        this.#answer(PacketType.PUBREL << 4 | 2, idAt(bytes, body))
        return true
      case PacketType.PUBREL:
        if (this.#held !== null) this.#held[idAt(bytes, body)] = 0
        this.#answer(PacketType.PUBCOMP << 4, idAt(bytes, body))
        return true
      default: return false
    }
  }

  /** Writes the answers gathered; call it at the end of a chunk. */
  flush (): void {
    if (this.#length === 0 || this.#socket.destroyed) return
    this.#socket.write(Buffer.from(this.#answers.subarray(0, this.#length)))
    this.#length = 0
  }

  #publish (bytes: Buffer, start: number, body: number, end: number): void {
    const view = this.#view
    const wrong = view.read(bytes, start, body, end, this.level)
    if (wrong !== null) {
      this.fault = wrong.reason
      return
    }
    if (view.qos === 2) {
      this.#answer(PacketType.PUBREC << 4, view.packetId)
      this.#held ??= new Uint8Array(65_536)
      // sent again before its PUBREL: the same message, which a broker takes once [MQTT-4.3.3-2]
      if (this.#held[view.packetId] === 1) return
      this.#held[view.packetId] = 1
    } else if (view.qos === 1) {
      this.#answer(PacketType.PUBACK << 4, view.packetId)
    }
    this.#tally.take(bytes, view.payloadStart, end, this.now)
  }

  #answer (header: number, id: number): void {
    if (this.#length + 4 > ANSWER_BYTES) this.flush()
    const at = this.#length
    this.#answers[at] = header
    this.#answers[at + 1] = 2
    this.#answers[at + 2] = id >>> 8
    this.#answers[at + 3] = id
    this.#length = at + 4
  }
}

function idAt (bytes: Buffer, body: number): number {
  return ((bytes[body] as number) << 8) | (bytes[body + 1] as number)
}
