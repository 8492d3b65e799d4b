/**
 * The way back to the first server. While another one serves, the first is dialled, verified and asked with CONNECT again and again, at
 * random times; when it accepts, the link moves there. Until then nothing is taken from the connection that is up.
 */
import { CausewayError, reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Backoff } from '../backoff.ts'
import type { Clock } from '../clock.ts'
import type { Connection } from './connection.ts'
import type { Connector } from './connector.ts'
import type { Renewal } from './renewal.ts'
import { takeOver } from './take-over.ts'

export interface FailbackOptions {
  readonly connector: Connector
  readonly renewal: Renewal
  /** The one that is up, null without one. */
  readonly connection: () => Connection | null
  readonly tookOver: (connection: Connection) => void
  /** How long the first server must serve before the next way back is a quick one again. */
  readonly stableMs: number
  readonly logger: Logger
  readonly clock: Clock
}

export class Failback {
  readonly #options: FailbackOptions
  #backoff: Backoff
  #cancel: () => void = () => {}
  #stopped = false
  /** Why the first server was not accepted, or did not accept, when last it was said. */
  #said = ''

  constructor (backoff: Backoff, options: FailbackOptions) {
    this.#backoff = backoff
    this.#options = options
  }

  /** Other waits between attempts. */
  replace (backoff: Backoff): void {
    this.#backoff = backoff
  }

  /** This connection carries from now on. */
  serves (connection: Connection): void {
    const { clock, connector, stableMs } = this.#options
    this.#cancel()
    if (this.#stopped) return
    this.#cancel = connector.isFirst(connection)
      ? clock.after(stableMs, () => this.#backoff.reset())
      : clock.after(this.#backoff.next(), () => { void this.#options.renewal.meanwhile(async () => this.#try()) })
  }

  /** No connection carries. */
  lost (): void {
    this.#cancel()
  }

  stop (): void {
    this.#stopped = true
    this.#cancel()
  }

  async #try (): Promise<void> {
    const { connector, connection: current, tookOver, logger } = this.#options
    const old = current()
    if (this.#stopped || old === null || connector.isFirst(old)) return
    try {
      const { connection, pauseMs } = await connector.toFirst(async options => takeOver(options, old))
      logger.info({ server: connection.config.server.url, before: old.config.server.url, pauseMs, sessionPresent: connection.sessionPresent }, 'link has gone back to its first server')
      this.#said = ''
      tookOver(connection)
    } catch (error) {
      this.#report(error, old)
      if (current() === old) this.serves(old)
    }
  }

  /** A warning for each new reason: what keeps the link at another server may be one that somebody has to mend. */
  #report (error: unknown, old: Connection): void {
    const reason = reasonOf(error)
    const facts = { ...(error instanceof CausewayError ? { code: error.code, hint: error.hint } : {}), reason, served: old.config.server.url }
    const text = 'link can not go back to its first server yet; it is tried again by itself'
    if (this.#stopped || reason === this.#said) this.#options.logger.debug(facts, text)
    else this.#options.logger.warn(facts, text)
    this.#said = reason
  }
}
