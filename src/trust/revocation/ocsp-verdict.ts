/** What an OCSP response proves about a certificate: that it is good until a time, that it was revoked, or nothing. */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../errors.ts'
import { dateOf, isIssuedBy, nameOf, validityAt } from '../certificate-facts.ts'
import { partsOf } from './certificate-parts.ts'
import type { GoodAnswer } from './ocsp-cache.ts'
import { certIdHashes, issuerHashes } from './ocsp-request.ts'
import type { IssuedPair } from './ocsp-request.ts'
import { parseOcspResponse } from './ocsp-response.ts'
import type { OcspAnswer, OcspResponse } from './ocsp-response.ts'
import type { Revoked } from './revocation-list.ts'
import { algorithmFault, signatureFault } from './signature.ts'

export type OcspVerdict =
  | { readonly kind: 'good' } & GoodAnswer
  | { readonly kind: 'revoked', readonly revoked: Revoked }
  /** Nothing is proven; why, to stand after a colon. */
  | { readonly kind: 'unusable', readonly why: string }

export interface OcspQuestion extends IssuedPair {
  /** That was asked with; null for a staple, which nobody asked for by name. */
  readonly nonce: Buffer | null
  /** An answer without the nonce does not count. */
  readonly nonceRequired: boolean
}

/** As far as clocks of ordinary machines differ. */
const CLOCK_SKEW_MS = 300_000
/** An answer without nextUpdate says that there is always a newer one. */
const UNDATED_MS = 3_600_000
const ocspSigning = '1.3.6.1.5.5.7.3.9'

/** Never throws. */
export function ocspVerdict (bytes: Buffer, question: OcspQuestion, now: Date): OcspVerdict {
  try {
    return judge(parseOcspResponse(bytes), question, now)
  } catch (error) {
    return unusable(reasonOf(error))
  }
}

function judge (response: OcspResponse, question: OcspQuestion, now: Date): OcspVerdict {
  const { nonce, nonceRequired } = question
  // many responders answer from a store and leave the nonce out; the dates hold all the same
  if (nonce !== null && response.nonce !== null && !nonce.equals(response.nonce)) return unusable('it answers another question: the nonce is not ours')
  if (nonceRequired && response.nonce === null) return unusable('it does not repeat the nonce, and ocsp_nonce = required asks for that')
  const fault = signerFault(response, question.issuer, now)
  if (fault !== null) return unusable(`it ${fault}`)
  const answer = response.answers.find(each => isAbout(each, question))
  if (answer === undefined) return unusable('it is about another certificate')
  if (answer.status === 'unknown') return unusable('the responder does not know the certificate')
  // what was revoked stays so, however old the answer
  return answer.status === 'good' ? fresh(answer, now) : { kind: 'revoked', revoked: answer.status }
}

function fresh ({ thisUpdate, nextUpdate }: OcspAnswer, now: Date): OcspVerdict {
  const until = nextUpdate ?? new Date(thisUpdate.getTime() + UNDATED_MS)
  if (thisUpdate.getTime() > now.getTime() + CLOCK_SKEW_MS) return unusable(`it is of ${dateOf(thisUpdate.toISOString())}, which has yet to come`)
  if (until.getTime() < now.getTime() - CLOCK_SKEW_MS) return unusable(`it was good until ${dateOf(until.toISOString())}`)
  return { kind: 'good', thisUpdate, until }
}

function isAbout (answer: OcspAnswer, { certificate, issuer }: IssuedPair): boolean {
  const hash = certIdHashes[answer.hash]
  if (hash === undefined) return false
  const { name, key } = issuerHashes(issuer, hash)
  return answer.issuerName.equals(name) && answer.issuerKey.equals(key) && answer.serial.equals(partsOf(certificate).serial)
}

/** RFC 6960 section 4.2.2.2: the issuer signs, or one it has issued a certificate with OCSPSigning to. */
function signerFault (response: OcspResponse, issuer: X509Certificate, now: Date): string | null {
  const named = [issuer, ...response.certificates].filter(each => isNamed(response.responder, each))
  let last = 'is signed by nobody that the issuer has made a responder'
  for (const signer of named) {
    const fault = (signer === issuer ? null : delegateFault(signer, issuer, now)) ?? signatureFault(response.signed, signer.publicKey)
    if (fault === null) return null
    last = fault
  }
  return last
}

function isNamed (responder: OcspResponse['responder'], certificate: X509Certificate): boolean {
  const { subject, keyBits } = partsOf(certificate)
  return 'name' in responder ? responder.name.equals(subject) : responder.keyHash.equals(createHash('sha1').update(keyBits).digest())
}

function delegateFault (delegate: X509Certificate, issuer: X509Certificate, now: Date): string | null {
  const by = `is signed by ${nameOf(delegate)}`
  if (!isIssuedBy(delegate, issuer)) return `${by}, which the issuer has not made a responder`
  const weakness = algorithmFault(partsOf(delegate).signatureAlgorithm)
  if (weakness !== null) return `${by}, whose certificate ${weakness}`
  // extended key usage, which Node calls keyUsage; undefined where there is none
  const uses = delegate.keyUsage as readonly string[] | undefined
  if (uses?.includes(ocspSigning) !== true) return `${by}, which has no right to sign OCSP`
  const validity = validityAt(delegate, now)
  return validity === 'valid' ? null : `${by}, whose certificate is ${validity}`
}

function unusable (why: string): OcspVerdict {
  return { kind: 'unusable', why }
}
