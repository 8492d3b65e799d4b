/** Pins of public keys: SHA-256 over the SubjectPublicKeyInfo, as curl and RFC 7469 have them. They outlive a renewed certificate that keeps its key. */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { nameOf } from '../certificate-facts.ts'
import { handshakeCodes } from '../errors.ts'
import type { Finding } from './finding.ts'
import type { VerifiedChain } from './verified-chain.ts'

/** `sha256//BASE64` of the certificate's key. */
export function pinOf (certificate: X509Certificate): string {
  return `sha256//${createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('base64')}`
}

/** Why no key of the chain is pinned; null when one is, or when there are no pins. */
export function pinFinding ({ certificates }: VerifiedChain, pins: readonly string[]): Finding | null {
  if (pins.length === 0 || certificates.some(each => pins.includes(pinOf(each)))) return null
  const keys = certificates.map(each => `${nameOf(each)} ${pinOf(each)}`)
  return {
    code: handshakeCodes.notPinned,
    words: `is not trusted: none of its verified keys is in pins; they are ${keys.join(', then ')}`,
    hint: 'If whoever runs the remote has changed its key on purpose, add the new pin; else somebody else holds a certificate for its name.'
  }
}
