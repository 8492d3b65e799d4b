/**
 * One record of the journal as bytes. A marker, a header with its own checksum, a body with its own: a flipped bit anywhere costs
 * the one record it is in, because the next marker with a right header is found again. The header's checksum is salted with a
 * random number of the segment, so that a device can not plant a record inside a payload.
 *
 *     marker 4 | kind 1 | flags 1 | reserved 2 | length 4 | number 8 | header CRC 4 | body CRC 4 | body
 *
 * Numbers are little-endian; the record's number is a double, exact to 2^53.
 */
import { crc32 } from 'node:zlib'

export const RecordKind = {
  /** A message that waits for the remote. */
  MESSAGE: 1,
  /** Messages the remote has taken: pairs of (first number, count). */
  ACKNOWLEDGED: 2,
  /** The remote began a session: what was noted as released before is void; with {@link SENT_IN} it says which session QoS 2 is sent in. */
  SESSION: 3,
  /** PUBREC came from the remote: only PUBREL is sent from now on. One message, or from version 2 on several. */
  RELEASED: 4,
  /** The device has sent PUBREL: its packet identifier is free again; all it had, where the identifier is 0. */
  COMPLETED: 5,
  /** Handshakes that are open, told again before the files go that told of them. */
  OPEN: 6
} as const
export type RecordKind = typeof RecordKind[keyof typeof RecordKind]

/**
 * Flag of a SESSION record: nothing is void, and its body names the session. A version that did not know it takes what was released
 * for void, which costs a second copy and no message.
 */
export const SENT_IN = 1

export const MARKER = 0x1ea957c5
export const HEADER_BYTES = 28
const LAST_KIND = RecordKind.OPEN

/** Largest body: a packet of MQTT's greatest size with a client id and a topic beside it. */
export const MAX_BODY_BYTES = 268_435_455 + 3 * 65_537

/** Writes the header for the body that already stands at `at + HEADER_BYTES`. */
export function sealRecord (bytes: Buffer, at: number, record: { readonly kind: RecordKind, readonly flags: number, readonly length: number, readonly number: number, readonly salt: number }): number {
  const end = at + HEADER_BYTES + record.length
  bytes.writeUInt32LE(MARKER, at)
  bytes[at + 4] = record.kind
  bytes[at + 5] = record.flags
  bytes.writeUInt16LE(0, at + 6)
  bytes.writeUInt32LE(record.length, at + 8)
  bytes.writeDoubleLE(record.number, at + 12)
  bytes.writeUInt32LE(crc32(bytes.subarray(at + HEADER_BYTES, end)), at + 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(at + 4, at + 20), record.salt), at + 20)
  return end
}

/** Is there a whole, right header at `at`? */
export function headerAt (bytes: Buffer, at: number, salt: number): boolean {
  if (at + HEADER_BYTES > bytes.length || bytes.readUInt32LE(at) !== MARKER) return false
  const kind = bytes[at + 4] as number
  return kind >= 1 && kind <= LAST_KIND && bytes.readUInt32LE(at + 8) <= MAX_BODY_BYTES &&
    bytes.readUInt32LE(at + 20) === crc32(bytes.subarray(at + 4, at + 20), salt)
}

/** A record found by {@link readRecords}; `body` is a view of the segment's bytes. */
export interface FoundRecord {
  readonly kind: RecordKind
  readonly flags: number
  readonly number: number
  readonly body: Buffer
  /** Where its header starts in the segment. */
  readonly at: number
}

/** What was wrong between records. */
export interface Damage {
  readonly at: number
  readonly bytes: number
  /** The end of the last segment: written while the power went; not damage in the middle. */
  readonly torn: boolean
}

/** Reads all records of a segment from `from` on; damage is skipped, reported, and costs only the records it lies in. */
export function readRecords (bytes: Buffer, from: number, salt: number, each: (record: FoundRecord) => void): Damage[] {
  const damages: Damage[] = []
  let at = from
  while (at < bytes.length) {
    if (!headerAt(bytes, at, salt)) {
      const next = nextHeader(bytes, at + 1, salt)
      damages.push({ at, bytes: next - at, torn: next === bytes.length })
      at = next
      continue
    }
    const length = bytes.readUInt32LE(at + 8)
    const end = at + HEADER_BYTES + length
    if (end > bytes.length) {
      damages.push({ at, bytes: bytes.length - at, torn: true })
      break
    }
    const body = bytes.subarray(at + HEADER_BYTES, end)
    if (bytes.readUInt32LE(at + 24) === crc32(body)) {
      each({ kind: bytes[at + 4] as RecordKind, flags: bytes[at + 5] as number, number: bytes.readDoubleLE(at + 12), body, at })
    } else {
      damages.push({ at, bytes: end - at, torn: end === bytes.length })
    }
    at = end
  }
  return damages
}

const MARKER_BYTES = Buffer.from([0xc5, 0x57, 0xa9, 0x1e])

function nextHeader (bytes: Buffer, from: number, salt: number): number {
  for (let at = bytes.indexOf(MARKER_BYTES, from); at >= 0; at = bytes.indexOf(MARKER_BYTES, at + 1)) {
    if (headerAt(bytes, at, salt)) return at
  }
  return bytes.length
}
