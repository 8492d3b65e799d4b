/** Which certificate is asked about, and the question (RFC 6960 section 4.1), written with node-forge. */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import * as der from '../der.ts'
import { partsOf } from './certificate-parts.ts'

/** A certificate and the one that it was issued by, proven by signature. */
export interface IssuedPair {
  readonly certificate: X509Certificate
  readonly issuer: X509Certificate
}

/** Hashes that an answer may name a certificate by. SHA-1 is a name here, not a proof. */
export const certIdHashes: Readonly<Record<string, string>> = { '1.3.14.3.2.26': 'sha1', '2.16.840.1.101.3.4.2.1': 'sha256' }

export const ocspIds = { basic: '1.3.6.1.5.5.7.48.1.1', nonce: '1.3.6.1.5.5.7.48.1.2' } as const

/** Hashes of the issuer's name and key. */
export function issuerHashes (issuer: X509Certificate, hash: string): { readonly name: Buffer, readonly key: Buffer } {
  const { subject, keyBits } = partsOf(issuer)
  return { name: createHash(hash).update(subject).digest(), key: createHash(hash).update(keyBits).digest() }
}

/** @param nonce that the answer should repeat, 32 bytes (RFC 9654); null: none */
export function ocspRequest ({ certificate, issuer }: IssuedPair, nonce: Buffer | null): Buffer {
  // SHA-1, since many responders know no other (RFC 5019 section 2.1.1)
  const { name, key } = issuerHashes(issuer, 'sha1')
  const certId = der.sequence(
    der.sequence(der.objectId('1.3.14.3.2.26'), der.nothing()),
    der.octetString(name),
    der.octetString(key),
    der.integer(partsOf(certificate).serial)
  )
  const extensions = nonce === null ? [] : [der.explicit(2, der.sequence(der.sequence(der.objectId(ocspIds.nonce), der.octetString(der.toDer(der.octetString(nonce))))))]
  return der.toDer(der.sequence(der.sequence(der.sequence(der.sequence(certId)), ...extensions)))
}

/** The first that is asked over HTTP, from the certificate's authority information access; null: there is none. */
export function responderOf ({ infoAccess }: X509Certificate): URL | null {
  const text = /^OCSP - URI:(http:\/\/\S+)$/m.exec(infoAccess ?? '')?.[1]
  return text === undefined || !URL.canParse(text) ? null : new URL(text)
}
