/**
 * The writing side of a link with a rate limit: counts the messages that pass, says how much more may, and calls when more may again. Nothing waits
 * here: what may not go yet is with the outbox, which chooses what goes next when it may. HOT.
 */
import { frameLength } from '../../mqtt/frame-layout.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { LinkMeter, LinkWriter } from '../../relay/link.ts'
import type { Clock } from '../clock.ts'
import type { RateLimit } from './rate-limit.ts'

export class PacedWriter implements LinkWriter {
  readonly #link: LinkWriter
  readonly #limit: RateLimit
  readonly #clock: Clock
  readonly #open: () => void
  #cancel: (() => void) | null = null
  #stopped = false

  /** @param open called when more may go after nothing could */
  constructor (link: LinkWriter, limit: RateLimit, clock: Clock, open: () => void) {
    this.#link = link
    this.#limit = limit
    this.#clock = clock
    this.#open = open
  }

  get meter (): LinkMeter { return this.#limit }

  begin (): void {
    this.#link.begin()
    this.#count()
  }

  end (): void { this.#link.end() }

  /** @returns false when the link has enough, whatever the limit says */
  write (frames: Buffer, written: (() => void) | null): boolean {
    for (let at = 0; at < frames.length;) {
      const length = frameLength(frames, at)
      if ((frames[at] as number) >> 4 === PacketType.PUBLISH) this.#limit.take(length)
      at += length
    }
    if (this.#limit.room === 0) this.#count()
    return this.#link.write(frames, written)
  }

  /** Lets time count, and waits where nothing may go. */
  #count (): void {
    const waitMs = this.#limit.waitMs(this.#clock.now())
    if (waitMs === 0 || this.#stopped) return
    this.#cancel ??= this.#clock.after(waitMs, () => {
      this.#cancel = null
      this.#open()
    })
  }

  /** The connection is gone. */
  stop (): void {
    this.#stopped = true
    this.#cancel?.()
    this.#cancel = null
  }
}
