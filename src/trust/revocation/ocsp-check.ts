/** Holds a verified chain to OCSP: what the remote staples, and what the responders named in the certificates answer. */
import { randomBytes } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../errors.ts'
import { nameOf } from '../certificate-facts.ts'
import { handshakeCodes } from '../errors.ts'
import { answerInUse } from '../in-use.ts'
import type { Demands } from '../peer/demands.ts'
import type { Finding } from '../peer/finding.ts'
import type { VerifiedChain } from '../peer/verified-chain.ts'
import type { PeerWitness } from '../peer/witness.ts'
import { mustStaple, partsOf } from './certificate-parts.ts'
import { OcspCache } from './ocsp-cache.ts'
import { fetchOcsp } from './ocsp-fetch.ts'
import { ocspRequest, responderOf } from './ocsp-request.ts'
import type { IssuedPair } from './ocsp-request.ts'
import { ocspVerdict } from './ocsp-verdict.ts'
import type { OcspVerdict } from './ocsp-verdict.ts'
import { revokedFinding } from './revoked.ts'

export interface OcspEvidence {
  readonly chain: VerifiedChain
  /** null: none came. */
  readonly staple: Buffer | null
  readonly now: Date
  /** Gives the asking up. */
  readonly signal: AbortSignal
  readonly witness: PeerWitness
}

type OcspDemands = Pick<Demands, 'ocsp' | 'ocspFail' | 'ocspTimeoutMs' | 'ocspNonce'>

// of the process: an answer is as good for the next generation of trust, and for the next bridge
const known = new OcspCache()

/** null: nothing speaks against it. A certificate of the CA file is trusted for itself and is not asked about. */
export async function ocspFinding (evidence: OcspEvidence, demands: OcspDemands): Promise<Finding | null> {
  const pairs = pairsBelow(evidence.chain)
  const [leaf] = pairs
  if (leaf === undefined) return null
  const stapled = stapleVerdict(leaf, evidence)
  if (stapled?.kind === 'good') evidence.witness.proven(answerInUse(leaf.certificate, stapled.thisUpdate, stapled.until))
  if (stapled?.kind === 'revoked') return revokedFinding(leaf.certificate, stapled.revoked, 'the OCSP response that the remote has stapled')
  const finding = stapleFinding(leaf.certificate, stapled, evidence, demands)
  if (finding !== null || demands.ocsp !== 'direct') return finding
  for (const pair of stapled?.kind === 'good' ? pairs.slice(1) : pairs) {
    const asked = await askedFinding(pair, pair === leaf, evidence, demands)
    if (asked !== null) return asked
  }
  return null
}

function pairsBelow ({ certificates, below }: VerifiedChain): IssuedPair[] {
  return certificates.slice(0, below).flatMap((certificate, i) => {
    const issuer = certificates[i + 1]
    return issuer === undefined ? [] : [{ certificate, issuer }]
  })
}

function stapleVerdict (leaf: IssuedPair, { staple, now }: OcspEvidence): OcspVerdict | null {
  return staple === null || staple.length === 0 ? null : ocspVerdict(staple, { ...leaf, nonce: null, nonceRequired: false }, now)
}

/** RFC 7633: a certificate that says must-staple is held to it, whatever is configured. */
function stapleFinding (leaf: X509Certificate, verdict: Exclude<OcspVerdict, { kind: 'revoked' }> | null, { witness }: OcspEvidence, { ocsp, ocspFail }: OcspDemands): Finding | null {
  if (verdict?.kind === 'good') return null
  const fault = verdict === null ? 'it has stapled no OCSP response' : `the OCSP response that it has stapled can not be used: ${verdict.why}`
  const isDemanded = mustStaple(partsOf(leaf))
  if (isDemanded || ocsp === 'must_staple') {
    return stapleRefused(`${fault}, ${isDemanded ? `and its certificate ${nameOf(leaf)} is good only with one (must-staple)` : 'and ocsp = must_staple asks for one'}`)
  }
  if (verdict === null || ocsp !== 'staple') return null
  if (ocspFail === 'hard') return stapleRefused(fault)
  witness.unproven(fault)
  return null
}

function stapleRefused (fault: string): Finding {
  return { code: handshakeCodes.staple, words: `is not trusted: ${fault}`, hint: 'Have stapling switched on at the remote, and see that it can reach its responder and has the right time.' }
}

async function askedFinding (pair: IssuedPair, isLeaf: boolean, { now, signal, witness }: OcspEvidence, demands: OcspDemands): Promise<Finding | null> {
  const url = responderOf(pair.certificate)
  if (url === null && !isLeaf) return null
  const verdict = url === null ? { kind: 'unusable', why: 'the certificate names no responder' } as const : await ask(url, pair, { now, signal, demands })
  if (verdict.kind === 'good') {
    witness.proven(answerInUse(pair.certificate, verdict.thisUpdate, verdict.until))
    return null
  }
  if (verdict.kind === 'revoked') return revokedFinding(pair.certificate, verdict.revoked, `the OCSP responder ${url?.href ?? ''}`)
  const fault = `whether ${nameOf(pair.certificate)} is revoked is not known${url === null ? '' : ` from ${url.href}`}: ${verdict.why}`
  if (demands.ocspFail === 'hard') {
    return { code: handshakeCodes.ocsp, words: `is not trusted: ${fault}`, hint: 'See that this machine reaches the responder, and look at the clock. ocsp_fail = soft lets a remote in while its responder can not be asked.' }
  }
  witness.unproven(fault)
  return null
}

interface Asking {
  readonly now: Date
  readonly signal: AbortSignal
  readonly demands: OcspDemands
}

async function ask (url: URL, pair: IssuedPair, { now, signal, demands: { ocspTimeoutMs: timeoutMs, ocspNonce } }: Asking): Promise<OcspVerdict> {
  const before = known.get(pair, now)
  if (before?.isDue === false) return { kind: 'good', ...before }
  const nonce = ocspNonce === 'off' ? null : randomBytes(32)
  let verdict: OcspVerdict
  try {
    const response = await fetchOcsp({ url, body: ocspRequest(pair, nonce), timeoutMs, signal })
    verdict = ocspVerdict(response, { ...pair, nonce, nonceRequired: ocspNonce === 'required' }, now)
  } catch (error) {
    verdict = { kind: 'unusable', why: `it can not be asked: ${reasonOf(error)}` }
  }
  if (verdict.kind === 'good') known.keep(pair, verdict, now)
  if (verdict.kind === 'revoked') known.delete(pair)
  if (verdict.kind === 'unusable' && before !== null) return { kind: 'good', ...before }
  return verdict
}
