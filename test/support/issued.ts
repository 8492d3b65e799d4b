/**
 * Certificates of every make, right and wrong, for tests of verification: whatever a request says is signed. Beside them revocation
 * lists. Keys are made once a process and named, so that two certificates can share one; EC where nothing else is asked for.
 */
import { X509Certificate, createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import * as der from '../../src/trust/der.ts'
import type { DerNode } from '../../src/trust/der.ts'

export interface Issued {
  readonly certificate: X509Certificate
  readonly key: KeyObject
  readonly pem: string
  /** Itself and those above it but the root, as a server sends them. */
  readonly sent: string
  readonly above: readonly Issued[]
}

export interface IssueRequest {
  /** Common name. */
  readonly cn: string
  /** Name of a key, `rsa…`, `rsa1024…`, `ed…` or else EC. @default the common name */
  readonly key?: string
  /** null: by itself. @default null */
  readonly by?: Issued | null
  /** Name that it says has issued it. @default the issuer's */
  readonly issuerCn?: string
  /** Days from now. @default [-1, 30] */
  readonly days?: readonly [from: number, until: number]
  /** @default false */
  readonly ca?: boolean
  readonly pathLength?: number
  /** Bits of the first octet, null for no such extension. @default keyCertSign and cRLSign of a CA, else digitalSignature */
  readonly keyUsage?: number | null
  /** null: not restricted. @default serverAuth of a leaf */
  readonly eku?: readonly string[] | null
  readonly names?: readonly string[]
  readonly ips?: readonly Buffer[]
  readonly permitted?: readonly string[]
  readonly excluded?: readonly string[]
  readonly ocspUrl?: string
  readonly mustStaple?: boolean
  readonly digest?: 'sha1' | 'sha256'
  /** An extension that nobody knows and everybody must. */
  readonly unknownCritical?: boolean
}

export const serverAuth = '1.3.6.1.5.5.7.3.1'
export const ocspSigning = '1.3.6.1.5.5.7.3.9'
export const clientAuth = '1.3.6.1.5.5.7.3.2'
export const localhost = Buffer.of(127, 0, 0, 1)

const day = 86_400_000
const keys = new Map<string, KeyObject>()
let serials = 0x40_00_00

export function keyNamed (name: string): KeyObject {
  const known = keys.get(name)
  if (known !== undefined) return known
  const made = name.startsWith('rsa')
    ? generateKeyPairSync('rsa', { modulusLength: name.startsWith('rsa1024') ? 1024 : 2048 }).privateKey
    : name.startsWith('ed') ? generateKeyPairSync('ed25519').privateKey : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  keys.set(name, made)
  return made
}

export function issue (request: IssueRequest): Issued {
  const { cn, by = null, days = [-1, 30], digest = 'sha256' } = request
  const key = keyNamed(request.key ?? cn)
  const signer = by?.key ?? key
  const issuer = request.issuerCn ?? (by === null ? cn : commonName(by))
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.of(2))),
    der.integer(nextSerial()),
    algorithmOf(signer, digest),
    nameNode(issuer),
    der.sequence(der.time(new Date(Date.now() + days[0] * day)), der.time(new Date(Date.now() + days[1] * day))),
    nameNode(cn),
    der.fromDer(publicKeyInfo(key)),
    der.explicit(3, der.sequence(...extensions(request, key, signer)))
  )
  const certificate = new X509Certificate(signedNode(body, signer, digest))
  const above = by === null ? [] : [by, ...by.above]
  const sent = [certificate.toString(), ...above.slice(0, -1).map(each => each.pem)].join('')
  return { certificate, key, pem: certificate.toString(), sent, above }
}

export interface ListRequest {
  readonly by: Issued
  readonly revoked?: readonly Issued[]
  /** Days from now of thisUpdate and nextUpdate; null for none. @default [-1, 7] */
  readonly days?: readonly [from: number, until: number | null]
  readonly digest?: 'sha1' | 'sha256'
  /** Signs in its place. */
  readonly signer?: KeyObject
  /** Extensions of the list. */
  readonly extensions?: readonly DerNode[]
}

/** A CRL in PEM; what is revoked was revoked yesterday, for a compromised key. */
export function revocationList (request: ListRequest): string {
  const { by, revoked = [], days: [from, until] = [-1, 7], digest = 'sha256', extensions: more = [] } = request
  const signer = request.signer ?? by.key
  const entries = revoked.map(({ certificate }) => der.sequence(
    der.integer(serialOf(certificate)),
    der.time(new Date(Date.now() - day)),
    der.sequence(extension('2.5.29.21', false, enumerated(1)))
  ))
  const body = der.sequence(
    der.integer(Buffer.of(1)),
    algorithmOf(signer, digest),
    nameNode(commonName(by)),
    der.time(new Date(Date.now() + from * day)),
    ...(until === null ? [] : [der.time(new Date(Date.now() + until * day))]),
    ...(entries.length === 0 ? [] : [der.sequence(...entries)]),
    der.explicit(0, der.sequence(extension('2.5.29.20', false, der.integer(Buffer.of(1))), ...more))
  )
  return pemText('X509 CRL', signedNode(body, signer, digest))
}

