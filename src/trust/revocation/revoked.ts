/** The finding that somebody has revoked a certificate, whoever told. */
import type { X509Certificate } from 'node:crypto'
import { dateOf, nameOf } from '../certificate-facts.ts'
import { handshakeCodes } from '../errors.ts'
import type { Finding } from '../peer/finding.ts'
import type { Revoked } from './revocation-list.ts'

/** @param source such as `the revocation list of CN=…` */
export function revokedFinding (certificate: X509Certificate, { at, reason }: Revoked, source: string): Finding {
  return {
    code: handshakeCodes.revoked,
    words: `is not trusted: ${nameOf(certificate)} was revoked on ${dateOf(at.toISOString())}${reason === '' ? '' : ` (${reason})`}, says ${source}`,
    hint: 'Whoever runs the remote has to put a new certificate in its place. Its old key may be in other hands.'
  }
}
