/** What is told of a rotation: where it stands, how its last change ended, the steps that led there, and the lines in the log. */
import type { CausewayError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { CanaryVerdict } from './canary.ts'
import { RotationHistory } from './rotation-history.ts'
import type { RotationOutcome, RotationStage, RotationStatus, RotationStep } from './rotation-state.ts'

/** What a change is about. */
export interface Subject {
  readonly fingerprint: string
  /** Detected at, by the clock that is never set. */
  readonly begun: number
}

const trialSteps = { accepted: 'proven', unreachable: 'unproven', refused: 'refused' } as const

export class RotationRecord {
  readonly #logger: Logger
  readonly #history = new RotationHistory()
  readonly #listeners = new Set<(status: RotationStatus) => void>()
  #generation = 0
  #fingerprint: string | null = null
  #stage: RotationStage = { name: 'reading', since: Date.now() }
  #last: RotationOutcome | null = null
  /** Why the files can not be used, as long as they can not. */
  #fault: string | null = null

  constructor (logger: Logger) {
    this.#logger = logger
  }

  get status (): RotationStatus {
    return { generation: this.#generation, fingerprint: this.#fingerprint, stage: this.#stage, last: this.#last }
  }

  get history (): readonly RotationStep[] { return this.#history.steps }
  get generation (): number { return this.#generation }
  get stage (): RotationStage { return this.#stage }
  /** What is in the files can not be used. */
  get isInvalid (): boolean { return this.#fault !== null }

  onStatus (call: (status: RotationStatus) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  detected (): void {
    this.note('detected', null, '', 0)
  }

  reading (): void {
    this.#enter({ name: 'reading', since: Date.now() })
  }

  valid ({ fingerprint, begun }: Subject): void {
    this.note('valid', fingerprint, '', performance.now() - begun)
  }

  invalid (reason: CausewayError, begun: number): void {
    const isNews = this.#fault !== reason.message
    this.#fault = reason.message
    this.#conclude('invalid', { fingerprint: null, begun }, reason.message)
    this.note('invalid', null, reason.message, performance.now() - begun)
    this.#enter({ name: 'invalid', since: Date.now(), reason })
    if (!isNews) return
    const serving = this.#generation === 0 ? 'and nothing good was read before' : 'the last good generation serves on'
    this.#logger.warn({ code: reason.code, reason: reason.message, hint: reason.hint, generation: this.#generation }, `certificate files can not be used, ${serving}`)
  }

  /** @param isNews something else was in them before */
  settled (isNews: boolean, begun: number): void {
    if (isNews) {
      this.#logger.info({ generation: this.#generation }, 'certificate files are back to what is in use')
      this.note('unchanged', this.#fingerprint, 'the files are back to what is in use', performance.now() - begun)
    }
    this.#fault = null
    this.#enter({ name: 'settled', since: Date.now() })
  }

  trying (candidate: string): void {
    this.#fault = null
    this.#enter({ name: 'canary', since: Date.now(), candidate })
  }

  tried (verdict: CanaryVerdict, reason: string, { fingerprint, begun }: Subject): void {
    const { kind, servers } = verdict
    this.#add({ step: trialSteps[kind], fingerprint, reason, durationMs: performance.now() - begun, ...(servers === undefined ? {} : { servers }) })
  }

  staged (subject: Subject, about: Omit<Extract<RotationStage, { name: 'staged' }>, 'name' | 'candidate'>): void {
    this.#conclude('refused', subject, about.reason.message)
    this.#enter({ name: 'staged', candidate: subject.fingerprint, ...about })
    // once, not at each try
    if (about.attempts > 1) return
    const { code, message, hint } = about.reason
    this.#logger.error({ code, reason: message, hint, candidate: subject.fingerprint, retryInMs: about.retryInMs, generation: this.#generation }, 'new certificate files are valid but refused by a trial connection; the last good generation serves on')
  }

  /** @param isNews it was not before */
  aborted (subject: Subject, isNews: boolean): void {
    if (isNews) {
      const reason = 'an operator said so'
      this.#conclude('aborted', subject, reason)
      this.note('aborted', subject.fingerprint, reason, 0)
      this.#logger.warn({ candidate: subject.fingerprint, generation: this.#generation }, 'new certificate files are given up until they change; the last good generation serves on')
    }
    this.#enter({ name: 'aborted', since: Date.now(), candidate: subject.fingerprint })
  }

  committed (subject: Subject, result: 'proven' | 'unproven' | 'forced', reason: string): void {
    const isChange = this.#generation > 0 || this.isInvalid
    const { fingerprint } = subject
    this.#generation++
    this.#fingerprint = fingerprint
    this.#fault = null
    const { durationMs } = this.#conclude(result, subject, reason)
    this.note('committed', fingerprint, reason === '' ? result : `${result}: ${reason}`, durationMs)
    this.#logger[isChange ? 'info' : 'debug']({ generation: this.#generation, fingerprint, result, reason, durationMs }, 'certificate files are in use')
    this.#enter({ name: 'settled', since: Date.now() })
  }

  stopped (): void {
    this.#enter({ name: 'stopped', since: Date.now() })
  }

  note (step: RotationStep['step'], fingerprint: string | null, reason: string, durationMs: number): void {
    this.#add({ step, fingerprint, reason, durationMs })
  }

  #add (step: Omit<RotationStep, 'at' | 'generation' | 'times'>): void {
    this.#history.add({ ...step, durationMs: Math.round(step.durationMs), at: Date.now(), generation: this.#generation })
  }

  #conclude (result: RotationOutcome['result'], { fingerprint, begun }: { readonly fingerprint: string | null, readonly begun: number }, reason: string): RotationOutcome {
    this.#last = { result, fingerprint, reason, durationMs: Math.round(performance.now() - begun), at: Date.now() }
    return this.#last
  }

  #enter (stage: RotationStage): void {
    this.#stage = stage
    const { status } = this
    for (const call of this.#listeners) call(status)
  }
}
