/**
 * Takes what is in a set of files into use: detected, read, valid, canary, committed. One change at a time, the latest content
 * wins, and until a candidate is committed the last good generation serves. Certificate, key and CA are one generation.
 */
import { CausewayError, reasonOf } from '../errors.ts'
import { TrustError, handshakeCodes, trustCodes } from './errors.ts'
import { FileWatch } from './file-watch.ts'
import { RotationRecord } from './rotation-record.ts'
import type { Subject } from './rotation-record.ts'
import type { Generation, RotationOptions } from './rotation-options.ts'
import type { RotationStatus, RotationStep } from './rotation-state.ts'

/** What is valid and does not serve yet. */
interface Pending<G> extends Subject {
  readonly candidate: G
  /** Trials that refused it. */
  readonly attempts: number
  /** Detected at, in milliseconds since 1970. */
  readonly since: number
  /** An operator does not want it. */
  readonly aborted: boolean
}

const RETRIES_MS = [5000, 15_000, 60_000, 300_000]

export class Rotation<G extends Generation> {
  readonly #options: RotationOptions<G>
  readonly #watch: FileWatch
  readonly #record: RotationRecord
  readonly #committed = new Set<(generation: G) => void>()
  #current: G | null = null
  #pending: Pending<G> | null = null
  /** When what is to be taken was detected, and whether it was not known before. */
  #begun = 0
  #isNew = false
  #changed = false
  #running: Promise<void> | null = null
  #trial: AbortController | null = null
  #retry: NodeJS.Timeout | null = null
  #stopped = false

  constructor (options: RotationOptions<G>) {
    this.#options = options
    this.#record = new RotationRecord(options.logger)
    this.#watch = new FileWatch({ ...options.watch, files: options.files, changed: () => { void this.#take(true) } })
  }

