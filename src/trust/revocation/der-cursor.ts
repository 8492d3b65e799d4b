/**
 * Reads DER in place. A revocation list has as many elements as certificates were ever revoked, and node-forge makes objects and strings of
 * each. What is signed is a slice of what was read, not an encoding made anew.
 */

/** One tag, length, value. Offsets into the bytes it was read from. */
export interface Element {
  readonly tag: number
  readonly start: number
  /** Where its value begins. */
  readonly from: number
  readonly end: number
}

export const tags = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, objectId: 0x06, enumerated: 0x0a, utcTime: 0x17, generalizedTime: 0x18, sequence: 0x30 } as const

/** `[n]`, constructed. */
export function contextTag (n: number): number {
  return 0xa0 + n
}

/** @throws RangeError when it does not end before `limit`, or its length is not DER */
export function elementAt (bytes: Buffer, start: number, limit: number): Element {
  const first = bytes[start + 1]
  if (first === undefined || start + 2 > limit) throw new RangeError('it is cut short')
  if (first < 0x80) return within({ tag: bytes[start] ?? 0, start, from: start + 2, end: start + 2 + first }, limit)
  const octets = first & 0x7f
  const from = start + 2 + octets
  if (octets === 0 || octets > 4 || from > limit) throw new RangeError('a length in it is not DER')
  return within({ tag: bytes[start] ?? 0, start, from, end: from + bytes.readUIntBE(start + 2, octets) }, limit)
}

function within (element: Element, limit: number): Element {
  if (element.end > limit) throw new RangeError('it is cut short')
  return element
}

/** The elements inside one. */
export function * membersIn (bytes: Buffer, around: Element): Generator<Element, void> {
  for (let at = around.from; at < around.end;) {
    const member = elementAt(bytes, at, around.end)
    yield member
    at = member.end
  }
}

/** The bytes of a value. */
export function valueOf (bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.from, element.end)
}

/** Tag, length and value. */
export function wholeOf (bytes: Buffer, element: Element): Buffer {
  return bytes.subarray(element.start, element.end)
}

/** An OBJECT IDENTIFIER in dots. */
export function dottedOf (bytes: Buffer, element: Element): string {
  const arcs: number[] = []
  let arc = 0
  for (const byte of valueOf(bytes, element)) {
    arc = arc * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      arcs.push(arc)
      arc = 0
    }
  }
  const first = arcs.shift() ?? 0
  const root = Math.min(Math.floor(first / 40), 2)
  return [root, first - root * 40, ...arcs].join('.')
}

export function isTime ({ tag }: Element): boolean {
  return tag === tags.utcTime || tag === tags.generalizedTime
}

/** UTCTime or GeneralizedTime in the one form that RFC 5280 allows. @throws RangeError */
export function momentOf (bytes: Buffer, element: Element): Date {
  if (!isTime(element)) throw new RangeError('a date in it is not one')
  const text = valueOf(bytes, element).toString('latin1')
  const years = element.tag === tags.utcTime ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(years)
  const moment = parts === null ? NaN : Date.parse(`${parts.slice(1, 4).join('-')}T${parts.slice(4, 7).join(':')}Z`)
  if (Number.isNaN(moment)) throw new RangeError('a date in it is not one')
  return new Date(moment)
}

/** The BIT STRING of a signature. @throws RangeError */
export function signatureBits (bytes: Buffer, element: Element): Buffer {
  if (element.tag !== tags.bitString || bytes[element.from] !== 0) throw new RangeError('its signature is not a whole number of bytes')
  return bytes.subarray(element.from + 1, element.end)
}
