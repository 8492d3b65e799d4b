/**
 * Makes keys and certificates: keys and signatures by node:crypto, the certificate's ASN.1 by node-forge, whose own signing
 * knows RSA only. For development and tests; a real fleet has its own authority.
 */
import { X509Certificate, createHash, createPublicKey, generateKeyPair, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import * as der from './der.ts'
import type { DerNode } from './der.ts'

export type KeyType = 'ec' | 'rsa' | 'ed25519'
export type CertificateRole = 'authority' | 'server' | 'client'

export interface CertificateRequest {
  readonly commonName: string
  readonly organization?: string
  readonly role: CertificateRole
  /** How many authorities may stand below this one; without it, any number. */
  readonly pathLength?: number
  /** DNS names of the subject alternative name. */
  readonly names?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A certificate and the private key to it. */
export interface Identity {
  readonly certificate: X509Certificate
  readonly key: KeyObject
}

const generate = promisify(generateKeyPair)

/** P-256, RSA of 2048 bits, or Ed25519; made in libuv's threads. */
export async function createKey (type: KeyType): Promise<KeyObject> {
  switch (type) {
    case 'ec': return (await generate('ec', { namedCurve: 'P-256' })).privateKey
    case 'rsa': return (await generate('rsa', { modulusLength: 2048 })).privateKey
    case 'ed25519': return (await generate('ed25519')).privateKey
  }
}

/** A certificate for `key`, signed by `issuer`, or by itself where that is null. */
export function issueCertificate (request: CertificateRequest, key: KeyObject, issuer: Identity | null): X509Certificate {
  const signer = issuer?.key ?? key
  const subject = name(request)
  const algorithm = signatureAlgorithm(signer)
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))),
    der.integer(serialNumber()),
    algorithm,
    issuer === null ? subject : subjectOf(issuer.certificate),
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    subject,
    der.fromDer(publicKeyInfo(key)),
    der.explicit(3, der.sequence(...extensions(request, key, signer)))
  )
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : 'sha256', der.toDer(body), signer)
  return new X509Certificate(der.toDer(der.sequence(body, algorithm, der.bitString(signature))))
}

/** Positive, not zero, 127 bits of chance (RFC 5280 section 4.1.2.2). */
function serialNumber (): Buffer {
  const bytes = randomBytes(16)
  bytes[0] = (bytes.readUInt8(0) & 0x7f) | 0x40
  return bytes
}

function name (request: CertificateRequest): DerNode {
  const attribute = (oid: string, value: string): DerNode => der.setOf(der.sequence(der.objectId(oid), der.utf8String(value)))
  const common = attribute('2.5.4.3', request.commonName)
  return request.organization === undefined ? der.sequence(common) : der.sequence(attribute('2.5.4.10', request.organization), common)
}

/** The issuer's name byte for byte, since names are compared and not only read. */
function subjectOf (certificate: X509Certificate): DerNode {
  const members = der.membersOf(der.membersOf(der.fromDer(certificate.raw))[0])
  const subject = members[5]
  if (subject === undefined) throw new TypeError('a version 3 certificate has its subject in sixth place')
  return subject
}

function signatureAlgorithm (key: KeyObject): DerNode {
  const type = key.asymmetricKeyType
  if (type === 'rsa') return der.sequence(der.objectId('1.2.840.113549.1.1.11'), der.nothing())
  if (type === 'ec') return der.sequence(der.objectId('1.2.840.10045.4.3.2'))
  if (type === 'ed25519') return der.sequence(der.objectId('1.3.101.112'))
  throw new TypeError(`certificates are not signed with ${String(type)} keys here`)
}

function publicKeyInfo (key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

function keyIdentifier (key: KeyObject): Buffer {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20)
}

function extensions (request: CertificateRequest, key: KeyObject, signer: KeyObject): DerNode[] {
  const authority = request.role === 'authority'
  const list = [
    extension('2.5.29.19', true, basicConstraints(request)),
    // keyCertSign and cRLSign, or digitalSignature
    extension('2.5.29.15', true, authority ? der.bitString(Buffer.of(0x06), 1) : der.bitString(Buffer.of(0x80), 7)),
    extension('2.5.29.14', false, der.octetString(keyIdentifier(key))),
    extension('2.5.29.35', false, der.sequence(der.implicit(0, keyIdentifier(signer))))
  ]
  if (!authority) list.push(extension('2.5.29.37', false, der.sequence(der.objectId(request.role === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2'))))
  const names = alternativeNames(request)
  if (names.length > 0) list.push(extension('2.5.29.17', false, der.sequence(...names)))
  return list
}

function extension (oid: string, critical: boolean, value: DerNode): DerNode {
  const content = der.octetString(der.toDer(value))
  return critical ? der.sequence(der.objectId(oid), der.boolean(true), content) : der.sequence(der.objectId(oid), content)
}

function basicConstraints (request: CertificateRequest): DerNode {
  if (request.role !== 'authority') return der.sequence()
  return request.pathLength === undefined ? der.sequence(der.boolean(true)) : der.sequence(der.boolean(true), der.integer(Buffer.of(request.pathLength)))
}

function alternativeNames (request: CertificateRequest): DerNode[] {
  const dns = (request.names ?? []).map(each => der.implicit(2, Buffer.from(each, 'ascii')))
  const addresses = (request.ipAddresses ?? []).map(each => der.implicit(7, addressBytes(each)))
  return [...dns, ...addresses]
}

function addressBytes (address: string): Buffer {
  const family = isIP(address)
  if (family === 0) throw new TypeError(`not an IP address: ${address}`)
  if (family === 4) return Buffer.from(address.split('.').map(Number))
  // a URL writes every form of an IPv6 address as hexadecimal groups, at most one run of zeros left out
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const groups = (text: string): string[] => text === '' ? [] : text.split(':')
  const front = groups(head)
  const back = groups(tail ?? '')
  const zeros = new Array<string>(8 - front.length - back.length).fill('0')
  return Buffer.from([...front, ...zeros, ...back].map(group => group.padStart(4, '0')).join(''), 'hex')
}
