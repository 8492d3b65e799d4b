/** The certificates that the other end of a TLS connection has shown. */
import { X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'

/** A peer can make its chain long: ten are enough for any that verifies. */
const MOST = 10

/**
 * Leaf first, as far as it was sent or could be completed; empty when Node does not tell. Never throws.
 * Nothing here or elsewhere calls getPeerX509Certificate: it takes a certificate out of OpenSSL's chain each time, on a client the leaf that is about to
 * be checked, on a server the intermediates (Node 20, 22).
 */
export function peerChain (socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = []
  try {
    // empty without a certificate, whatever the type says
    let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true)
    const seen = new Set<object>()
    while (next?.raw !== undefined && !seen.has(next) && chain.length < MOST) {
      seen.add(next)
      chain.push(new X509Certificate(next.raw))
      next = next.issuerCertificate
    }
  } catch {
    // what can not be parsed is not shown; the connection is judged by OpenSSL and not by this
  }
  return chain
}

/** The leaf alone; null when there is none. Never throws. */
export function peerLeaf (socket: TLSSocket): X509Certificate | null {
  try {
    const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer }
    return raw === undefined ? null : new X509Certificate(raw)
  } catch {
    return null
  }
}