  get status (): RotationStatus { return this.#record.status }

  /** The last steps, oldest first. */
  get history (): readonly RotationStep[] { return this.#record.history }

  /** What serves; null while nothing has been fit to. */
  get current (): G | null { return this.#current }

  /** Calls at each change of the status; the answer ends that. */
  onStatus (call: (status: RotationStatus) => void): () => void {
    return this.#record.onStatus(call)
  }

  /** Calls with each generation that takes the place of another; the answer ends that. */
  onCommitted (call: (generation: G) => void): () => void {
    this.#committed.add(call)
    return () => { this.#committed.delete(call) }
  }

  /** Begins to watch, and reads the first generation, which needs no canary: it takes nobody's place. Never rejects. */
  async start (): Promise<void> {
    await this.#watch.start()
    await this.#take(true)
  }

  /**
   * What to dial or serve with.
   * @throws TrustError for files of which nothing has ever been fit to serve
   */
  serving (): G {
    if (this.#current !== null) return this.#current
    if (this.#record.stage.name === 'invalid') throw this.#record.stage.reason
    throw new TrustError(trustCodes.notReady, `${this.#options.files.join(', ')} have not been read yet`, { hint: 'It is tried again by itself.' })
  }

  /** Looks at the files now, and tries again what is staged or was invalid. Settles when that is done. */
  async check (): Promise<void> {
    if (!await this.#watch.check() && this.#record.stage.name !== 'settled') void this.#take(false)
    await this.#running
  }

  /** Commits what is valid and does not serve yet, whatever its canary says. False when there is no such thing. */
  commit (): boolean {
    const pending = this.#pending
    if (pending === null) return false
    this.#commit(pending, 'forced', 'an operator said so')
    // what is being tried now counts its generation from the one before
    void this.#take(false)
    return true
  }

  /** Gives up what is valid and does not serve yet, until the files change. False when there is no such thing. */
  abort (): boolean {
    const pending = this.#pending
    if (pending === null || pending.aborted) return false
    this.#pending = { ...pending, aborted: true }
    this.#trial?.abort()
    this.#cancelRetry()
    this.#record.aborted(pending, true)
    return true
  }

  /** What became of a generation after it was committed: whether the link was moved to it. */
  note (step: 'cut over' | 'not cut over', fingerprint: string, reason: string, durationMs: number): void {
    this.#record.note(step, fingerprint, reason, durationMs)
  }

  async stop (): Promise<void> {
    this.#stopped = true
    this.#watch.close()
    this.#trial?.abort()
    this.#cancelRetry()
    await this.#running
    this.#record.stopped()
  }

  /** Takes what is in the files now; a canary of what was in them before is given up. */
  async #take (isNew: boolean): Promise<void> {
    this.#changed = true
    this.#isNew ||= isNew
    this.#begun = performance.now()
    this.#trial?.abort()
    this.#running ??= this.#run()
    await this.#running
  }

  async #run (): Promise<void> {
    while (this.#isDue()) {
      this.#changed = false
      this.#cancelRetry()
      if (this.#isNew) this.#record.detected()
      this.#isNew = false
      await this.#attempt(this.#begun)
    }
    this.#running = null
  }

  #isDue (): boolean { return this.#changed && !this.#stopped }

  async #attempt (begun: number): Promise<void> {
    const since = Date.now()
    this.#record.reading()
    let candidate: G
    try {
      candidate = await this.#options.read(this.#record.generation + 1)
    } catch (error) {
      this.#pending = null
      this.#record.invalid(error instanceof CausewayError ? error : new TrustError(trustCodes.unreadable, reasonOf(error), { cause: error }), begun)
      return
    }
    const { fingerprint } = candidate
    const before = this.#pending?.fingerprint === fingerprint ? this.#pending : null
    if (fingerprint === this.#current?.fingerprint) {
      this.#record.settled(this.#pending !== null || this.#record.isInvalid, begun)
      this.#pending = null
    } else if (before?.aborted === true) this.#record.aborted(before, false)
    else {
      if (before === null) this.#record.valid({ fingerprint, begun })
      await this.#prove({ attempts: 0, since, begun, aborted: false, fingerprint, ...before, candidate })
    }
  }

  async #prove (pending: Pending<G>): Promise<void> {
    const { canary, strategy } = this.#options
    const { candidate, fingerprint } = pending
    this.#pending = pending
    if (this.#current === null || canary === null) return this.#commit(pending, 'unproven', '')
    if (strategy !== 'canary') return this.#commit(pending, 'unproven', `strategy is ${strategy}`)
    this.#record.trying(fingerprint)
    const trial = new AbortController()
    const begun = performance.now()
    this.#trial = trial
    const verdict = await canary(candidate, trial.signal)
    this.#trial = null
    // the content has changed again, or somebody has decided meanwhile
    if (trial.signal.aborted || this.#pending !== pending) return
    const reason = verdict.kind === 'accepted' ? verdict.note ?? '' : verdict.reason.message
    this.#record.tried(verdict, reason, { fingerprint, begun })
    if (verdict.kind === 'refused' && verdict.reason.code === handshakeCodes.revoked) {
      // no slip of whoever pushed the files: its authority has signed that
      this.#commit(pending, 'forced', reason)
    } else if (verdict.kind === 'refused') this.#refuse(pending, verdict.reason)
    else this.#commit(pending, verdict.kind === 'accepted' ? 'proven' : 'unproven', reason)
  }

  #refuse (before: Pending<G>, reason: CausewayError): void {
    const pending = { ...before, attempts: before.attempts + 1 }
    // by the clock that is never set: an hour of grace is an hour, also when the time is set after a cold start
    const graceMs = (this.#options.canaryGraceMs ?? Infinity) - (performance.now() - pending.begun)
    if (graceMs > 0) this.#putOff(pending, reason, graceMs)
    else this.#commit(pending, 'forced', `canary_grace is over; ${reason.message}`)
  }

  /** @param graceMs until it is committed all the same */
  #putOff (pending: Pending<G>, reason: CausewayError, graceMs: number): void {
    const { retriesMs = RETRIES_MS } = this.#options
    const { attempts, since } = pending
    const retryInMs = Math.min(retriesMs[Math.min(attempts, retriesMs.length) - 1] ?? 0, graceMs)
    this.#pending = pending
    this.#record.staged(pending, { since, reason, attempts, retryInMs })
    this.#retry = setTimeout(() => { void this.#take(false) }, retryInMs)
    this.#retry.unref()
  }

  #commit (pending: Pending<G>, result: 'proven' | 'unproven' | 'forced', reason: string): void {
    const { candidate } = pending
    const { logger, firstWasTold } = this.#options
    const isFirst = this.#current === null
    this.#cancelRetry()
    this.#current = candidate
    this.#pending = null
    if (!isFirst || firstWasTold !== true) for (const warning of candidate.warnings) logger.warn({}, warning)
    this.#record.committed(pending, result, reason)
    if (!isFirst) for (const call of this.#committed) call(candidate)
  }

  #cancelRetry (): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
  }
}
