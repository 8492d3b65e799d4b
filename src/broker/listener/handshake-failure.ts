/** Why a TLS handshake failed, as a word for the count and in words for the log. */
import type { TLSSocket } from 'node:tls'
import { reasonOf } from '../../errors.ts'
import type { HandshakeFailure } from '../../metrics/listener-counters.ts'

/** Parts of what OpenSSL calls it: names of its library, the same since 1.1. */
const causes: readonly (readonly [part: string, cause: HandshakeFailure])[] = [
  ['PEER_DID_NOT_RETURN_A_CERTIFICATE', 'no_certificate'],
  ['NO_SHARED_CIPHER', 'no_common_cipher'],
  ['UNSUPPORTED_PROTOCOL', 'no_common_version'],
  ['VERSION_TOO_LOW', 'no_common_version'],
  ['ALERT_PROTOCOL_VERSION', 'no_common_version'],
  ['HTTP_REQUEST', 'not_tls'],
  ['WRONG_VERSION_NUMBER', 'not_tls'],
  ['PACKET_LENGTH_TOO_LONG', 'not_tls'],
  ['ALERT_', 'refused_by_device'],
  ['CERTIFICATE_VERIFY_FAILED', 'certificate']
]

export interface FailedHandshake {
  readonly cause: HandshakeFailure
  readonly words: string
}

/** @param socket what it ended on: Node closes one whose certificate does not verify as if the device had hung up */
export function failedHandshake (error: NodeJS.ErrnoException, socket: TLSSocket): FailedHandshake {
  // a string here, whatever the type says
  const refused = socket.authorizationError as unknown
  if (typeof refused === 'string') return { cause: 'certificate', words: `its certificate is not accepted: ${refused}` }
  const code = error.code ?? ''
  const known = causes.find(([part]) => code.includes(part))
  return { cause: known?.[1] ?? (code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : 'other'), words: reasonOf(error) }
}
