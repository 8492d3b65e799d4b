/** Signatures of revocation lists and OCSP answers, by the algorithms that are still good. */
import { verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const algorithms: Readonly<Record<string, { readonly key: string, readonly digest: string | null }>> = {
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', digest: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: 'sha512' },
  '1.3.101.112': { key: 'ed25519', digest: null }
}

const broken: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10040.4.3': 'SHA-1'
}

const leastRsaBits = 2048

export interface Signed {
  readonly signed: Buffer
  /** Object identifier. */
  readonly algorithm: string
  readonly signature: Buffer
}

/** Why this is not signed by that key, to stand after "it"; null when it is. */
export function signatureFault ({ signed, algorithm, signature }: Signed, key: KeyObject): string | null {
  const weakness = algorithmFault(algorithm)
  if (weakness !== null) return weakness
  const { key: kind, digest } = algorithms[algorithm] ?? { key: '', digest: null }
  if (key.asymmetricKeyType !== kind) return 'is signed with another kind of key'
  if ((key.asymmetricKeyDetails?.modulusLength ?? leastRsaBits) < leastRsaBits) return `is signed with an RSA key of less than ${leastRsaBits} bits`
  return verify(digest, signed, key, signature) ? null : 'has a wrong signature'
}

/** Why nothing is believed that is signed like this; null when it may be. */
export function algorithmFault (algorithm: string): string | null {
  if (algorithms[algorithm] !== undefined) return null
  const name = broken[algorithm]
  return name === undefined ? `is signed in a way that is not known here (${algorithm})` : `is signed with ${name}, which can be forged`
}
