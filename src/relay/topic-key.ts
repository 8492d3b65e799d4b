/** A topic's bytes as the key of a map. */
declare global {
  interface Buffer {
    /** One unit a byte. What `toString('latin1', start, end)` ends in, without its tests of the arguments on each call. */
    latin1Slice (start: number, end: number): string
  }
}

/** HOT. */
export function topicKey (bytes: Buffer, start: number, end: number): string {
  return bytes.latin1Slice(start, end)
}
