/** Keeps the connection of a bridge on the settings and the trust of now: one take-over at a time, and once more while it can not be done. */
import { CausewayError, reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { HandshakeError, isOurVerdict } from '../../trust/errors.ts'
import type { Clock } from '../clock.ts'
import type { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { takeOver } from './take-over.ts'

/** How an attempt to move the link ended. */
export interface RenewalOutcome {
  /** The link is verified by the trust with this fingerprint; false: it is not. */
  readonly moved: boolean
  readonly fingerprint: string
  /** In words. */
  readonly reason: string
  /** From the dial of the second connection on. */
  readonly durationMs: number
}

export interface RenewalOptions {
  /** The one that is up, null without one. */
  readonly connection: () => Connection | null
  /** What the next connection in the place of `old` is made with. */
  readonly optionsLike: (old: Connection) => Promise<ConnectionOptions>
  readonly tookOver: (connection: Connection) => void
  readonly renewed: (outcome: RenewalOutcome) => void
  readonly logger: Logger
  readonly clock: Clock
}

/** What the connection that is up is behind of. */
type Cause = 'certificate files' | 'settings'

const made = { 'certificate files': 'verified by the new certificate files', settings: 'made with the new settings' } as const
const moved = {
  'certificate files': `link has moved to a connection ${made['certificate files']}`,
  settings: `link has moved to a connection ${made.settings}`
} as const

const SHORTEST_RETRY_MS = 5000
const LONGEST_RETRY_MS = 300_000

export class Renewal {
  readonly #options: RenewalOptions
  #wanted = false
  #anew = false
  /** Wanted while no connection was up: the one that was being made may have been made with the settings or the trust of before. */
  #missed = false
  #running: Promise<void> | null = null
  #retryMs = SHORTEST_RETRY_MS
  #cancelRetry: () => void = () => {}
  #stopped = false

  constructor (options: RenewalOptions) {
    this.#options = options
  }

  /** Settles when it has been tried. @param anew also when settings and trust are those that the link was made with: they do not accept the remote any more */
  async renew (anew = false): Promise<void> {
    this.#anew ||= anew
    this.#retryMs = SHORTEST_RETRY_MS
    await this.#try()
  }

  /** Settles when none is under way. */
  async settled (): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** A connection is up that took over from none. */
  cameUp (): void {
    if (this.#missed) void this.#try()
  }

  stop (): void {
    this.#stopped = true
    this.#cancelRetry()
  }

  async #try (): Promise<void> {
    this.#wanted = true
    this.#cancelRetry()
    while (this.#isDue()) {
      this.#running ??= this.#run()
      await this.#running
    }
  }

  /** Moves the link for another reason, with no renewal under way beside it. @param move never rejects */
  async meanwhile (move: () => Promise<void>): Promise<void> {
    while (this.#running !== null) await this.#running
    this.#running = move().then(() => { this.#running = null })
    await this.#running
  }

  async #run (): Promise<void> {
    await Promise.resolve() // with nothing to do it would be over before #running is set, and stand there as under way for ever
    while (this.#isDue()) {
      this.#wanted = false
      const old = this.#options.connection()
      this.#missed = old === null
      if (old !== null) await this.#once(old)
    }
    this.#running = null
  }

  #isDue (): boolean { return this.#wanted && !this.#stopped }

  async #once (old: Connection): Promise<void> {
    const { optionsLike, tookOver, renewed, logger, clock } = this.#options
    const begun = clock.now()
    let fingerprint = ''
    let cause: Cause = 'certificate files'
    try {
      const options = await optionsLike(old)
      const isOfNow = options.config === old.config
      if (!isOfNow) cause = 'settings'
      const trust = await options.trust?.()
      const isSame = !this.#anew && isOfNow
      this.#anew = false
      if (isSame && (trust === undefined || trust.fingerprint === old.fingerprint)) return
      fingerprint = trust?.fingerprint ?? ''
      const { connection, pauseMs } = await takeOver(options, old)
      renewed({ moved: true, fingerprint, reason: `nothing new went out for ${pauseMs} ms`, durationMs: clock.now() - begun })
      logger.info({ pauseMs, sessionPresent: connection.sessionPresent }, moved[cause])
      tookOver(connection)
    } catch (error) {
      if (!this.#stopped) renewed({ moved: false, fingerprint, reason: reasonOf(error), durationMs: clock.now() - begun })
      this.#failed(old, error, cause)
    }
  }

  #failed (old: Connection, thrown: unknown, cause: Cause): void {
    const { logger, clock } = this.#options
    if (this.#stopped) return
    if (cause === 'certificate files' && thrown instanceof HandshakeError && isOurVerdict(thrown)) {
      logger.warn({ code: thrown.code, reason: thrown.message, hint: thrown.hint }, 'remote is not accepted with the new certificate files; the link is ended')
      old.fail(thrown)
      return
    }
    const retryInMs = this.#retryMs
    this.#retryMs = Math.min(retryInMs * 3, LONGEST_RETRY_MS)
    this.#cancelRetry = clock.after(retryInMs, () => { void this.#try() })
    const code = thrown instanceof CausewayError ? { code: thrown.code } : {}
    logger.warn({ ...code, reason: reasonOf(thrown), retryInMs }, `link could not move to a connection ${made[cause]}; the old one serves on while it lasts`)
  }
}
