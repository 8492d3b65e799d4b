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
  /** How it came, and what {@link bytes} is now. */
  #cameAs: 4 | 5 = 4
  #level: 4 | 5 = 4
  #other: Buffer | null = null

  /** False: its bytes can not go on as they are. */
  begin (view: PublishView): boolean {
    // some clients pad the length; seconds to expiry have to be counted
    if (view.bytes[view.start] !== PLAIN_PUBLISH || view.expiryAt >= 0 || view.body - view.start - 1 !== variableByteIntegerSize(view.end - view.body)) return false
    this.#view = view
    this.#other = null
    this.#cameAs = hasPropertyBlock(view) ? 5 : 4
    this.#asItCame(view)
    return true
  }

  /** Bytes of the frame for this version. */
  sizeFor (level: 4 | 5): number {
    const view = this.#view
    if (view === null || level === this.#cameAs) return view === null ? 0 : view.end - view.start
    return frameSize(splicedBody(view, SAME_TOPIC, 0, level))
  }

  /** Makes {@link bytes} the frame for this version. */
  become (level: 4 | 5): void {
    const view = this.#view
    if (level === this.#level || view === null) return
    if (level === this.#cameAs) return this.#asItCame(view)
    const length = splicedBody(view, SAME_TOPIC, 0, level)
    const frame = this.#other ??= written(view, length, level)
    this.bytes = frame
    this.start = 0
    this.body = frame.length - length
    this.end = frame.length
    this.#level = level
  }

  #asItCame (view: PublishView): void {
    this.#level = this.#cameAs
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
