/** What the trust layer throws: one class for files, one for handshakes, and every code of the layer. */
import { CausewayError } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'

export const trustCodes = {
  unreadable: 'CW_TRUST_UNREADABLE',
  pemInvalid: 'CW_TRUST_PEM_INVALID',
  noAuthority: 'CW_TRUST_NO_CA',
  allExpired: 'CW_TRUST_ALL_EXPIRED',
  distrusted: 'CW_TRUST_DISTRUSTED',
  pairIncomplete: 'CW_TRUST_PAIR_INCOMPLETE',
  keyInvalid: 'CW_TRUST_KEY_INVALID',
  passwordMissing: 'CW_TRUST_KEY_PASSWORD_MISSING',
  passwordWrong: 'CW_TRUST_KEY_PASSWORD_WRONG',
  keyMismatch: 'CW_TRUST_KEY_MISMATCH',
  certificateExpired: 'CW_TRUST_CERT_EXPIRED',
  contextRefused: 'CW_TRUST_CONTEXT_REFUSED',
  clientAuthorityMissing: 'CW_TRUST_CLIENT_CA_MISSING',
  listUnusable: 'CW_TRUST_CRL_UNUSABLE',
  pluginUnusable: 'CW_TRUST_PLUGIN_UNUSABLE',
  directoryTaken: 'CW_TRUST_DIRECTORY_TAKEN',
  fileTaken: 'CW_TRUST_FILE_TAKEN',
  notToBeTrusted: 'CW_TRUST_ISSUER_NOT_SENT',
  notReady: 'CW_TRUST_NOT_READY'
} as const
export type TrustCode = typeof trustCodes[keyof typeof trustCodes]

export const handshakeCodes = {
  unknownAuthority: 'CW_TLS_UNKNOWN_CA',
  expired: 'CW_TLS_EXPIRED',
  notYetValid: 'CW_TLS_NOT_YET_VALID',
  nameMismatch: 'CW_TLS_NAME_MISMATCH',
  selfSigned: 'CW_TLS_SELF_SIGNED',
  badChain: 'CW_TLS_BAD_CHAIN',
  notPinned: 'CW_TLS_NOT_PINNED',
  revoked: 'CW_TLS_REVOKED',
  listMissing: 'CW_TLS_CRL_MISSING',
  listExpired: 'CW_TLS_CRL_EXPIRED',
  staple: 'CW_TLS_STAPLE',
  ocsp: 'CW_TLS_OCSP',
  plugin: 'CW_TLS_PLUGIN',
  notTls: 'CW_TLS_NOT_TLS',
  version: 'CW_TLS_VERSION',
  protocol: 'CW_TLS_ALPN',
  clientCertificate: 'CW_TLS_CLIENT_CERT',
  refused: 'CW_TLS_REFUSED',
  timeout: 'CW_TLS_TIMEOUT',
  unreachable: 'CW_TLS_UNREACHABLE',
  aborted: 'CW_TLS_ABORTED',
  failed: 'CW_TLS_FAILED'
} as const
export type HandshakeCode = typeof handshakeCodes[keyof typeof handshakeCodes]

/** A file that can not be trusted or used. */
export class TrustError extends CausewayError {
  declare readonly code: TrustCode

  constructor (code: TrustCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}

/** A remote that was not reached, or not verified. It has seen no byte of MQTT. */
export class HandshakeError extends CausewayError {
  declare readonly code: HandshakeCode

  constructor (code: HandshakeCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}

const verdicts: ReadonlySet<HandshakeCode> = new Set([
  handshakeCodes.unknownAuthority, handshakeCodes.expired, handshakeCodes.notYetValid, handshakeCodes.nameMismatch, handshakeCodes.selfSigned, handshakeCodes.badChain,
  handshakeCodes.notPinned, handshakeCodes.revoked, handshakeCodes.listMissing, handshakeCodes.listExpired, handshakeCodes.plugin
])

/** Is it our trust that does not accept the remote? Everything else may pass by itself. */
export function isOurVerdict ({ code }: HandshakeError): boolean {
  return verdicts.has(code)
}

/** Where in which file, for the errors below. */
export interface FilePlace {
  readonly file: string
  /** Counted from 1; 1 as well where the file as a whole is meant. */
  readonly line: number
}

/** The refusal of a certificate file, in the words NanoMQ's users know from mbedTLS, with the place and the reason. */
export function invalidFile (place: FilePlace, reason: string, hint: string, code: TrustCode = trustCodes.pemInvalid): TrustError {
  return new TrustError(code, `X509 - The CRT/CRL/CSR format is invalid: ${place.file}:${place.line}: ${reason}`, { hint })
}
