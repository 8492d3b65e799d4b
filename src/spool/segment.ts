/**
 * One file of the journal: a header and then records, appended and never changed. Its name is an ordinal, so that the order of names
 * is the order of writing; after a failed fsync the same records may stand in two segments, and their numbers tell.
 *
 *     magic 8 | version 2 | reserved 2 | salt 4 | first number 8 | created 8 | header CRC 4
 */
import { crc32 } from 'node:zlib'
import { SpoolError, spoolCodes } from './errors.ts'

export const SEGMENT_HEADER_BYTES = 36
const MAGIC = Buffer.from('CAUSEWAY')
/** In files of version 1 a note of PUBREC speaks of one message, and its reader sees no second one: so it must not be given what this version writes. */
export const FORMAT_VERSION = 2
const OLDEST_VERSION = 1

export interface SegmentHeader {
  readonly salt: number
  readonly firstNumber: number
  readonly created: number
}

/** A file of the journal as it is known in memory. */
export interface Segment {
  readonly ordinal: number
  readonly file: string
  readonly salt: number
  readonly firstNumber: number
  /** Highest record number in it; firstNumber - 1 while it is empty. */
  lastNumber: number
  bytes: number
}

export function segmentName (ordinal: number): string {
  return ordinal.toString().padStart(12, '0') + '.journal'
}

/** The ordinal in a segment's name; null for files of others. */
export function ordinalOf (name: string): number | null {
  const match = /^(\d{12})\.journal$/.exec(name)
  return match === null ? null : Number(match[1])
}

export function writeSegmentHeader (header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt16LE(FORMAT_VERSION, 8)
  bytes.writeUInt32LE(header.salt, 12)
  bytes.writeDoubleLE(header.firstNumber, 16)
  bytes.writeDoubleLE(header.created, 24)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 32)), 32)
  return bytes
}

/** A header, and whether it had to be mended to be read. */
export interface FoundHeader extends SegmentHeader {
  readonly mended: boolean
}

/**
 * Reads a segment's header. One flipped bit is found by its checksum and undone, as without the header nothing in the file can be read.
 * @returns null when it is damaged beyond that or was never written whole
 * @throws SpoolError CW_SPOOL_VERSION when it is whole but of another version
 */
export function readSegmentHeader (bytes: Buffer, file: string): FoundHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null
  const right = isRight(bytes)
  const header = right ? bytes : withOneBitUndone(bytes)
  if (header === null) return null
  const version = header.readUInt16LE(8)
  if (version < OLDEST_VERSION || version > FORMAT_VERSION) {
    throw new SpoolError(spoolCodes.VERSION, `${file}: journal of version ${version}, this Causeway reads versions ${OLDEST_VERSION} to ${FORMAT_VERSION}`,
      { hint: 'start the version of Causeway that wrote it and let it drain, or move the directory aside' })
  }
  return { salt: header.readUInt32LE(12), firstNumber: header.readDoubleLE(16), created: header.readDoubleLE(24), mended: !right }
}

function isRight (bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(MAGIC) && bytes.readUInt32LE(32) === crc32(bytes.subarray(0, 32))
}

/** A checksum of 32 bits tells each single flipped bit of so short a header from every other. */
function withOneBitUndone (bytes: Buffer): Buffer | null {
  const tried = Buffer.from(bytes.subarray(0, SEGMENT_HEADER_BYTES))
  for (let bit = 0; bit < SEGMENT_HEADER_BYTES * 8; bit++) {
    const byte = bit >> 3
    tried[byte] = (tried[byte] as number) ^ (1 << (bit & 7))
    if (isRight(tried)) return tried
    tried[byte] = (tried[byte]) ^ (1 << (bit & 7))
  }
  return null
}
