/** Who is told what speaks for a remote, and what could not be proven, while it is judged. */
import type { InUse } from '../in-use.ts'

export interface PeerWitness {
  /** What was let pass although it could not be proven, as `ocsp_fail = soft` has it. */
  unproven (words: string): void
  /** An OCSP answer that has proven one of its certificates good. */
  proven (answer: InUse): void
}

export const noWitness: PeerWitness = Object.freeze({ unproven: () => {}, proven: () => {} })
