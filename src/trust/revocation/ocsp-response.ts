/** An OCSP response taken apart (RFC 6960 section 4.2), nothing of it believed yet. */
import { X509Certificate } from 'node:crypto'
import { contextTag, dottedOf, elementAt, membersIn, momentOf, signatureBits, tags, valueOf, wholeOf } from './der-cursor.ts'
import type { Element } from './der-cursor.ts'
import { extensionsIn } from './extensions.ts'
import { ocspIds } from './ocsp-request.ts'
import { revocationReasons } from './revocation-list.ts'
import type { Revoked } from './revocation-list.ts'
import type { Signed } from './signature.ts'

/** What is said of one certificate. */
export interface OcspAnswer {
  /** Object identifier of the hash, then the hashes of the issuer's name and key. */
  readonly hash: string
  readonly issuerName: Buffer
  readonly issuerKey: Buffer
  readonly serial: Buffer
  readonly status: 'good' | 'unknown' | Revoked
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
}

export interface OcspResponse {
  readonly signed: Signed
  /** DER of its Name, or SHA-1 of its key. */
  readonly responder: { readonly name: Buffer } | { readonly keyHash: Buffer }
  readonly answers: readonly OcspAnswer[]
  readonly nonce: Buffer | null
  /** That may have signed it. */
  readonly certificates: readonly X509Certificate[]
}

const refusals: Readonly<Record<number, string>> = { 1: 'malformedRequest', 2: 'internalError', 3: 'tryLater', 5: 'sigRequired', 6: 'unauthorized' }
/** More than any responder sends; each costs a parse. */
const MAX_CERTIFICATES = 5

/** @throws RangeError or Error saying what it is instead */
export function parseOcspResponse (bytes: Buffer): OcspResponse {
  const whole = elementAt(bytes, 0, bytes.length)
  if (whole.end !== bytes.length || whole.tag !== tags.sequence) throw new RangeError('it is no OCSP response')
  const [status, body] = [...membersIn(bytes, whole)]
  if (status?.tag !== tags.enumerated) throw new RangeError('it is no OCSP response')
  const code = bytes[status.from] ?? 0
  if (code !== 0) throw new RangeError(`the responder answers ${refusals[code] ?? code}`)
  if (body === undefined) throw new RangeError('there is no answer in it')
  const [type, content] = [...membersIn(bytes, elementAt(bytes, body.from, body.end))]
  if (type === undefined || content === undefined || dottedOf(bytes, type) !== ocspIds.basic) throw new RangeError('it is not of the basic type')
  return parseBasic(bytes, elementAt(bytes, content.from, content.end))
}

function parseBasic (bytes: Buffer, basic: Element): OcspResponse {
  const [data, algorithm, signature, certificates] = [...membersIn(bytes, basic)]
  if (data === undefined || algorithm === undefined || signature === undefined) throw new RangeError('a part of it is missing')
  const members = [...membersIn(bytes, data)]
  if (members[0]?.tag === contextTag(0)) members.shift()
  const [responder, , answers, extensions] = members
  if (responder === undefined || answers === undefined) throw new RangeError('a part of it is missing')
  return {
    signed: { signed: wholeOf(bytes, data), algorithm: dottedOf(bytes, elementAt(bytes, algorithm.from, algorithm.end)), signature: signatureBits(bytes, signature) },
    responder: responderIn(bytes, responder),
    answers: [...membersIn(bytes, answers)].map(answer => answerIn(bytes, answer)),
    nonce: extensions === undefined ? null : nonceIn(bytes, extensions),
    certificates: certificates === undefined ? [] : certificatesIn(bytes, certificates)
  }
}

function responderIn (bytes: Buffer, responder: Element): OcspResponse['responder'] {
  const inner = elementAt(bytes, responder.from, responder.end)
  return responder.tag === contextTag(1) ? { name: wholeOf(bytes, inner) } : { keyHash: valueOf(bytes, inner) }
}

function certificatesIn (bytes: Buffer, around: Element): X509Certificate[] {
  const found: X509Certificate[] = []
  for (const each of membersIn(bytes, elementAt(bytes, around.from, around.end))) {
    if (found.length === MAX_CERTIFICATES) throw new RangeError(`more than ${MAX_CERTIFICATES} certificates are in it`)
    found.push(new X509Certificate(wholeOf(bytes, each)))
  }
  return found
}

function nonceIn (bytes: Buffer, around: Element): Buffer | null {
  const nonce = extensionsIn(bytes, elementAt(bytes, around.from, around.end)).get(ocspIds.nonce)?.value
  return nonce === undefined ? null : valueOf(nonce, elementAt(nonce, 0, nonce.length))
}

function answerIn (bytes: Buffer, answer: Element): OcspAnswer {
  const [certId, status, thisUpdate, ...rest] = [...membersIn(bytes, answer)]
  if (certId === undefined || status === undefined || thisUpdate === undefined) throw new RangeError('an answer in it is none')
  const [algorithm, issuerName, issuerKey, serial] = [...membersIn(bytes, certId)]
  if (algorithm === undefined || issuerName === undefined || issuerKey === undefined || serial === undefined) throw new RangeError('an answer in it is about nothing')
  const nextUpdate = rest.find(each => each.tag === contextTag(0))
  return {
    hash: dottedOf(bytes, elementAt(bytes, algorithm.from, algorithm.end)),
    issuerName: valueOf(bytes, issuerName),
    issuerKey: valueOf(bytes, issuerKey),
    serial: valueOf(bytes, serial),
    status: statusIn(bytes, status),
    thisUpdate: momentOf(bytes, thisUpdate),
    nextUpdate: nextUpdate === undefined ? null : momentOf(bytes, elementAt(bytes, nextUpdate.from, nextUpdate.end))
  }
}

function statusIn (bytes: Buffer, status: Element): OcspAnswer['status'] {
  if (status.tag === 0x80) return 'good'
  if (status.tag !== contextTag(1)) return 'unknown'
  const [at, reason] = [...membersIn(bytes, status)]
  if (at === undefined) throw new RangeError('a revocation in it has no date')
  const code = reason === undefined ? 0 : bytes[elementAt(bytes, reason.from, reason.end).from] ?? 0
  return { at: momentOf(bytes, at), reason: revocationReasons[code] ?? '' }
}
