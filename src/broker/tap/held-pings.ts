/**
 * Answers PINGREQs that stand behind a PUBLISH which has to wait: a device must not take a bridge without room for a dead
 * broker. While its connection is behind, it reads ahead of it, frame by frame, and counts what it answered.
 */
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'

export class HeldPings implements FrameSink {
  readonly #answer: () => void
  readonly #maxPacketSize: number
  #ahead: FrameScanner | null = null
  /** Answered ahead, and not yet reached by the connection itself. */
  #answered = 0

  constructor (maxPacketSize: number, answer: () => void) {
    this.#maxPacketSize = maxPacketSize
    this.#answer = answer
  }

  get reading (): boolean { return this.#ahead !== null }

  /** The connection is held. @param bytes all there is behind the packet it is held at */
  begin (bytes: Buffer): void {
    this.#ahead = new FrameScanner(this, this.#maxPacketSize)
    this.#ahead.push(bytes)
  }

  /** More has come; it is seen here first. */
  push (chunk: Buffer): void {
    this.#ahead?.push(chunk)
  }

  /** The connection has caught up. */
  end (): void {
    this.#ahead = null
    this.#answered = 0
  }

  /** The connection has reached a PINGREQ: was it answered ahead? */
  wasAnswered (): boolean {
    if (this.#answered === 0) return false
    this.#answered--
    return true
  }

  frame (bytes: Buffer, start: number): boolean {
    if ((bytes[start] as number) >> 4 === PacketType.PINGREQ) {
      this.#answered++
      this.#answer()
    }
    return true
  }

  /** The connection's own scanner will find the same fault, and say so. */
  malformed (): void {}
}
