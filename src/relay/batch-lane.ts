/** The lane of QoS 0: copied into a batch, written with the next flush, and forgotten. Nothing waits while the link is down. HOT. */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { PublishView } from '../mqtt/publish-view.ts'
import { BATCH_BYTES, FrameBatch } from './frame-batch.ts'
import { SingleFrame } from './frame-space.ts'
import { type LinkWriter, plainTerms, type SessionTerms } from './link.ts'
import { MessageExpiry } from './message-expiry.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { frameSize, keepsLayout, splicePublish, splicedBody, writeFixedHeader } from './publish-splice.ts'
import type { Rewrite } from './rewrite.ts'
import { type SetAside, TOO_LARGE } from './set-aside.ts'

export class BatchLane {
  readonly #level: 4 | 5
  readonly #counters: BridgeCounters
  readonly #setAside: SetAside | null
  readonly #batch = new FrameBatch()
  /** Makes room by a flush. */
  readonly #flush: () => void
  readonly #writeAlone: (frame: Buffer) => void
  readonly #expiry = new MessageExpiry()
  terms: SessionTerms = plainTerms

  /** @param writeAlone for a frame that is larger than any batch */
  constructor (options: Pick<OutboxOptions, 'level' | 'counters' | 'setAside'>, flush: () => void, writeAlone: (frame: Buffer) => void) {
    this.#level = options.level
    this.#counters = options.counters
    this.#setAside = options.setAside ?? null
    this.#flush = flush
    this.#writeAlone = writeAlone
  }

  get empty (): boolean { return this.#batch.length === 0 }
  get length (): number { return this.#batch.length }

  hasRoom (bytes: number): boolean { return this.#batch.hasRoom(bytes) }
  /** Enough has left since it was full that more is worth offering. */
  get roomy (): boolean { return this.#batch.hasRoom(BATCH_BYTES >>> 3) }

  /** @param header first byte of the frame */
  add (rewrite: Rewrite, view: PublishView, header: number): void {
    if (!this.terms.retainAvailable) header &= ~1 // [MQTT-3.2.2-14]
    if (rewrite.topic === null && rewrite.via === null && view.bytes[view.start] === header && keepsLayout(view, 0, this.#level)) {
      const length = view.end - view.start
      if (length > this.terms.maximumPacketSize) this.#tooLarge(rewrite, view, header) // [MQTT-3.2.2-15]
      else if (this.#makeRoom(length)) {
        this.#batch.addRun(view.bytes, view.start, view.end)
        this.#noteExpiry(length, view)
      } else this.#alone(Buffer.from(view.bytes.subarray(view.start, view.end)))
      return
    }
    const body = splicedBody(view, rewrite, 0, this.#level)
    const length = frameSize(body)
    if (length > this.terms.maximumPacketSize) {
      this.#tooLarge(rewrite, view, header)
      return
    }
    const fits = this.#makeRoom(length)
    const at = fits ? this.#batch.reserve(length) : 0
    const space = fits ? this.#batch : new SingleFrame(Buffer.allocUnsafeSlow(length))
    splicePublish(space, writeFixedHeader(space.buffer, at, header, body), view, rewrite, 0, this.#level)
    if (fits) this.#noteExpiry(length, view)
    else this.#alone(space.buffer)
  }

  #tooLarge (rewrite: Rewrite, view: PublishView, header: number): void {
    this.#counters.droppedTooLarge++
    if (this.#setAside === null) return
    const body = splicedBody(view, rewrite, 0, this.#level)
    const frame = Buffer.allocUnsafe(frameSize(body))
    const start = writeFixedHeader(frame, 0, header, body)
    splicePublish(new SingleFrame(frame), start, view, rewrite, 0, this.#level)
    const made = new PublishView()
    made.read(frame, 0, start, frame.length, this.#level)
    this.#setAside(made, TOO_LARGE, () => {})
  }

  #noteExpiry (length: number, view: PublishView): void {
    if (this.#expiry.read(view, this.#level)) this.#batch.noteExpiry(length, this.#expiry)
  }

  /** Room in the batch, by a flush if need be; false for a frame that is larger than any batch. */
  #makeRoom (length: number): boolean {
    if (!this.#batch.hasRoom(length)) this.#flush()
    return length <= BATCH_BYTES
  }

  #alone (frame: Buffer): void {
    this.#counters.sentQos0++
    this.#counters.sentBytes += frame.length
    this.#writeAlone(frame)
  }

  /**
   * @param most bytes, about; one message goes in any case
   * @returns false when the link has enough
   */
  write (link: LinkWriter, most = Infinity): boolean {
    const batch = this.#batch
    this.#counters.droppedExpired += batch.expire()
    const { count, length } = batch
    if (length === 0) return true
    const frames = most < length ? batch.takeSome(most) : batch.take()
    this.#counters.sentQos0 += count - batch.count
    this.#counters.sentBytes += frames.length
    return link.write(frames, most < length ? null : () => batch.giveBack(frames))
  }

  /** Copies what is only noted, so that its source may change. */
  settle (): void {
    this.#batch.settle()
  }

  drop (): void {
    this.#counters.droppedLinkDown += this.#batch.count
    this.#batch.clear()
  }
}
