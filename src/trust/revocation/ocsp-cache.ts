/** Proofs that certificates are good, until the responder has promised another. Several bridges to one remote ask once. */
import type { IssuedPair } from './ocsp-request.ts'

export interface GoodAnswer {
  readonly thisUpdate: Date
  /** Until then it is believed. */
  readonly until: Date
}

/** More than a node has remotes. */
const MAX_ENTRIES = 256
/** A responder that promises the next answer in a year is asked again tomorrow: a revocation is to be heard of. */
const MAX_AGE_MS = 86_400_000

interface Kept {
  readonly answer: GoodAnswer
  readonly askAgain: number
}

export class OcspCache {
  readonly #kept = new Map<string, Kept>()

  /** null: has to be asked for. */
  get (pair: IssuedPair, now: Date): GoodAnswer | null {
    const key = keyOf(pair)
    const kept = this.#kept.get(key)
    if (kept === undefined) return null
    // a clock that was set back is no reason to believe it for longer
    if (kept.askAgain > now.getTime() && kept.askAgain - MAX_AGE_MS <= now.getTime()) return kept.answer
    this.#kept.delete(key)
    return null
  }

  /** The oldest makes room. */
  keep (pair: IssuedPair, answer: GoodAnswer, now: Date): void {
    const key = keyOf(pair)
    const oldest = this.#kept.keys().next()
    if (!this.#kept.has(key) && this.#kept.size >= MAX_ENTRIES && oldest.done !== true) this.#kept.delete(oldest.value)
    this.#kept.set(key, { answer, askAgain: Math.min(answer.until.getTime(), now.getTime() + MAX_AGE_MS) })
  }
}

function keyOf ({ certificate, issuer }: IssuedPair): string {
  return `${certificate.fingerprint256} ${issuer.fingerprint256}`
}
