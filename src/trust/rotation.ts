/**
 * Takes what is in a set of files into use: detected, read, valid, canary, committed. One change at a time, the latest content
 * wins, and until a candidate is committed the last good generation serves. Certificate, key and CA are one generation.
 */
import { CausewayError, reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { CanaryVerdict } from './canary.ts'
import { TrustError, trustCodes } from './errors.ts'
import { FileWatch } from './file-watch.ts'
import type { FileWatchOptions } from './file-watch.ts'
import type { RotationOutcome, RotationStage, RotationStatus, RotationStrategy } from './rotation-state.ts'

/** What is common to what bridges dial with and what listeners serve with. */
export interface Generation {
  /** Equal content, equal fingerprint. */
  readonly fingerprint: string
  readonly warnings: readonly string[]
}

export interface RotationOptions<G extends Generation> {
  readonly files: readonly string[]
  /** Reads and checks the files. @throws TrustError */
  readonly read: (generation: number) => Promise<G>
  /** Tries a candidate; null: there is nobody to try it on, and what is valid is committed. */
  readonly canary: ((candidate: G, signal: AbortSignal) => Promise<CanaryVerdict>) | null
  readonly strategy: RotationStrategy
  /** A refused candidate is committed all the same after this time; null: never. */
  readonly canaryGraceMs: number | null
  readonly logger: Logger
  /** The first generation serves already, and what is odd about it was said. @default false */
  readonly firstWasTold?: boolean
  readonly watch?: Pick<FileWatchOptions, 'debounceMs' | 'pollMs' | 'events'>
  /** Waits between canaries, in milliseconds; the last one for ever. @default 5 s to 5 min */
  readonly retriesMs?: readonly number[]
}

/** A candidate that its canary has refused, and since when. */
interface Staged<G> {
  readonly candidate: G
  readonly attempts: number
  readonly since: number
}

const RETRIES_MS = [5000, 15_000, 60_000, 300_000]

export class Rotation<G extends Generation> {
  readonly #options: RotationOptions<G>
  readonly #watch: FileWatch
  readonly #listeners = new Set<(status: RotationStatus) => void>()
  readonly #committed = new Set<(generation: G) => void>()
  #current: G | null = null
  #generation = 0
  #stage: RotationStage = { name: 'reading', since: Date.now() }
  #last: RotationOutcome | null = null
  #staged: Staged<G> | null = null
  #changed = false
  #running: Promise<void> | null = null
  #trial: AbortController | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false

  constructor (options: RotationOptions<G>) {
    this.#options = options
    this.#watch = new FileWatch({ ...options.watch, files: options.files, changed: () => { void this.#take() } })
  }

  get status (): RotationStatus {
    return { generation: this.#generation, fingerprint: this.#current?.fingerprint ?? null, stage: this.#stage, last: this.#last }
  }

  /** What serves; null while nothing has been fit to. */
  get current (): G | null { return this.#current }

  /** Calls at each change of the status; the answer ends that. */
  onStatus (call: (status: RotationStatus) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  /** Calls with each generation that takes the place of another; the answer ends that. */
  onCommitted (call: (generation: G) => void): () => void {
    this.#committed.add(call)
    return () => { this.#committed.delete(call) }
  }

  /** Begins to watch, and reads the first generation, which needs no canary: it takes nobody's place. Never rejects. */
  async start (): Promise<void> {
    await this.#watch.start()
    await this.#take()
  }

  /**
   * What to dial or serve with.
   * @throws TrustError for files of which nothing has ever been fit to serve
   */
  serving (): G {
    if (this.#current !== null) return this.#current
    if (this.#stage.name === 'invalid') throw this.#stage.reason
    throw new TrustError(trustCodes.notReady, `${this.#options.files.join(', ')} have not been read yet`, { hint: 'It is tried again by itself.' })
  }

  /** Looks at the files now, and tries again what is staged or was invalid. Settles when that is done. */
  async check (): Promise<void> {
    if (!await this.#watch.check() && this.#stage.name !== 'settled') void this.#take()
    await this.#running
  }

  /** Commits what its canary has refused. False when nothing is staged. */
  commit (): boolean {
    const staged = this.#staged
    if (staged === null) return false
    this.#commit(staged.candidate, 'forced', 'an operator said so', Date.now() - staged.since)
    // what is being tried now counts its generation from the one before
    void this.#take()
    return true
  }

  async stop (): Promise<void> {
    this.#stopped = true
    this.#watch.close()
    this.#trial?.abort()
    if (this.#retry !== null) clearTimeout(this.#retry)
    await this.#running
    this.#enter({ name: 'stopped', since: Date.now() })
  }

  /** Takes what is in the files now; a canary of what was in them before is given up. */
  async #take (): Promise<void> {
    this.#changed = true
    this.#trial?.abort()
    this.#running ??= this.#run()
    await this.#running
  }

  async #run (): Promise<void> {
    while (this.#isDue()) {
      this.#changed = false
      if (this.#retry !== null) clearTimeout(this.#retry)
      await this.#attempt(Date.now())
    }
    this.#running = null
  }

  #isDue (): boolean { return this.#changed && !this.#stopped }

  async #attempt (begun: number): Promise<void> {
    this.#enter({ name: 'reading', since: begun })
    let candidate: G
    try {
      candidate = await this.#options.read(this.#generation + 1)
    } catch (error) {
      this.#reject(error, begun)
      return
    }
    if (candidate.fingerprint === this.#current?.fingerprint) this.#settleAgain()
    else await this.#prove(candidate, begun)
  }

  /** The files are back to what serves. */
  #settleAgain (): void {
    if (this.#staged !== null || this.#last?.result === 'invalid') this.#options.logger.info({ generation: this.#generation }, 'certificate files are back to what is in use')
    this.#staged = null
    this.#enter({ name: 'settled', since: Date.now() })
  }

  #reject (thrown: unknown, begun: number): void {
    const reason = thrown instanceof CausewayError ? thrown : new TrustError(trustCodes.unreadable, reasonOf(thrown), { cause: thrown })
    const { logger } = this.#options
    const isNews = this.#last?.result !== 'invalid' || this.#last.reason !== reason.message
    this.#staged = null
    this.#conclude('invalid', null, reason.message, Date.now() - begun)
    this.#enter({ name: 'invalid', since: Date.now(), reason })
    if (!isNews) return
    const serving = this.#current === null ? 'and nothing good was read before' : 'the last good generation serves on'
    logger.warn({ code: reason.code, reason: reason.message, hint: reason.hint, generation: this.#generation }, `certificate files can not be used, ${serving}`)
  }

  async #prove (candidate: G, begun: number): Promise<void> {
    const { canary, strategy } = this.#options
    if (this.#current === null || canary === null) return this.#commit(candidate, 'unproven', '', Date.now() - begun)
    if (strategy !== 'canary') return this.#commit(candidate, 'unproven', `strategy is ${strategy}`, Date.now() - begun)
    this.#enter({ name: 'canary', since: Date.now(), candidate: candidate.fingerprint })
    const trial = new AbortController()
    this.#trial = trial
    const verdict = await canary(candidate, trial.signal)
    this.#trial = null
    // the content has changed again, or somebody has committed it meanwhile
    if (trial.signal.aborted || this.#current.fingerprint === candidate.fingerprint) return
    if (verdict.kind === 'accepted') this.#commit(candidate, 'proven', '', Date.now() - begun)
    else if (verdict.kind === 'unreachable') this.#commit(candidate, 'unproven', verdict.reason.message, Date.now() - begun)
    else this.#refuse(candidate, verdict.reason, begun)
  }

  #refuse (candidate: G, reason: CausewayError, begun: number): void {
    const before = this.#staged?.candidate.fingerprint === candidate.fingerprint ? this.#staged : null
    const staged = { candidate, attempts: (before?.attempts ?? 0) + 1, since: before?.since ?? begun }
    const graceMs = (this.#options.canaryGraceMs ?? Infinity) - (Date.now() - staged.since)
    if (graceMs > 0) this.#putOff(staged, reason, graceMs)
    else this.#commit(candidate, 'forced', `canary_grace is over; ${reason.message}`, Date.now() - staged.since)
  }

  /** @param graceMs until it is committed all the same */
  #putOff (staged: Staged<G>, reason: CausewayError, graceMs: number): void {
    const { logger, retriesMs = RETRIES_MS } = this.#options
    const { candidate: { fingerprint }, attempts, since } = staged
    const retryInMs = Math.min(retriesMs[Math.min(attempts, retriesMs.length) - 1] ?? 0, graceMs)
    this.#staged = staged
    this.#conclude('refused', fingerprint, reason.message, Date.now() - since)
    this.#enter({ name: 'staged', since, candidate: fingerprint, reason, attempts, retryInMs })
    this.#retry = setTimeout(() => { void this.#take() }, retryInMs)
    this.#retry.unref()
    // once, not at each try
    if (attempts > 1) return
    const { code, message, hint } = reason
    logger.error({ code, reason: message, hint, candidate: fingerprint, retryInMs, generation: this.#generation }, 'new certificate files are valid but refused by a trial connection; the last good generation serves on')
  }

  #commit (candidate: G, result: 'proven' | 'unproven' | 'forced', reason: string, durationMs: number): void {
    const before = this.#current
    const wasInvalid = this.#last?.result === 'invalid'
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#current = candidate
    this.#generation++
    this.#staged = null
    this.#conclude(result, candidate.fingerprint, reason, durationMs)
    if (before !== null || this.#options.firstWasTold !== true) this.#warnOf(candidate)
    const isChange = before !== null || wasInvalid
    this.#options.logger[isChange ? 'info' : 'debug']({ generation: this.#generation, fingerprint: candidate.fingerprint, result, reason, durationMs }, 'certificate files are in use')
    this.#enter({ name: 'settled', since: Date.now() })
    if (before !== null) for (const call of this.#committed) call(candidate)
  }

  #warnOf (candidate: G): void {
    for (const warning of candidate.warnings) this.#options.logger.warn({}, warning)
  }

  #conclude (result: RotationOutcome['result'], fingerprint: string | null, reason: string, durationMs: number): void {
    this.#last = { result, fingerprint, reason, durationMs, at: Date.now() }
  }

  #enter (stage: RotationStage): void {
    this.#stage = stage
    const { status } = this
    for (const call of this.#listeners) call(status)
  }
}
