/** A remote of MQTT 5 whose quota is used up: how long nothing new goes out, longer each time while it goes on. */
import type { Logger } from '../../logger.ts'
import type { Backoff } from '../backoff.ts'
import type { Clock } from '../clock.ts'

/** After so long without another one it begins with a short wait again. */
const CALM_MS = 30_000

export class Slowdown {
  readonly #backoff: Backoff
  readonly #logger: Logger
  readonly #clock: Clock
  #until = -Infinity

  constructor (backoff: Backoff, logger: Logger, clock: Clock) {
    this.#backoff = backoff
    this.#logger = logger
    this.#clock = clock
  }

  /** Calls `goOn` after a while. @returns what prevents that */
  pause (goOn: () => void): () => void {
    const now = this.#clock.now()
    const isNew = now - this.#until > CALM_MS
    if (isNew) this.#backoff.reset()
    const pauseMs = this.#backoff.next()
    this.#until = now + pauseMs
    const facts = { pauseMs, hint: 'Raise the quota at the remote, or set `rate_limit` below it. Nothing is lost meanwhile but what the queue has no room for.' }
    const text = 'remote has a quota that is used up (0x97); messages wait and are sent again, slower'
    if (isNew) this.#logger.warn(facts, text)
    else this.#logger.debug(facts, text)
    return this.#clock.after(pauseMs, goOn)
  }
}
