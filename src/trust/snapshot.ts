/**
 * One generation of trust: CA set, client certificate and key, and the one SecureContext made of them. Frozen; a reload
 * makes another and swaps one reference, so that a dial never sees the key of one generation with the CA of the next.
 */
import type { X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'

/** What a snapshot is made from: the paths of NanoMQ's `ssl { }` block. */
export interface TrustFiles {
  readonly cacertfile: string
  readonly certfile: string | null
  readonly keyfile: string | null
  readonly keyPassword: string | null
}

export interface TrustSnapshot {
  /** 1 for the first, then counting. */
  readonly generation: number
  readonly files: TrustFiles
  readonly anchors: readonly X509Certificate[]
  /** The client certificate and what was sent with it, leaf first; empty without one. */
  readonly chain: readonly X509Certificate[]
  /** SHA-256 over all of it, hex: equal content, equal fingerprint. */
  readonly fingerprint: string
  /** For every dial of this generation; never passed with a session. */
  readonly context: SecureContext
  /** What is odd but usable: an expired certificate among good ones, a duplicate, one not yet valid. */
  readonly warnings: readonly string[]
}
