/** The writing side of a verified socket: whole frames only [invariant 5], and nothing after DISCONNECT. HOT. */
import type { Socket } from 'node:net'
import { AckBatch } from '../../relay/ack-batch.ts'
import type { LinkWriter } from '../../relay/link.ts'

export class LinkSocket implements LinkWriter {
  readonly #socket: Socket
  readonly #acks = new AckBatch()
  #scheduled = false
  #finished = false
  /** Something was written since {@link takeSaid}. */
  #said = false

  constructor (socket: Socket) {
    this.#socket = socket
  }

  begin (): void {
    this.#socket.cork()
  }

  end (): void {
    this.#socket.uncork()
  }

  write (frames: Buffer, written: (() => void) | null): boolean {
    if (this.#shut) return true
    this.#said = true
    return written === null ? this.#socket.write(frames) : this.#socket.write(frames, written)
  }

  /** DISCONNECT goes out, and nothing behind it [MQTT-3.14.4-2]. */
  writeLast (frame: Buffer): void {
    this.#flushAcknowledgements()
    this.write(frame, null)
    this.#finished = true
  }

  /**
   * Goes out with the others of this turn.
   * @param header of AcknowledgementHeader
   */
  acknowledge (header: number, packetId: number, reason: number): void {
    this.#acks.add(header, packetId, reason)
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#flushAcknowledgements()
    })
  }

  /** Has anything been written since the last call? */
  takeSaid (): boolean {
    const said = this.#said
    this.#said = false
    return said
  }

  #flushAcknowledgements (): void {
    if (this.#acks.length !== 0) this.write(this.#acks.take(), null)
  }

  get #shut (): boolean { return this.#finished || this.#socket.destroyed }
}
