/**
 * The OCSP answers that speak for a remote end while its link stands. Before they do, the remote is tried anew, on a connection of its own: it brings newer answers, or is
 * found to be revoked, and then the link is ended as well.
 */
import type { Logger } from '../logger.ts'
import type { CanaryVerdict } from '../trust/canary.ts'
import { isOurVerdict } from '../trust/errors.ts'
import type { InUse } from '../trust/in-use.ts'

export interface StandingProofOptions {
  /** Is there a link that stands? A dial brings answers of its own. */
  readonly isUp: () => boolean
  readonly tryRemote: (signal: AbortSignal) => Promise<CanaryVerdict>
  /** The remote is not accepted any more. */
  readonly refused: () => void
  readonly logger: Logger
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number
}

/** Of the time that is left: most remotes and responders have a newer answer by then. */
const SHARE_OF_REST = 0.75
const SHORTEST_MS = 60_000
const LONGEST_MS = 86_400_000

export class StandingProof {
  readonly #options: Required<StandingProofOptions>
  readonly #stopping = new AbortController()
  #answers: readonly InUse[] = []
  #timer: NodeJS.Timeout | null = null
  #isTrying = false

  constructor (options: StandingProofOptions) {
    this.#options = { now: Date.now, ...options }
  }

  get answers (): readonly InUse[] { return this.#answers }

  /** Those of the last dial. */
  replace (answers: readonly InUse[]): void {
    this.#answers = answers
    this.#schedule()
  }

  stop (): void {
    this.#stopping.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Looks now. Settles when it is known. */
  async look (): Promise<void> {
    if (this.#isTrying || this.#stopping.signal.aborted) return
    this.#isTrying = true
    if (this.#options.isUp()) this.#heed(await this.#options.tryRemote(this.#stopping.signal))
    this.#isTrying = false
    this.#schedule()
  }

  #heed (verdict: CanaryVerdict): void {
    if (this.#stopping.signal.aborted) return
    // those of now hold to their end where none newer came
    if (verdict.kind === 'accepted' && verdict.answers !== undefined && verdict.answers.length > 0) this.#answers = verdict.answers
    if (verdict.kind !== 'refused' || !isOurVerdict(verdict.reason)) return
    const { code, message, hint } = verdict.reason
    this.#options.logger.warn({ code, reason: message, hint }, 'remote is not accepted any more, although its certificate files have not changed')
    this.#options.refused()
  }

  #schedule (): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#answers.length === 0 || this.#stopping.signal.aborted) return
    const left = Math.min(...this.#answers.map(({ notAfter }) => notAfter)) - this.#options.now()
    this.#timer = setTimeout(() => { void this.look() }, Math.min(Math.max(left * SHARE_OF_REST, SHORTEST_MS), LONGEST_MS))
    this.#timer.unref()
  }
}
