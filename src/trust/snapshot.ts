/**
 * One generation of trust: CA set, client certificate and key, and the one SecureContext made of them. Frozen; a reload
 * makes another and swaps one reference, so that a dial never sees the key of one generation with the CA of the next.
 */
import type { X509Certificate } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { chainInUse, inUse } from './in-use.ts'
import type { InUse } from './in-use.ts'
import { readOptionalKeyPair } from './key-pair.ts'
import { fingerprintOf, secureContextOf, secureOptions } from './secure-context.ts'
import { readTrustBundle } from './trust-bundle.ts'

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
  /** Everything in it that ends some day. */
  readonly inUse: readonly InUse[]
}

/**
 * Reads, checks and joins the files into one generation.
 * @param now expiry is judged at this moment
 * @throws TrustError naming file, line and reason; nothing of a bad set is kept
 */
export async function createTrustSnapshot (files: TrustFiles, generation: number, now = new Date()): Promise<TrustSnapshot> {
  const [bundle, pair] = await Promise.all([readTrustBundle(files.cacertfile, 'servers', now), readOptionalKeyPair(files, now)])
  const material = { anchors: bundle.anchors, chain: pair?.chain ?? [], key: pair?.key ?? null }
  return Object.freeze({
    generation,
    files: Object.freeze({ ...files }),
    anchors: material.anchors,
    chain: Object.freeze([...material.chain]),
    fingerprint: fingerprintOf(material),
    context: secureContextOf(secureOptions(material), files.certfile ?? files.cacertfile),
    warnings: Object.freeze([...bundle.warnings, ...(pair?.warnings ?? [])]),
    inUse: Object.freeze([
      ...bundle.anchors.map(anchor => inUse(anchor, 'CA', files.cacertfile)),
      ...chainInUse(material.chain, 'client certificate', files.certfile)
    ])
  })
}
