/**
 * What goes out to a stored session when it is on disk: a message of QoS 2 with its packet identifier, and PUBREL. The device remembers both
 * over the end of this process, so that a message that is sent again must come under the identifier it had [MQTT-4.4.0-1], and no other
 * may have that. Messages of QoS 1 behind them keep their place.
 */
import { PacketType } from '../../mqtt/packet-type.ts'
import type { SessionStore } from '../session-store.ts'

const PUBLISH_QOS = 0x06

export class SafeFrames {
  readonly #store: Pick<SessionStore, 'settled'>
  readonly #pass: (frames: Buffer) => void
  #frames: Buffer[] = []
  /** Of those, how many the disk has been asked about. */
  #asked = 0
  #bytes = 0

  /** @param pass takes frames that are safe, whole ones */
  constructor (store: Pick<SessionStore, 'settled'>, pass: (frames: Buffer) => void) {
    this.#store = store
    this.#pass = pass
  }

  /** What waits. */
  get bytes (): number { return this.#bytes }

  /** Copies the frame where it must wait. False: it may go now. HOT. */
  takes (bytes: Buffer, start: number, end: number): boolean {
    const first = bytes[start] as number
    const type = first >> 4
    if (type === PacketType.PUBLISH ? !this.#waits((first & PUBLISH_QOS) >> 1) : type !== PacketType.PUBREL) return false
    this.#frames.push(Buffer.from(bytes.subarray(start, end)))
    this.#bytes += end - start
    return true
  }

  #waits (qos: number): boolean {
    return qos === 2 || (qos === 1 && this.#frames.length > 0)
  }

  /** Nothing more comes in this turn: asks once for all that has come in it. */
  ask (): void {
    const count = this.#frames.length - this.#asked
    if (count === 0) return
    this.#asked += count
    this.#store.settled(() => this.#release(count))
  }

  close (): void {
    this.#frames = []
    this.#asked = this.#bytes = 0
  }

  #release (count: number): void {
    if (this.#asked === 0) return // closed
    this.#asked -= count
    const frames = Buffer.concat(this.#frames.splice(0, count))
    this.#bytes -= frames.length
    this.#pass(frames)
  }
}
