/** What a stapled OCSP response says of the certificate that came with it, before anything is trusted: for an operator who looks at a server. */
import type { X509Certificate } from 'node:crypto'
import { dateOf, isIssuedBy, nameOf } from '../certificate-facts.ts'
import { ocspVerdict } from './ocsp-verdict.ts'

export interface StapleDescription {
  /** `unproven`: it may be right, and the certificate it is signed by did not come along; `unusable`: it is not. */
  readonly status: 'none' | 'good' | 'revoked' | 'unproven' | 'unusable'
  readonly words: string
}

/** @param chain as it was shown, leaf first */
export function describeStaple (staple: Buffer | null, [leaf, ...others]: readonly X509Certificate[], now = new Date()): StapleDescription {
  if (staple === null || leaf === undefined) return { status: 'none', words: 'none' }
  const issuer = [leaf, ...others].find(each => isIssuedBy(leaf, each))
  if (issuer === undefined) return { status: 'unproven', words: `one is there, and ${nameOf(leaf, 'issuer')}, by whom it can be judged, was not sent` }
  const verdict = ocspVerdict(staple, { certificate: leaf, issuer, nonce: null, nonceRequired: false }, now)
  switch (verdict.kind) {
    case 'good': return { status: 'good', words: `good, of ${dateOf(verdict.thisUpdate.toISOString())}, until ${dateOf(verdict.until.toISOString())}` }
    case 'revoked': return { status: 'revoked', words: `revoked on ${dateOf(verdict.revoked.at.toISOString())}${verdict.revoked.reason === '' ? '' : ` (${verdict.revoked.reason})`}` }
    case 'unusable': return { status: 'unusable', words: `it can not be used: ${verdict.why}` }
  }
}
