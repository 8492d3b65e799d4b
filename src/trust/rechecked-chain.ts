/**
 * Whether a certificate that OpenSSL has accepted on a connection would still lead to a trusted one after the trusted ones have changed. Signatures, dates and
 * the right to issue are judged anew; what is only in OpenSSL, such as name constraints, is judged at the next handshake.
 */
import type { X509Certificate } from 'node:crypto'
import { dateOf, isAuthority, isIssuedBy, isSelfSigned, nameOf, validityAt } from './certificate-facts.ts'

/**
 * @param chain as the peer has shown it, leaf first
 * @returns why it is not accepted any more; null when it is
 */
export function recheckChain (chain: readonly X509Certificate[], anchors: readonly X509Certificate[], now = new Date()): string | null {
  const [leaf] = chain
  if (leaf === undefined) return 'it has shown no certificate'
  const validity = validityAt(leaf, now)
  if (validity === 'expired') return `its certificate ${nameOf(leaf)} has expired on ${dateOf(leaf.validTo)}`
  if (validity !== 'valid') return `its certificate ${nameOf(leaf)} is not valid yet`
  const trusted = new Set(anchors.map(({ fingerprint256 }) => fingerprint256))
  const issuers = [...anchors, ...chain.slice(1)].filter(each => validityAt(each, now) === 'valid' && (isAuthority(each) || isSelfSigned(each)))
  const seen = new Set<string>()
  const leads = (certificate: X509Certificate): boolean => {
    if (trusted.has(certificate.fingerprint256)) return true
    if (seen.has(certificate.fingerprint256)) return false
    seen.add(certificate.fingerprint256)
    return issuers.some(issuer => isIssuedBy(certificate, issuer) && leads(issuer))
  }
  return leads(leaf) ? null : `its certificate ${nameOf(leaf)}, issued by ${nameOf(leaf, 'issuer')}, leads to none of the CAs of now`
}
