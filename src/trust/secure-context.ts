/** From verified certificates and key to what OpenSSL works with, the same for dialling and for listening. Never made of an empty set: Node would trust the system's. */
import { createHash } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { reasonOf } from '../errors.ts'
import { TrustError, trustCodes } from './errors.ts'

export interface SecureMaterial {
  /** Empty: the other side is not asked for a certificate. */
  readonly anchors: readonly X509Certificate[]
  /** Leaf first; empty with a null key. */
  readonly chain: readonly X509Certificate[]
  readonly key: KeyObject | null
}

export function secureOptions (material: SecureMaterial): SecureContextOptions {
  const { anchors, chain, key } = material
  return Object.freeze({
    // said everywhere, since --tls-min-v1.0 would lower Node's own default
    minVersion: 'TLSv1.2',
    // an intermediate in the file is an anchor, as mbedTLS has it; still nothing but the file is trusted
    ...(anchors.length === 0 ? {} : { ca: pemOf(anchors), allowPartialTrustChain: true }),
    ...(key === null ? {} : { cert: pemOf(chain).join(''), key: pemOfKey(key) })
  })
}

/** @throws TrustError when OpenSSL does not take it */
export function secureContextOf (options: SecureContextOptions, certfile: string): SecureContext {
  try {
    return createSecureContext(options)
  } catch (error) {
    throw new TrustError(trustCodes.contextRefused, `OpenSSL refuses the certificate or key of ${certfile}: ${reasonOf(error)}`, { hint: 'Most often the key is too short or the signature too weak: make both again with RSA of 2048 bits, or P-256.', cause: error })
  }
}

/** SHA-256, hex. The CA set regardless of its order, the chain in order; the key is in it by its certificate. */
export function fingerprintOf (material: SecureMaterial): string {
  const hash = createHash('sha256')
  for (const print of material.anchors.map(anchor => anchor.fingerprint256).sort()) hash.update(`anchor ${print}\n`)
  for (const certificate of material.chain) hash.update(`chain ${certificate.fingerprint256}\n`)
  return hash.digest('hex')
}

/** One certificate an entry, made anew from what was parsed, so that none can hide behind another. */
export function pemOf (certificates: readonly X509Certificate[]): string[] {
  return certificates.map(certificate => certificate.toString())
}

/** In the clear, in memory: Node takes keys as text only. */
export function pemOfKey (key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
