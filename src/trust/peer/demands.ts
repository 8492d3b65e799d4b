/** What a remote is held to beside the chain, the dates and the name of its certificate. */
import { getCiphers } from 'node:tls'

export const tlsVersions = ['tlsv1.2', 'tlsv1.3'] as const
export type TlsVersion = typeof tlsVersions[number]

/** What becomes of a remote when its revocation list is older than it says it is good for. */
export const expiredListPolicies = ['refuse', 'accept'] as const
export type ExpiredListPolicy = typeof expiredListPolicies[number]

/** `staple`: what the remote staples has to be good. `must_staple`: it has to staple. `direct`: responders are asked where no good staple came. */
export const ocspModes = ['off', 'staple', 'must_staple', 'direct'] as const
export type OcspMode = typeof ocspModes[number]

/** What becomes of a remote of which OCSP says neither good nor revoked. */
export const ocspFailPolicies = ['hard', 'soft'] as const
export type OcspFailPolicy = typeof ocspFailPolicies[number]

/** A number in the question that the answer repeats, against an old answer played again. Wherever one is repeated it has to be ours; `required`: one has to be. */
export const ocspNonces = ['optional', 'required', 'off'] as const
export type OcspNonce = typeof ocspNonces[number]

export interface Demands {
  /** Those that may be spoken; at least one. */
  readonly tlsVersions: readonly TlsVersion[]
  /** Names as OpenSSL has them, of TLS 1.2 and 1.3; empty: those of Node. */
  readonly ciphers: readonly string[]
  /** Protocols offered; the remote has to choose one of them. Empty: nothing is offered. */
  readonly alpn: readonly string[]
  /** `sha256//BASE64` of the public key of a certificate; one in the verified chain must have one of them. Empty: any. */
  readonly pins: readonly string[]
  /** PEM files of revocation lists; with any, each certificate below the CA needs one from its issuer. */
  readonly crlfile: readonly string[]
  readonly crlExpired: ExpiredListPolicy
  readonly ocsp: OcspMode
  readonly ocspFail: OcspFailPolicy
  /** For each question to a responder. */
  readonly ocspTimeoutMs: number
  readonly ocspNonce: OcspNonce
  /** A module that has the last word; null: none. */
  readonly verifyPlugin: string | null
  /** For its answer. */
  readonly verifyTimeoutMs: number
}

export const noDemands: Demands = Object.freeze({
  tlsVersions,
  ciphers: [],
  alpn: [],
  pins: [],
  crlfile: [],
  crlExpired: 'refuse',
  ocsp: 'off',
  ocspFail: 'hard',
  ocspTimeoutMs: 5000,
  ocspNonce: 'optional',
  verifyPlugin: null,
  verifyTimeoutMs: 5000
})

const known = new Set(getCiphers())
const weak = /null|anon|adh|aecdh|rc4|rc2|des|md5|exp|idea|seed|psk|srp/

/** Why this may not stand in {@link Demands.ciphers}; null when it may. */
export function cipherFault (name: string): string | null {
  const lower = name.toLowerCase()
  if (!known.has(lower)) return `${name} is the name of no cipher of this OpenSSL`
  return weak.test(lower) ? `${name} is broken, or proves nothing about the remote` : null
}

/** The name is that of a cipher suite of TLS 1.3. */
export function isSuiteOf13 (cipher: string): boolean {
  return cipher.toUpperCase().startsWith('TLS_')
}

/** Why this is no pin; null when it is one. */
export function pinFault (pin: string): string | null {
  const text = /^sha256\/\/([A-Za-z0-9+/]{43}=)$/.exec(pin)?.[1]
  return text !== undefined && Buffer.from(text, 'base64').toString('base64') === text ? null : 'is not sha256// and the base64 of 32 bytes'
}
