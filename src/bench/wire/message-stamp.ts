/**
 * What the first sixteen bytes of each payload say, so that the receiver can account for it: which run, which publisher, its
 * how-manieth message, and when it was meant to be sent. The intended time, not the actual one, is what keeps a target
 * that holds its senders up from looking quick (coordinated omission).
 */
export const STAMP_BYTES = 16
const MARK = 0x4357

/** Run, publisher and mark are written once per frame; they do not change from message to message. */
export function writeOrigin (bytes: Buffer, at: number, run: number, publisher: number): void {
  bytes.writeUInt16BE(run & 0xffff, at)
  bytes.writeUInt16BE(publisher, at + 2)
  bytes.writeUInt16BE(MARK, at + 14)
}

export function writeSequence (bytes: Buffer, at: number, sequence: number): void {
  bytes[at + 4] = sequence >>> 24
  bytes[at + 5] = sequence >>> 16
  bytes[at + 6] = sequence >>> 8
  bytes[at + 7] = sequence
}

export function writeIntended (bytes: Buffer, at: number, micros: number): void {
  const high = Math.floor(micros / 0x1_0000_0000)
  const low = micros % 0x1_0000_0000
  bytes[at + 8] = high >>> 8
  bytes[at + 9] = high
  bytes[at + 10] = low >>> 24
  bytes[at + 11] = low >>> 16
  bytes[at + 12] = low >>> 8
  bytes[at + 13] = low
}

/** Whether a payload at `at` is one of this run's; anything else is counted as foreign. */
export function isStamped (bytes: Buffer, at: number, end: number, run: number): boolean {
  return end - at >= STAMP_BYTES && read16(bytes, at) === run && read16(bytes, at + 14) === MARK
}

export function publisherOf (bytes: Buffer, at: number): number {
  return read16(bytes, at + 2)
}

export function sequenceOf (bytes: Buffer, at: number): number {
  return read16(bytes, at + 4) * 0x1_0000 + read16(bytes, at + 6)
}

export function intendedOf (bytes: Buffer, at: number): number {
  return read16(bytes, at + 8) * 0x1_0000_0000 + read16(bytes, at + 10) * 0x1_0000 + read16(bytes, at + 12)
}

function read16 (bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}
