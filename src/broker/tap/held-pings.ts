/**
 * Answers PINGREQs that stand behind a PUBLISH which has to wait: a device must not take a bridge without room for a dead
 * broker. It looks ahead at what is held and remembers how many it has answered, so that none is answered twice.
 */
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'

export class HeldPings implements FrameSink {
  readonly #answer: () => void
  readonly #maxPacketSize: number
  #ahead: FrameScanner | null = null
  /** Answered ahead, and not yet reached by the connection's own scanner. */
  #answered = 0
  /** Of those, how many the look-ahead has to pass over first. */
  #known = 0

  constructor (maxPacketSize: number, answer: () => void) {
    this.#maxPacketSize = maxPacketSize
    this.#answer = answer
  }

  /** The connection is held. @param bytes what of the current chunk is behind the packet it is held at */
  begin (bytes: Buffer): void {
    this.#known = this.#answered
    this.#ahead = new FrameScanner(this, this.#maxPacketSize)
    this.#ahead.push(bytes)
  }

  /** More has come while it is held. */
  push (chunk: Buffer): void {
    this.#ahead?.push(chunk)
  }

  /** It goes on. */
  end (): void {
    this.#ahead = null
  }

  /** The connection has reached a PINGREQ: was it answered ahead? */
  wasAnswered (): boolean {
    if (this.#answered === 0) return false
    this.#answered--
    return true
  }

  frame (bytes: Buffer, start: number): boolean {
    if ((bytes[start] as number) >> 4 !== PacketType.PINGREQ) return true
    if (this.#known > 0) {
      this.#known--
    } else {
      this.#answered++
      this.#answer()
    }
    return true
  }

  /** The connection's own scanner will find the same fault and say so. */
  malformed (): void {
    this.#ahead = null
  }
}
