/** The parts of a certificate that Node does not give: names and serial number as they are encoded, its extensions, what it is signed with. */
import type { X509Certificate } from 'node:crypto'
import { contextTag, dottedOf, elementAt, membersIn, tags, valueOf, wholeOf } from './der-cursor.ts'
import type { Element } from './der-cursor.ts'
import { extensionsIn } from './extensions.ts'
import type { Extension } from './extensions.ts'

export interface CertificateParts {
  /** Two's complement, big-endian. */
  readonly serial: Buffer
  /** DER of the Name. */
  readonly issuer: Buffer
  readonly subject: Buffer
  /** The bits of the public key, which key identifiers are made of. */
  readonly keyBits: Buffer
  /** Object identifier of the algorithm it is signed with. */
  readonly signatureAlgorithm: string
  readonly extensions: ReadonlyMap<string, Extension>
}

const extensionIds = { keyUsage: '2.5.29.15', tlsFeature: '1.3.6.1.5.5.7.1.24' } as const

/** @throws RangeError for one that OpenSSL has read and that is none */
export function partsOf ({ raw }: X509Certificate): CertificateParts {
  const [body, algorithm] = [...membersIn(raw, elementAt(raw, 0, raw.length))]
  const all = [...membersIn(raw, present(body))]
  const [serial, , issuer, , subject, key] = all[0]?.tag === contextTag(0) ? all.slice(1) : all
  const extensions = all.find(each => each.tag === contextTag(3))
  return {
    serial: valueOf(raw, present(serial)),
    issuer: wholeOf(raw, present(issuer)),
    subject: wholeOf(raw, present(subject)),
    keyBits: valueOf(raw, present([...membersIn(raw, present(key))][1])).subarray(1),
    signatureAlgorithm: dottedOf(raw, present([...membersIn(raw, present(algorithm))][0])),
    extensions: extensions === undefined ? new Map() : extensionsIn(raw, elementAt(raw, extensions.from, extensions.end))
  }
}

/** RFC 5280 section 4.2.1.3: a key that is not restricted may sign lists, and one that is must say so. */
export function maySignLists ({ extensions }: CertificateParts): boolean {
  const usage = extensions.get(extensionIds.keyUsage)?.value
  // BIT STRING: tag, length, unused bits, then cRLSign as the seventh bit
  return usage === undefined || ((usage[3] ?? 0) & 0x02) !== 0
}

/** The certificate says that it is only good together with a stapled OCSP response (RFC 7633: status_request, 5). */
export function mustStaple ({ extensions }: CertificateParts): boolean {
  const feature = extensions.get(extensionIds.tlsFeature)?.value
  if (feature === undefined) return false
  return [...membersIn(feature, elementAt(feature, 0, feature.length))].some(each => each.tag === tags.integer && valueOf(feature, each).equals(Buffer.of(5)))
}

function present (element: Element | undefined): Element {
  if (element === undefined) throw new RangeError('a part of the certificate is missing')
  return element
}
