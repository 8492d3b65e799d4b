/**
 * A certificate revocation list (RFC 5280 section 5): who has signed it, for how long it is good, and which serial numbers are in it.
 * A list that says less than it seems to, such as a delta or an indirect one, is not read at all.
 */
import type { X509Certificate } from 'node:crypto'
import { maySignLists, partsOf } from './certificate-parts.ts'
import { contextTag, dottedOf, elementAt, isTime, membersIn, momentOf, signatureBits, tags, valueOf, wholeOf } from './der-cursor.ts'
import type { Element } from './der-cursor.ts'
import { nameWords } from './distinguished-name.ts'
import { extensionsIn } from './extensions.ts'
import type { Extension } from './extensions.ts'
import { signatureFault } from './signature.ts'
import type { Signed } from './signature.ts'

export interface Revoked {
  readonly at: Date
  /** In the words of RFC 5280, such as `keyCompromise`; empty when it gives none. */
  readonly reason: string
}

/** Which certificates of its issuer it is about. */
export interface ListScope {
  readonly kind: 'all' | 'leaves' | 'authorities'
  /** Only those that name one of these distribution points; GeneralNames in DER. null: wherever they are distributed. */
  readonly points: readonly Buffer[] | null
}

const extensionIds = { issuingDistributionPoint: '2.5.29.28', deltaIndicator: '2.5.29.27', reason: '2.5.29.21', number: '2.5.29.20', authorityKey: '2.5.29.35' } as const

/** The value of the INTEGER that says version 2. */
const version2 = Buffer.of(1)

// DER of BOOLEAN TRUE
const criticalTrue = Buffer.of(0x01, 0x01, 0xff)

/** RFC 5280 section 5.3.1; 7 is not used. */
export const revocationReasons = ['', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'certificateHold', '', 'removeFromCRL', 'privilegeWithdrawn', 'aACompromise'] as const

export class RevocationList {
  /** DER of the issuer's Name. */
  readonly issuer: Buffer
  /** The same in words. */
  readonly issuerName: string
  readonly thisUpdate: Date
  /** null: it does not say when there will be another. */
  readonly nextUpdate: Date | null
  readonly scope: ListScope
  readonly #signed: Signed
  readonly #der: Buffer
  /** By the serial number in hex, as it is encoded: where its entry is. */
  readonly #revoked: ReadonlyMap<string, number>
  /** A signature over megabytes is verified once for each key. */
  readonly #verified = new Map<string, string | null>()

  /** @throws RangeError saying what is wrong with it */
  constructor (der: Buffer) {
    const whole = elementAt(der, 0, der.length)
    if (whole.tag !== tags.sequence || whole.end !== der.length) throw new RangeError('there is something before or after it')
    const [body, algorithm, signature] = [...membersIn(der, whole)]
    if (body === undefined || algorithm === undefined || signature === undefined) throw new RangeError('a part of it is missing')
    const parts = new ListParts(der, body)
    // RFC 5280 section 5.1.1.2: only the one inside is signed
    if (!wholeOf(der, algorithm).equals(parts.algorithm)) throw new RangeError('it names two algorithms of its signature')
    this.#der = der
    this.issuer = parts.issuer
    this.issuerName = nameWords(parts.issuer)
    this.thisUpdate = parts.thisUpdate
    this.nextUpdate = parts.nextUpdate
    this.scope = scopeOf(parts.extensions)
    this.#revoked = parts.revoked === null ? new Map() : entriesIn(der, parts.revoked)
    this.#signed = { signed: wholeOf(der, body), algorithm: algorithmIn(der, algorithm), signature: signatureBits(der, signature) }
  }

