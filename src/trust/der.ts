/** Writing DER with node-forge's encoder: the few ASN.1 types a certificate is made of. Byte strings are forge's, one character a byte. */
import type forge from 'node-forge'
// this part of it alone: the whole takes 2.5 MB more and ten times as long to load
import asn1 from 'node-forge/lib/asn1.js'

export type DerNode = forge.asn1.Asn1

const universal = asn1.Class.UNIVERSAL
const contextual = asn1.Class.CONTEXT_SPECIFIC

export function sequence (...members: DerNode[]): DerNode {
  return asn1.create(universal, asn1.Type.SEQUENCE, true, members)
}

export function setOf (...members: DerNode[]): DerNode {
  return asn1.create(universal, asn1.Type.SET, true, members)
}

export function objectId (dotted: string): DerNode {
  return asn1.create(universal, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes())
}

/** An INTEGER from its big-endian two's complement bytes. */
export function integer (bytes: Buffer): DerNode {
  return asn1.create(universal, asn1.Type.INTEGER, false, bytes.toString('latin1'))
}

export function boolean (value: boolean): DerNode {
  return asn1.create(universal, asn1.Type.BOOLEAN, false, value ? '\u00ff' : '\u0000')
}

export function utf8String (text: string): DerNode {
  return asn1.create(universal, asn1.Type.UTF8, false, Buffer.from(text).toString('latin1'))
}

export function octetString (bytes: Buffer): DerNode {
  return asn1.create(universal, asn1.Type.OCTETSTRING, false, bytes.toString('latin1'))
}

/** A BIT STRING whose last `unusedBits` bits do not count. */
export function bitString (bytes: Buffer, unusedBits = 0): DerNode {
  return asn1.create(universal, asn1.Type.BITSTRING, false, String.fromCharCode(unusedBits) + bytes.toString('latin1'))
}

export function nothing (): DerNode {
  return asn1.create(universal, asn1.Type.NULL, false, '')
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 section 4.1.2.5). */
export function time (moment: Date): DerNode {
  return moment.getUTCFullYear() < 2050
    ? asn1.create(universal, asn1.Type.UTCTIME, false, asn1.dateToUtcTime(moment))
    : asn1.create(universal, asn1.Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(moment))
}

/** `[n] EXPLICIT`. */
export function explicit (tag: number, member: DerNode): DerNode {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a context tag is any small number, forge types only the universal ones
  return asn1.create(contextual, tag, true, [member])
}

/** `[n] IMPLICIT` of a primitive type. */
export function implicit (tag: number, bytes: Buffer): DerNode {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a context tag is any small number, forge types only the universal ones
  return asn1.create(contextual, tag, false, bytes.toString('latin1'))
}

export function toDer (node: DerNode): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1')
}

export function fromDer (bytes: Buffer): DerNode {
  return asn1.fromDer(bytes.toString('latin1'), true)
}

/** The members of a SEQUENCE or SET; none of anything else. */
export function membersOf (node: DerNode | undefined): DerNode[] {
  return node !== undefined && Array.isArray(node.value) ? node.value : []
}

/** An OBJECT IDENTIFIER in dots; empty for anything else. */
export function objectIdOf (node: DerNode): string {
  return node.type === asn1.Type.OID && typeof node.value === 'string' ? asn1.derToOid(node.value) : ''
}

export function isSequence (node: DerNode): boolean {
  return node.tagClass === universal && node.type === asn1.Type.SEQUENCE
}

export function isContextual (node: DerNode, tag: number): boolean {
  const type: number = node.type
  return node.tagClass === contextual && type === tag
}
