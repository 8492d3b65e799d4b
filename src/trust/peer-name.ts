/** The one name a remote is asked for and held to: a host name or an IP address. Pure; it never throws, since a throw in Node's identity check ends the process. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import type { PeerCertificate } from 'node:tls'
import { reasonOf } from '../errors.ts'

export interface PeerName {
  /** Compared with the certificate. */
  readonly checked: string
  /** Sent in the ClientHello; null for an address, which RFC 6066 section 3 keeps out of it. */
  readonly sent: string | null
}

// letters, digits, hyphen and underscore: everything else either can not be in DNS or has several spellings
const hostName = /^(?=.{1,254}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i

/**
 * @param host ASCII form (IDNA) or an IP literal without brackets
 * @returns null when it is neither: some versions of Node match a name with ideographic dots to a wildcard
 */
export function peerNameOf (host: string): PeerName | null {
  // fe80::1%eth0: the zone is ours, no certificate knows it
  const address = host.split('%', 1)[0] ?? ''
  if (isIP(address) !== 0) return { checked: address, sent: null }
  if (!hostName.test(host)) return null
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  return { checked: name, sent: name }
}

/** Why the certificate is not for `name`; undefined when it is. */
export function identityError (name: PeerName, certificate: PeerCertificate): Error | undefined {
  try {
    if (name.sent !== null) return checkServerIdentity(name.checked, certificate)
    // asked of OpenSSL and not of Node, whose comparison of IPv6 addresses was broken in several releases
    return new X509Certificate(certificate.raw).checkIP(name.checked) === undefined ? mismatch(`the address ${name.checked} is not in it`) : undefined
  } catch (error) {
    return mismatch(reasonOf(error))
  }
}

function mismatch (reason: string): Error {
  return Object.assign(new Error(reason), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
}
