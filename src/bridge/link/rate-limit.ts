/**
 * So many messages and bytes a second, for one direction of one bridge. What was not used is saved up for a while. A message may take
 * more bytes than there are: those behind it wait the longer. It outlives connections. HOT.
 */
import type { RateConfig } from '../../config/model.ts'
import type { LinkMeter } from '../../relay/link.ts'

/** A whole message, but for what is lost in adding up fractions. */
const ONE = 1 - 1e-6

/** The smallest PUBLISH: fixed header, a topic of one byte, nothing else. */
const LEAST_MESSAGE = 5

export class RateLimit implements LinkMeter {
  readonly #config: RateConfig
  #messages: number
  #bytes: number
  #last: number

  /** @param now milliseconds of a clock that never steps back */
  constructor (config: RateConfig, now: number) {
    this.#config = config
    this.#messages = this.#most(config.messages)
    this.#bytes = this.#most(config.bytes)
    this.#last = now
  }

  /** @param perSecond null: no limit */
  #most (perSecond: number | null): number {
    return perSecond === null ? Infinity : Math.max(1, perSecond * this.#config.burstMs / 1000)
  }

  /** Bytes that may go in one piece, which has then no more messages than may go; 0 when none may. */
  get room (): number { return this.open ? Math.min(this.#bytes, this.#messages * LEAST_MESSAGE) : 0 }

  /** May one more go? */
  get open (): boolean { return this.#messages >= ONE && this.#bytes > 0 }

  /** One went. */
  take (bytes: number): void {
    this.#messages--
    this.#bytes -= bytes
  }

  /** Lets time count; answers how many milliseconds it is until one more may go, 0 when it may. */
  waitMs (now: number): number {
    const { messages, bytes } = this.#config
    const passed = (now - this.#last) / 1000
    this.#last = now
    if (messages !== null) this.#messages = Math.min(this.#most(messages), this.#messages + passed * messages)
    if (bytes !== null) this.#bytes = Math.min(this.#most(bytes), this.#bytes + passed * bytes)
    return this.open ? 0 : Math.max(untilThere(ONE - this.#messages, messages), untilThere(-this.#bytes, bytes)) + 1
  }
}

/** Milliseconds until what is missing has come in. */
function untilThere (missing: number, perSecond: number | null): number {
  return perSecond === null || missing < 0 ? 0 : Math.floor(1000 * missing / perSecond)
}
