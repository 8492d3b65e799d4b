/** Proofs that certificates are good, until the responder has promised another. Several bridges to one remote ask once. */
import type { IssuedPair } from './ocsp-request.ts'

export interface GoodAnswer {
  readonly thisUpdate: Date
  /** Until then it is believed. */
  readonly until: Date
}

export interface KeptAnswer extends GoodAnswer {
  /** It holds, and there may be a newer one: to be asked for, and to be used where none is had. */
  readonly isDue: boolean
}

/** More than a node has remotes. */
const MAX_ENTRIES = 256
/** A responder that promises the next answer in a year is asked again tomorrow: a revocation is to be heard of. */
const MAX_AGE_MS = 86_400_000
/** By then most responders have a newer one. */
const SHARE_OF_LIFE = 0.75
/** One that is handed out near its end is not asked for at each dial. */
const LEAST_AGE_MS = 60_000

interface Kept {
  readonly answer: GoodAnswer
  readonly at: number
}

export class OcspCache {
  readonly #kept = new Map<string, Kept>()

  /** null: nothing that holds is known. */
  get (pair: IssuedPair, now: Date): KeptAnswer | null {
    const key = keyOf(pair)
    const kept = this.#kept.get(key)
    if (kept === undefined) return null
    const { answer, at } = kept
    const age = now.getTime() - at
    // a clock that was set back is no reason to believe it for longer
    if (answer.until.getTime() > now.getTime() && age >= 0) return { ...answer, isDue: age >= Math.min(Math.max(lifeLeft(kept) * SHARE_OF_LIFE, LEAST_AGE_MS), MAX_AGE_MS) }
    this.#kept.delete(key)
    return null
  }

  /** The oldest makes room. */
  keep (pair: IssuedPair, answer: GoodAnswer, now: Date): void {
    const key = keyOf(pair)
    const oldest = this.#kept.keys().next()
    if (!this.#kept.has(key) && this.#kept.size >= MAX_ENTRIES && oldest.done !== true) this.#kept.delete(oldest.value)
    this.#kept.set(key, { answer, at: now.getTime() })
  }

  delete (pair: IssuedPair): void {
    this.#kept.delete(keyOf(pair))
  }
}

/** When it was had. */
function lifeLeft ({ answer, at }: Kept): number {
  return answer.until.getTime() - at
}

function keyOf ({ certificate, issuer }: IssuedPair): string {
  return `${certificate.fingerprint256} ${issuer.fingerprint256}`
}