export function pemText (label: string, bytes: Buffer): string {
  return `-----BEGIN ${label}-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`
}

export function extension (oid: string, critical: boolean, value: DerNode): DerNode {
  const content = der.octetString(der.toDer(value))
  return critical ? der.sequence(der.objectId(oid), der.boolean(true), content) : der.sequence(der.objectId(oid), content)
}

export function enumerated (value: number): DerNode {
  return der.fromDer(Buffer.of(0x0a, 1, value))
}

export function serialOf (certificate: X509Certificate): Buffer {
  return Buffer.from(certificate.serialNumber, 'hex')
}

/** TBS, algorithm, signature. */
export function signedNode (body: DerNode, signer: KeyObject, digest: 'sha1' | 'sha256', ...more: DerNode[]): Buffer {
  const signature = sign(signer.asymmetricKeyType === 'ed25519' ? null : digest, der.toDer(body), signer)
  return der.toDer(der.sequence(body, algorithmOf(signer, digest), der.bitString(signature), ...more))
}

export function algorithmOf (key: KeyObject, digest: 'sha1' | 'sha256'): DerNode {
  const type = key.asymmetricKeyType
  if (type === 'rsa') return der.sequence(der.objectId(digest === 'sha1' ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), der.nothing())
  if (type === 'ed25519') return der.sequence(der.objectId('1.3.101.112'))
  return der.sequence(der.objectId(digest === 'sha1' ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'))
}

export function nameNode (cn: string): DerNode {
  return der.sequence(der.setOf(der.sequence(der.objectId('2.5.4.3'), der.utf8String(cn))))
}

export function commonName ({ certificate }: Issued): string {
  return certificate.subject.replace(/^CN=/, '')
}

export function publicKeyInfo (key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' })
}

function nextSerial (): Buffer {
  const serial = Buffer.alloc(4)
  serial.writeUInt32BE(++serials)
  return serial
}

function extensions (request: IssueRequest, key: KeyObject, signer: KeyObject): DerNode[] {
  const identifier = (of: KeyObject): Buffer => createHash('sha1').update(publicKeyInfo(of)).digest()
  return [
    extension('2.5.29.14', false, der.octetString(identifier(key))),
    extension('2.5.29.35', false, der.sequence(der.implicit(0, identifier(signer)))),
    ...rights(request),
    ...alternativeNames(request),
    ...constraints(request),
    ...oddities(request)
  ]
}

function rights ({ ca = false, pathLength, keyUsage = ca ? 0x06 : 0x80, eku = ca ? null : [serverAuth] }: IssueRequest): DerNode[] {
  const basic = ca ? [der.boolean(true), ...(pathLength === undefined ? [] : [der.integer(Buffer.of(pathLength))])] : []
  return [
    extension('2.5.29.19', true, der.sequence(...basic)),
    ...(keyUsage === null ? [] : [extension('2.5.29.15', true, der.bitString(Buffer.of(keyUsage)))]),
    ...(eku === null ? [] : [extension('2.5.29.37', false, der.sequence(...eku.map(der.objectId)))])
  ]
}

function oddities ({ ocspUrl, mustStaple = false, unknownCritical = false }: IssueRequest): DerNode[] {
  return [
    ...(ocspUrl === undefined ? [] : [extension('1.3.6.1.5.5.7.1.1', false, der.sequence(der.sequence(der.objectId('1.3.6.1.5.5.7.48.1'), der.implicit(6, Buffer.from(ocspUrl)))))]),
    ...(mustStaple ? [extension('1.3.6.1.5.5.7.1.24', false, der.sequence(der.integer(Buffer.of(5))))] : []),
    ...(unknownCritical ? [extension('1.3.6.1.4.1.99999.1', true, der.nothing())] : [])
  ]
}

function alternativeNames ({ names = [], ips = [] }: IssueRequest): DerNode[] {
  const all = [...names.map(each => der.implicit(2, Buffer.from(each))), ...ips.map(each => der.implicit(7, each))]
  return all.length === 0 ? [] : [extension('2.5.29.17', false, der.sequence(...all))]
}

function constraints ({ permitted = [], excluded = [] }: IssueRequest): DerNode[] {
  if (permitted.length + excluded.length === 0) return []
  const trees = (names: readonly string[]): Buffer => Buffer.concat(names.map(each => der.toDer(der.sequence(der.implicit(2, Buffer.from(each))))))
  const part = (tag: number, names: readonly string[]): Buffer => names.length === 0 ? Buffer.alloc(0) : tagged(0xa0 + tag, trees(names))
  return [extension('2.5.29.30', true, der.fromDer(tagged(0x30, Buffer.concat([part(0, permitted), part(1, excluded)]))))]
}

/** Of less than 128 bytes. */
function tagged (tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
