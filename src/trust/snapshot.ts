/**
 * One generation of trust: CA set, client certificate and key, and the one SecureContext made of them. Frozen; a reload
 * makes another and swaps one reference, so that a dial never sees the key of one generation with the CA of the next.
 */
import { createHash } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import { reasonOf } from '../errors.ts'
import { TrustError, trustCodes } from './errors.ts'
import { readOptionalKeyPair } from './key-pair.ts'
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
}

/** The oldest version of TLS that is spoken; said everywhere, since `--tls-min-v1.0` would lower Node's own default. */
export const minVersion = 'TLSv1.2'

/**
 * Reads, checks and joins the files into one generation.
 * @param now expiry is judged at this moment
 * @throws TrustError naming file, line and reason; nothing of a bad set is kept
 */
export async function createTrustSnapshot (files: TrustFiles, generation: number, now = new Date()): Promise<TrustSnapshot> {
  const [bundle, pair] = await Promise.all([readTrustBundle(files.cacertfile, 'servers', now), readOptionalKeyPair(files, now)])
  const chain = pair?.chain ?? []
  return Object.freeze({
    generation,
    files: Object.freeze({ ...files }),
    anchors: bundle.anchors,
    chain: Object.freeze([...chain]),
    fingerprint: fingerprintOf(bundle.anchors, chain),
    context: contextOf(bundle.anchors, chain, pair?.key ?? null),
    warnings: Object.freeze([...bundle.warnings, ...(pair?.warnings ?? [])])
  })
}

/** The text OpenSSL is given: only what was parsed, one certificate an entry, so that none can hide behind another. */
export function pemOf (certificates: readonly X509Certificate[]): string[] {
  return certificates.map(certificate => certificate.toString())
}

/** In the clear, in memory only: Node takes keys as text. */
export function pemOfKey (key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function contextOf (anchors: readonly X509Certificate[], chain: readonly X509Certificate[], key: KeyObject | null): SecureContext {
  try {
    return createSecureContext({
      ca: pemOf(anchors),
      minVersion,
      // an intermediate in the file is an anchor, as mbedTLS has it; still nothing but the file is trusted
      allowPartialTrustChain: true,
      ...(key === null ? {} : { cert: pemOf(chain).join(''), key: pemOfKey(key) })
    })
  } catch (error) {
    throw new TrustError(trustCodes.contextRefused, `OpenSSL refuses the certificate and key: ${reasonOf(error)}`, { hint: 'Most often the key is too short or the signature too weak: make both again with RSA of 2048 bits, or P-256.', cause: error })
  }
}

/** The CA set regardless of its order, the chain in order; the key is in it by its certificate. */
function fingerprintOf (anchors: readonly X509Certificate[], chain: readonly X509Certificate[]): string {
  const hash = createHash('sha256')
  for (const print of anchors.map(anchor => anchor.fingerprint256).sort()) hash.update(`anchor ${print}\n`)
  for (const certificate of chain) hash.update(`chain ${certificate.fingerprint256}\n`)
  return hash.digest('hex')
}