  get size (): number { return this.#revoked.size }

  /** Whether it would say so if this certificate were revoked: same issuer by name, and within its scope. */
  covers (certificate: X509Certificate): boolean {
    const parts = partsOf(certificate)
    if (!parts.issuer.equals(this.issuer)) return false
    const { kind, points } = this.scope
    if (kind !== 'all' && certificate.ca !== (kind === 'authorities')) return false
    return points === null || points.some(point => isNamedIn(parts.extensions, point))
  }

  /** Why it is not the word of this issuer, to stand after "it"; null when it is. */
  faultBy (issuer: X509Certificate): string | null {
    const known = this.#verified.get(issuer.fingerprint256)
    if (known !== undefined) return known
    const parts = partsOf(issuer)
    const fault = !parts.subject.equals(this.issuer) ? 'is of another issuer' : maySignLists(parts) ? signatureFault(this.#signed, issuer.publicKey) : 'is of an issuer that may not sign lists'
    this.#verified.set(issuer.fingerprint256, fault)
    return fault
  }

  revocationOf (certificate: X509Certificate): Revoked | null {
    const at = this.#revoked.get(partsOf(certificate).serial.toString('hex'))
    return at === undefined ? null : revokedAt(this.#der, at)
  }
}

class ListParts {
  /** DER of what it says to be signed with. */
  readonly algorithm: Buffer
  readonly issuer: Buffer
  readonly thisUpdate: Date
  readonly nextUpdate: Date | null
  readonly revoked: Element | null
  readonly extensions: ReadonlyMap<string, Extension>

  /** In the order of RFC 5280 section 5.1, and nothing else between. */
  constructor (der: Buffer, body: Element) {
    const members = [...membersIn(der, body)]
    const version = members[0]?.tag === tags.integer ? members.shift() : undefined
    if (version !== undefined && !valueOf(der, version).equals(version2)) throw new RangeError('its version is not known here')
    const [algorithm, issuer, thisUpdate] = ListParts.#required(members.splice(0, 3))
    this.algorithm = wholeOf(der, algorithm)
    this.issuer = wholeOf(der, issuer)
    this.thisUpdate = momentOf(der, thisUpdate)
    const next = (is: (element: Element) => boolean): Element | null => members[0] !== undefined && is(members[0]) ? members.shift() ?? null : null
    const nextUpdate = next(isTime)
    this.nextUpdate = nextUpdate === null ? null : momentOf(der, nextUpdate)
    this.revoked = next(({ tag }) => tag === tags.sequence)
    const extensions = next(({ tag }) => tag === contextTag(0))
    if (members.length > 0) throw new RangeError('a part of it is not known here')
    if (extensions !== null && version === undefined) throw new RangeError('it has extensions, which lists of its version have not')
    this.extensions = extensions === null ? new Map() : extensionsIn(der, elementAt(der, extensions.from, extensions.end))
  }

  static #required ([algorithm, issuer, thisUpdate]: readonly Element[]): readonly [Element, Element, Element] {
    if (algorithm === undefined || issuer?.tag !== tags.sequence || thisUpdate === undefined) throw new RangeError('a part of it is missing')
    return [algorithm, issuer, thisUpdate]
  }
}

function algorithmIn (der: Buffer, algorithm: Element): string {
  const [id] = [...membersIn(der, algorithm)]
  return id === undefined ? '' : dottedOf(der, id)
}

/** Where the entry of each serial number is; what stands in it is read when it is asked for. */
function entriesIn (der: Buffer, list: Element): Map<string, number> {
  const found = new Map<string, number>()
  const mayBeCritical = wholeOf(der, list).includes(criticalTrue)
  for (let at = list.from; at < list.end;) {
    const entry = elementAt(der, at, list.end)
    const serial = elementAt(der, entry.from, entry.end)
    if (entry.tag !== tags.sequence || serial.tag !== tags.integer) throw new RangeError('an entry in it is none')
    // written longer than it need be it would not be found
    if (!isShortest(der, serial)) throw new RangeError('a serial number in it is not DER')
    if (mayBeCritical) revokedAt(der, at)
    found.set(der.toString('hex', serial.from, serial.end), at)
    at = entry.end
  }
  return found
}

function isShortest (der: Buffer, { from, end }: Element): boolean {
  const [first, second] = [der[from] ?? 0, der[from + 1] ?? 0]
  return end > from && (end === from + 1 || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80)))
}

function revokedAt (der: Buffer, at: number): Revoked {
  const [, date, extensions] = [...membersIn(der, elementAt(der, at, der.length))]
  if (date === undefined) throw new RangeError('an entry in it is none')
  return { at: momentOf(der, date), reason: extensions === undefined ? '' : reasonIn(extensionsIn(der, extensions)) }
}

function reasonIn (extensions: ReadonlyMap<string, Extension>): string {
  for (const [id, { critical }] of extensions) if (critical && id !== extensionIds.reason) throw new RangeError(`an entry in it has a critical extension that is not known here (${id})`)
  const code = extensions.get(extensionIds.reason)?.value[2]
  return code === undefined ? '' : revocationReasons[code] ?? ''
}

/** What in it must be understood before it may be used. */
function scopeOf (extensions: ReadonlyMap<string, Extension>): ListScope {
  if (extensions.has(extensionIds.deltaIndicator)) throw new RangeError('it is a delta, which says nothing without the list it changes')
  const known: readonly string[] = Object.values(extensionIds)
  for (const [id, { critical }] of extensions) if (critical && !known.includes(id)) throw new RangeError(`it has a critical extension that is not known here (${id})`)
  const point = extensions.get(extensionIds.issuingDistributionPoint)?.value
  return point === undefined ? { kind: 'all', points: null } : scopeIn(point)
}

/** IssuingDistributionPoint, RFC 5280 section 5.2.5: [1] and [2] limit it to leaves or CAs; [3] to [5] are not for us. */
function scopeIn (value: Buffer): ListScope {
  let kind: ListScope['kind'] = 'all'
  let points: readonly Buffer[] | null = null
  for (const member of membersIn(value, elementAt(value, 0, value.length))) {
    if (member.tag === contextTag(0)) points = pointsIn(value, member)
    else if (value[member.from] === 0 && member.tag !== onlySomeReasons) continue
    else if (kind === 'all' && (member.tag === onlyLeaves || member.tag === onlyAuthorities)) kind = member.tag === onlyLeaves ? 'leaves' : 'authorities'
    else throw new RangeError('it is about some reasons, indirect, or about attributes only')
  }
  return { kind, points }
}

const [onlyLeaves, onlyAuthorities, onlySomeReasons] = [0x81, 0x82, 0x83]

/** The names of a DistributionPointName. */
function pointsIn (value: Buffer, member: Element): readonly Buffer[] {
  const name = elementAt(value, member.from, member.end)
  if (name.tag !== contextTag(0)) throw new RangeError('its distribution point is relative to a name')
  const names = [...membersIn(value, name)].map(each => wholeOf(value, each))
  if (names.length === 0) throw new RangeError('its distribution point has no name')
  return names
}

function isNamedIn (extensions: ReadonlyMap<string, Extension>, point: Buffer): boolean {
  return extensions.get('2.5.29.31')?.value.includes(point) ?? false
}
