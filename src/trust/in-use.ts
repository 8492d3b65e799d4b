/** What is in use and has an end: each certificate of a set of files, of a remote as last seen, and whatever else is only valid for a time. */
import type { X509Certificate } from 'node:crypto'
import { nameOf } from './certificate-facts.ts'

export type InUseKind =
  /** Whom a bridge trusts, or a listener its devices by. */
  | 'CA'
  | 'client certificate'
  | 'listener certificate'
  /** Sent with one of the two before. */
  | 'intermediate'
  /** Shown by the remote at the last dial. */
  | 'remote certificate'
  | 'revocation list'
  | 'OCSP answer'

export interface InUse {
  readonly kind: InUseKind
  /** Of an answer: of the certificate it is about. Of a list: who has issued it. */
  readonly subject: string
  readonly issuer: string
  /** SHA-256, hex with colons; of an answer that of the certificate it is about, of a list of its content. */
  readonly fingerprint: string
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Where it is; null: it came over the network. */
  readonly file: string | null
}

export function inUse (certificate: X509Certificate, kind: InUseKind, file: string | null): InUse {
  return Object.freeze({
    kind,
    subject: nameOf(certificate),
    issuer: nameOf(certificate, 'issuer'),
    fingerprint: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    file
  })
}

/** An OCSP answer about a certificate. @param notAfter when there is to be another */
export function answerInUse (certificate: X509Certificate, notBefore: Date, notAfter: Date): InUse {
  return Object.freeze({
    kind: 'OCSP answer',
    subject: nameOf(certificate),
    issuer: nameOf(certificate, 'issuer'),
    fingerprint: certificate.fingerprint256,
    notBefore: notBefore.getTime(),
    notAfter: notAfter.getTime(),
    file: null
  })
}

/** A revocation list, which is to be renewed before its end. */
export function listInUse ({ issuerName, thisUpdate, file, digest }: { readonly issuerName: string, readonly thisUpdate: Date, readonly file: string, readonly digest: string }, nextUpdate: Date): InUse {
  return Object.freeze({ kind: 'revocation list', subject: issuerName, issuer: issuerName, fingerprint: digest, notBefore: thisUpdate.getTime(), notAfter: nextUpdate.getTime(), file })
}

/** A chain of one's own, leaf first. */
export function chainInUse (chain: readonly X509Certificate[], kind: 'client certificate' | 'listener certificate', file: string | null): InUse[] {
  return chain.map((certificate, i) => inUse(certificate, i === 0 ? kind : 'intermediate', file))
}
