/** The last steps by which a set of files came to where it stands: what an operator looks at when a rollout does not do what it should. */
import type { RotationStep } from './rotation-state.ts'

/** Seven changes that go through, or far more that are refused again and again, which count as one. */
const MOST_STEPS = 50

export class RotationHistory {
  readonly #most: number
  #steps: readonly RotationStep[] = []

  constructor (most = MOST_STEPS) {
    this.#most = most
  }

  /** Oldest first. */
  get steps (): readonly RotationStep[] { return this.#steps }

  /** Adds a step; one that ends as the one before did only counts that up. */
  add (step: Omit<RotationStep, 'times'>): void {
    const last = this.#steps.at(-1)
    const isSame = last !== undefined && last.step === step.step && last.fingerprint === step.fingerprint && last.reason === step.reason
    const before = isSame ? this.#steps.slice(0, -1) : this.#steps
    this.#steps = Object.freeze([...before, Object.freeze({ ...step, times: isSame ? last.times + 1 : 1 })].slice(-this.#most))
  }
}
