/**
 * The writing side of a link with a rate limit: messages leave one by one as the limit lets them, whole frames always, and the outbox
 * hears that the link has enough. What an outbox hands over in one flush is all that waits here. HOT.
 */
import { PacketType } from '../../mqtt/packet-type.ts'
import { readVariableByteInteger, variableByteIntegerSize } from '../../mqtt/variable-byte-integer.ts'
import type { LinkWriter } from '../../relay/link.ts'
import type { Clock } from '../clock.ts'
import type { RateLimit } from './rate-limit.ts'

/** First byte of a PUBLISH of QoS 0, whatever its retain flag. */
const QOS_0_MASK = 0xfe
const QOS_0 = 0x30

interface Waiting {
  readonly frames: Buffer
  /** First byte that has not left. */
  at: number
  readonly written: (() => void) | null
}

export class PacedWriter implements LinkWriter {
  readonly #link: LinkWriter
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #drained: () => void
  #waiting: Waiting[] = []
  #cancel: (() => void) | null = null

  /** @param drained called when nothing waits here any more */
  constructor (link: LinkWriter, limit: RateLimit, clock: Clock, drained: () => void) {
    this.#link = link
    this.#limit = limit
    this.#clock = clock
    this.#drained = drained
  }

  /** Messages wait for their time. */
  get busy (): boolean { return this.#waiting.length > 0 }

  begin (): void { this.#link.begin() }
  end (): void { this.#link.end() }

  write (frames: Buffer, written: (() => void) | null): boolean {
    this.#waiting.push({ frames, at: 0, written })
    return this.#cancel === null && this.#send()
  }

  /** @returns false when the link has enough, or something waits for its time */
  #send (): boolean {
    let waitMs = this.#limit.waitMs(this.#clock.now())
    let more = true
    let done = 0
    for (const each of this.#waiting) {
      if (waitMs === 0) more = this.#some(each) && more
      if (each.at < each.frames.length) {
        waitMs = Math.max(1, this.#limit.waitMs(this.#clock.now()))
        break
      }
      done++
    }
    this.#waiting.splice(0, done)
    if (this.#waiting.length === 0) return more
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = null
      if (this.#send()) this.#drained()
    })
    return false
  }

  /** As many frames as may go, in one piece. */
  #some (waiting: Waiting): boolean {
    const { frames, at, written } = waiting
    let end = at
    while (end < frames.length && this.#limit.open) {
      const length = frameAt(frames, end)
      if ((frames[end] as number) >> 4 === PacketType.PUBLISH) this.#limit.take(length)
      end += length
    }
    waiting.at = end
    if (end === at) return true
    return this.#link.write(frames.subarray(at, end), end === frames.length ? written : null)
  }

  /**
   * The connection is gone.
   * @returns messages of QoS 0 that had not left; the others are still with the outbox
   */
  stop (): number {
    this.#cancel?.()
    this.#cancel = null
    let lost = 0
    for (const { frames, at, written } of this.#waiting) {
      for (let place = at; place < frames.length; place += frameAt(frames, place)) if (((frames[place] as number) & QOS_0_MASK) === QOS_0) lost++
      written?.()
    }
    this.#waiting = []
    return lost
  }
}

/** Length of the whole frame that starts there. */
function frameAt (frames: Buffer, at: number): number {
  const length = readVariableByteInteger(frames, at + 1, frames.length)
  return 1 + variableByteIntegerSize(length) + length
}
