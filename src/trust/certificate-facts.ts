/** What is asked of a certificate all over this layer, in words fit for a message: its name, its dates, what it may do. */
import type { X509Certificate } from 'node:crypto'
import { escapeControls } from '../control-characters.ts'

export type Validity = 'valid' | 'expired' | 'not yet valid'

/** One line such as `CN=broker.example, O=Example`, the most telling part first; bounded and safe to print. */
export function nameOf (certificate: X509Certificate, whose: 'subject' | 'issuer' = 'subject'): string {
  const parts = parsedName(certificate[whose])
  if (parts.length === 0) {
    const first = certificate.subjectAltName?.split(',')[0]
    return whose === 'subject' && first !== undefined ? bounded(first) : '(no name)'
  }
  return bounded(parts.reverse().join(', '))
}

/** `2026-03-01 12:00:00Z` from OpenSSL's `Mar  1 12:00:00 2026 GMT`. */
export function dateOf (openssl: string): string {
  return new Date(openssl).toISOString().replace('T', ' ').replace('.000Z', 'Z')
}

export function validityAt (certificate: X509Certificate, now: Date): Validity {
  if (Date.parse(certificate.validTo) < now.getTime()) return 'expired'
  return Date.parse(certificate.validFrom) > now.getTime() ? 'not yet valid' : 'valid'
}

/** basicConstraints says CA. */
export function isAuthority (certificate: X509Certificate): boolean {
  return certificate.ca
}

export function isSelfSigned (certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey)
}

/** Issuer by name and key identifier and, what the name can not prove, by signature. */
export function isIssuedBy (certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** OpenSSL writes one attribute a line, from the country down; undefined when the name is empty. */
function parsedName (name: string | undefined): string[] {
  return (name ?? '').split('\n').filter(part => part !== '')
}

function bounded (text: string): string {
  return escapeControls(text.length > 160 ? text.slice(0, 160) + '…' : text)
}
