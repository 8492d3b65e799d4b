/**
 * One PUBLISH of QoS 0 as each version of MQTT has it: as it came for subscribers of its own version, written anew, once and
 * only when somebody takes it, for those of the other. Used again for each message. HOT.
 */
import type { PublishView } from '../mqtt/publish-view.ts'
import { variableByteIntegerSize } from '../mqtt/variable-byte-integer.ts'
import { SingleFrame } from '../relay/frame-space.ts'
import { frameSize, hasPropertyBlock, splicedBody, splicePublish, writeFixedHeader } from '../relay/publish-splice.ts'
import { KEEP, Rewrite } from '../relay/rewrite.ts'

const PLAIN_PUBLISH = 0x30
const SAME_TOPIC = new Rewrite('', '', KEEP, KEEP)

export class PublishFrame {
  /** The frame, its body and its end, in the form last asked for. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  body = 0
  end = 0
  #view: PublishView | null = null
  /** How it came, and what {@link bytes} is now; 0: nobody has asked yet. */
  #cameAs: 0 | 4 | 5 = 0
  #level: 0 | 4 | 5 = 0
  #other: Buffer | null = null

  /** @param view of QoS 0, without RETAIN. @returns false: its bytes can not go on as they are */
  begin (view: PublishView): boolean {
    // some clients pad the length; seconds to expiry have to be counted
    if (view.expiryAt >= 0 || view.body - view.start - 1 !== variableByteIntegerSize(view.end - view.body)) return false
    this.#view = view
    this.#cameAs = this.#level = 0
    return true
  }

  get size (): number { return this.end - this.start }

  /** Makes {@link bytes} the frame for this version. */
  become (level: 4 | 5): void {
    const view = this.#view
    if (level === this.#level || view === null) return
    if (this.#cameAs === 0) this.#look(view)
    this.#level = level
    if (level === this.#cameAs) return this.#asItCame(view)
    const length = splicedBody(view, SAME_TOPIC, 0, level)
    const frame = this.#other ??= written(view, length, level)
    this.bytes = frame
    this.start = 0
    this.body = frame.length - length
    this.end = frame.length
  }

  #look (view: PublishView): void {
    this.#cameAs = hasPropertyBlock(view) ? 5 : 4
    this.#other = null
  }

  #asItCame (view: PublishView): void {
    this.bytes = view.bytes
    this.start = view.start
    this.body = view.body
    this.end = view.end
  }
}

function written (view: PublishView, length: number, level: 4 | 5): Buffer {
  const frame = Buffer.allocUnsafe(frameSize(length))
  splicePublish(new SingleFrame(frame), writeFixedHeader(frame, 0, PLAIN_PUBLISH, length), view, SAME_TOPIC, 0, level)
  return frame
}
