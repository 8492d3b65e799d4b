/**
 * The way from a remote's certificate to one in the CA file, each step proven by a signature. OpenSSL has found such a way; what it
 * tells afterwards is what was sent, put in order by names alone, and a remote may send what it likes: a pin or a list must not be looked up in that.
 */
import type { X509Certificate } from 'node:crypto'
import { isAuthority, isIssuedBy, isSelfSigned, validityAt } from '../certificate-facts.ts'

export interface VerifiedChain {
  /** Leaf first, each signed by the next. Never empty. */
  readonly certificates: readonly X509Certificate[]
  /** So many of them stand below the first that is in the CA file: they are trusted because somebody signed them. */
  readonly below: number
}

export interface ChainParts {
  readonly leaf: X509Certificate
  /** The few others that the remote has sent, in any order. */
  readonly sent: readonly X509Certificate[]
  /** Those of the CA file. */
  readonly anchors: readonly X509Certificate[]
  readonly now: Date
}

/** null when there is no such way. Each certificate is looked at once, whatever crosswise signatures a remote sends. */
export function verifiedChain (parts: ChainParts): VerifiedChain | null {
  const way = new WayFinder(parts).from(parts.leaf)
  if (way === null) return null
  const below = way.length - 1
  return { certificates: [...way, ...above(way[below] ?? parts.leaf, parts.anchors)], below }
}

class WayFinder {
  readonly #parts: ChainParts
  readonly #seen = new Set<string>()
  readonly #anchors: ReadonlySet<string>

  constructor (parts: ChainParts) {
    this.#parts = parts
    this.#anchors = new Set(parts.anchors.map(({ fingerprint256 }) => fingerprint256))
  }

  /** Ends with a certificate of the CA file. */
  from (certificate: X509Certificate): X509Certificate[] | null {
    if (this.#anchors.has(certificate.fingerprint256)) return [certificate]
    if (this.#seen.has(certificate.fingerprint256)) return null
    this.#seen.add(certificate.fingerprint256)
    const { anchors, sent, now } = this.#parts
    const isIssuer = (each: X509Certificate): boolean => validityAt(each, now) === 'valid' && isIssuedBy(certificate, each)
    const anchor = anchors.find(isIssuer)
    if (anchor !== undefined) return [certificate, anchor]
    for (const issuer of sent.filter(each => isAuthority(each) && isIssuer(each))) {
      const way = this.from(issuer)
      if (way !== null) return [certificate, ...way]
    }
    return null
  }
}

/** What vouches for an intermediate of the file, as far as the file goes. */
function above (anchor: X509Certificate, anchors: readonly X509Certificate[]): X509Certificate[] {
  const found: X509Certificate[] = []
  let top = anchor
  while (!isSelfSigned(top)) {
    const child = top
    const issuer = anchors.find(each => each !== child && !found.includes(each) && isIssuedBy(child, each))
    if (issuer === undefined) break
    found.push(issuer)
    top = issuer
  }
  return found
}
