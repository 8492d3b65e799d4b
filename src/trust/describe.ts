/** Certificates as data and as a table for people: what `causeway certs show FILE` prints. It describes what may not be trusted too, as long as it can be parsed. */
import type { KeyObject, X509Certificate } from 'node:crypto'
import { escapeControls } from '../control-characters.ts'
import { dateOf, isAuthority, isSelfSigned, nameOf, validityAt } from './certificate-facts.ts'
import { readCertificates } from './certificate-file.ts'
import { mustStaple, partsOf } from './revocation/certificate-parts.ts'
import { responderOf } from './revocation/ocsp-request.ts'

export interface CertificateDescription {
  /** `FILE:LINE`, or where else it was found. */
  readonly place: string
  readonly kind: 'CA' | 'leaf'
  readonly selfSigned: boolean
  readonly subject: string
  readonly issuer: string
  /** Such as `EC prime256v1` or `RSA 2048`. */
  readonly key: string
  readonly serial: string
  /** ISO 8601. */
  readonly notBefore: string
  readonly notAfter: string
  /** Whole days until notAfter, negative once it has passed. */
  readonly daysLeft: number
  /** SHA-256, hex with colons. */
  readonly fingerprint: string
  /** `DNS:…` and `IP Address:…` of the subject alternative name. */
  readonly names: readonly string[]
  /** Where its authority answers OCSP; null: it does not say. */
  readonly responder: string | null
  /** It is good only with a stapled OCSP response. */
  readonly mustStaple: boolean
  /** What is wrong with it, in words; empty when nothing is. */
  readonly problems: readonly string[]
}

/** One of a file. */
export interface PlacedDescription extends CertificateDescription {
  readonly file: string
  /** Of its BEGIN, counted from 1. */
  readonly line: number
}

const day = 86_400_000
/** As long before the end as an operator wants to hear of it. */
const soonDays = 30

/** @throws TrustError when the file can not be read as certificates */
export async function describeCertificates (file: string, now = new Date()): Promise<PlacedDescription[]> {
  const placed = await readCertificates(file, { keysBeside: true })
  return placed.map((each, i) => {
    const { certificate, file, line } = each
    const twin = placed.slice(0, i).find(earlier => earlier.certificate.fingerprint256 === certificate.fingerprint256)
    const described = describeCertificate(certificate, `${file}:${line}`, now)
    return { ...described, file, line, problems: [...described.problems, ...(twin === undefined ? [] : [`the same as at line ${twin.line}`])] }
  })
}

/** @param place where it was found, in words */
export function describeCertificate (certificate: X509Certificate, place: string, now = new Date()): CertificateDescription {
  const authority = isAuthority(certificate)
  return {
    place,
    kind: authority ? 'CA' : 'leaf',
    selfSigned: isSelfSigned(certificate),
    subject: nameOf(certificate),
    issuer: nameOf(certificate, 'issuer'),
    key: keyWords(certificate.publicKey),
    serial: certificate.serialNumber,
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
    daysLeft: Math.floor((Date.parse(certificate.validTo) - now.getTime()) / day),
    fingerprint: certificate.fingerprint256,
    names: namesOf(certificate),
    responder: responderOf(certificate)?.href ?? null,
    mustStaple: mustStaple(partsOf(certificate)),
    problems: [...dateProblems(certificate, now), ...makeProblems(certificate, authority), ...signatureProblems(certificate)]
  }
}

function dateProblems (certificate: X509Certificate, now: Date): string[] {
  const validity = validityAt(certificate, now)
  if (validity === 'expired') return [`expired on ${dateOf(certificate.validTo)}`]
  if (validity === 'not yet valid') return [`not valid before ${dateOf(certificate.validFrom)}`]
  return validityAt(certificate, new Date(now.getTime() + soonDays * day)) === 'expired' ? [`expires on ${dateOf(certificate.validTo)}`] : []
}

function makeProblems (certificate: X509Certificate, authority: boolean): string[] {
  const problems: string[] = []
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && bits < 2048) problems.push(`its key of ${bits} bits is too short`)
  if (!authority && certificate.subjectAltName === undefined && servesTls(certificate)) problems.push('no subject alternative name: many clients check no other')
  return problems
}

const brokenDigests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1'
}

/** Of one that is trusted by being in a file its own signature proves nothing, and is not looked at. */
function signatureProblems (certificate: X509Certificate): string[] {
  const digest = brokenDigests[partsOf(certificate).signatureAlgorithm]
  return digest === undefined || isSelfSigned(certificate) ? [] : [`it is signed with ${digest}, which bridges refuse`]
}

/** Made for servers, or not restricted at all: then Node has no `keyUsage`, whatever the type of a certificate says. */
function servesTls ({ keyUsage }: { readonly keyUsage?: readonly string[] }): boolean {
  return keyUsage === undefined || keyUsage.includes('1.3.6.1.5.5.7.3.1')
}

function keyWords (key: KeyObject): string {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  return [(key.asymmetricKeyType ?? 'unknown').toUpperCase(), modulusLength ?? namedCurve ?? ''].join(' ').trim()
}

function namesOf (certificate: X509Certificate): string[] {
  // Node quotes a name that holds a comma, so that it does not look like two
  const names = (certificate.subjectAltName ?? '').match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []
  return names.map(name => escapeControls(name.trim()))
}
