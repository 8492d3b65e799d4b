/** From verified certificates and key to what OpenSSL works with, the same for dialling and for listening. Never made of an empty set: Node would trust the system's. */
import { createHash } from 'node:crypto'
import type { KeyObject, X509Certificate } from 'node:crypto'
import { DEFAULT_CIPHERS, createSecureContext } from 'node:tls'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { reasonOf } from '../errors.ts'
import { TrustError, trustCodes } from './errors.ts'
import { isSuiteOf13 } from './peer/demands.ts'
import type { Demands } from './peer/demands.ts'
import { Shared } from './shared.ts'
import { Slices } from './slices.ts'

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

/** For dialling: the same, held to the versions and ciphers that were asked for. */
export function dialOptionsOf (material: SecureMaterial, { tlsVersions, ciphers }: Pick<Demands, 'tlsVersions' | 'ciphers'>): SecureContextOptions {
  const named = ciphers.map(each => each.toUpperCase())
  const has = (version: typeof tlsVersions[number], isOf: (cipher: string) => boolean): boolean => tlsVersions.includes(version) && (named.length === 0 || named.some(isOf))
  const has12 = has('tlsv1.2', cipher => !isSuiteOf13(cipher))
  const has13 = has('tlsv1.3', isSuiteOf13)
  // OpenSSL wants a list for 1.2 even where 1.2 is not spoken
  const list = named.some(cipher => !isSuiteOf13(cipher)) ? named.join(':') : [...named, DEFAULT_CIPHERS].join(':')
  return Object.freeze({
    ...secureOptions(material),
    minVersion: has12 ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: has13 ? 'TLSv1.3' : 'TLSv1.2',
    // RSA from 2048 bits and no SHA-1 in the chain, which Node 24 has by itself and Node 20 has not
    ciphers: `${named.length === 0 ? DEFAULT_CIPHERS : list}:@SECLEVEL=2`
  })
}

const contexts = new Shared<SecureContext>()
/** Certificates that are handed to OpenSSL at once: two milliseconds. */
const FEW = 16

/** As {@link secureContextOf}; equal material and options have one context, with its 0.5 MB for a bundle of the system. @throws TrustError */
export async function sharedContextOf (material: SecureMaterial, options: SecureContextOptions, certfile: string): Promise<SecureContext> {
  const { minVersion, maxVersion, ciphers } = options
  return contexts.make([fingerprintOf(material), minVersion, maxVersion, ciphers].join(' '), async () => contextInSlices(options, certfile))
}

/** Node parses a bundle of the system in one go, for 20 ms: what it does for each certificate is done here, in slices. */
async function contextInSlices (options: SecureContextOptions, certfile: string): Promise<SecureContext> {
  const { ca } = options
  if (!Array.isArray(ca) || ca.length <= FEW) return secureContextOf(options, certfile)
  // never without any: Node would take the authorities of the system instead
  const context = secureContextOf({ ...options, ca: ca.slice(0, FEW) }, certfile)
  const adder = adderOf(context)
  if (adder === null) return secureContextOf(options, certfile)
  const slices = new Slices()
  for (const each of ca.slice(FEW)) {
    await slices.next()
    refusedByOpenSsl(certfile, () => adder.addCACert(each))
  }
  return context
}

interface CaAdder {
  addCACert (pem: string | Buffer): void
}

/** What `createSecureContext` itself calls for each certificate of `ca`; null when this Node has it elsewhere. */
function adderOf ({ context }: { readonly context: unknown }): CaAdder | null {
  return typeof context === 'object' && context !== null && 'addCACert' in context && typeof context.addCACert === 'function' ? context as CaAdder : null
}

/** @throws TrustError when OpenSSL does not take it */
export function secureContextOf (options: SecureContextOptions, certfile: string): SecureContext {
  return refusedByOpenSsl(certfile, () => createSecureContext(options))
}

function refusedByOpenSsl<T> (certfile: string, call: () => T): T {
  try {
    return call()
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
