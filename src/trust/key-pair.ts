/**
 * A certificate with the chain that is sent with it and the private key to it, proven to belong together: OpenSSL would notice
 * only at the first handshake, or not at all when one of the two files is missing.
 */
import type { KeyObject, X509Certificate } from 'node:crypto'
import { dateOf, isIssuedBy, isSelfSigned, nameOf, validityAt } from './certificate-facts.ts'
import { readCertificates } from './certificate-file.ts'
import type { PlacedCertificate } from './certificate-file.ts'
import { TrustError, trustCodes } from './errors.ts'
import { readPrivateKey } from './private-key.ts'

export interface KeyPairFiles {
  readonly certfile: string
  readonly keyfile: string
  readonly keyPassword: string | null
}

export interface KeyPair {
  /** Leaf first, each followed by its issuer, whatever the order in the file. */
  readonly chain: readonly X509Certificate[]
  readonly key: KeyObject
  /** `FILE:LINE: …`: what is odd but usable. */
  readonly warnings: readonly string[]
}

/** The pair of a client that may have none: null when neither file is named. */
export async function readOptionalKeyPair (files: { readonly certfile: string | null, readonly keyfile: string | null, readonly keyPassword: string | null }, now = new Date()): Promise<KeyPair | null> {
  const { certfile, keyfile, keyPassword } = files
  if (certfile === null && keyfile === null) return null
  if (certfile !== null && keyfile !== null) return readKeyPair({ certfile, keyfile, keyPassword }, now)
  const [given, missing] = certfile === null ? ['keyfile', 'certfile'] : ['certfile', 'keyfile']
  throw new TrustError(trustCodes.pairIncomplete, `${given} is given (${certfile ?? keyfile ?? ''}) but ${missing} is not`, { hint: `Name both, or neither: with one alone no client certificate would be sent. Set ${missing}.` })
}

/** @throws TrustError */
export async function readKeyPair (files: KeyPairFiles, now = new Date()): Promise<KeyPair> {
  const [placed, key] = await Promise.all([
    readCertificates(files.certfile, { keysBeside: true }),
    readPrivateKey(files.keyfile, files.keyPassword)
  ])
  const leaf = leafOf(placed, key, files)
  if (validityAt(leaf.certificate, now) === 'expired') {
    throw new TrustError(trustCodes.certificateExpired, `the certificate ${leaf.file}:${leaf.line}, ${nameOf(leaf.certificate)}, has expired on ${dateOf(leaf.certificate.validTo)}`,
      { hint: `Put a renewed certificate in its place; if the date is right, the clock here is wrong: it says ${now.toISOString()}.` })
  }
  const sent = inOrder(leaf, placed)
  const warnings = [...sent.flatMap(each => dateWarnings(each, now)), ...orderWarnings(placed, sent)]
  return Object.freeze({ chain: Object.freeze(sent.map(each => each.certificate)), key, warnings: Object.freeze(warnings) })
}

function leafOf (placed: readonly PlacedCertificate[], key: KeyObject, files: KeyPairFiles): PlacedCertificate {
  const leaf = placed.find(each => each.certificate.checkPrivateKey(key))
  if (leaf !== undefined) return leaf
  const first = placed[0]
  const name = first === undefined ? 'no certificate' : nameOf(first.certificate)
  throw new TrustError(trustCodes.keyMismatch, `the key ${files.keyfile} does not belong to the certificate ${files.certfile} (${name})`,
    { hint: 'Name the key this certificate was made for; when both files are being renewed, the second may not have arrived yet.' })
}

/** From the leaf to each one's issuer, as far as the file goes. */
function inOrder (leaf: PlacedCertificate, placed: readonly PlacedCertificate[]): PlacedCertificate[] {
  const sent = [leaf]
  let last = leaf
  while (!isSelfSigned(last.certificate)) {
    const child = last.certificate
    const issuer = placed.find(each => !sent.includes(each) && isIssuedBy(child, each.certificate))
    if (issuer === undefined) break
    sent.push(issuer)
    last = issuer
  }
  return sent
}

function dateWarnings (each: PlacedCertificate, now: Date): string[] {
  const validity = validityAt(each.certificate, now)
  if (validity === 'valid') return []
  const date = validity === 'expired' ? `has expired on ${dateOf(each.certificate.validTo)}` : `is not valid before ${dateOf(each.certificate.validFrom)}`
  return [`${each.file}:${each.line}: ${nameOf(each.certificate)} ${date}`]
}

function orderWarnings (placed: readonly PlacedCertificate[], sent: readonly PlacedCertificate[]): string[] {
  const unused = placed.filter(each => !sent.includes(each))
  const warnings = unused.map(each => `${each.file}:${each.line}: ${nameOf(each.certificate)} is no issuer of this chain and is not sent`)
  const asWritten = placed.filter(each => sent.includes(each))
  const moved = asWritten.find((each, i) => each !== sent[i])
  if (moved !== undefined) warnings.push(`${moved.file}:${moved.line}: the certificates are not in the order leaf, issuer, issuer's issuer; they are sent in that order`)
  return warnings
}
