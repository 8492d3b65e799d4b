/**
 * The first level of topic names and filters, as one of a few groups: a filter can match a name only when it begins with a
 * wildcard or both are of one group. Levels share groups; what follows from one costs a needless question, never a wrong answer.
 */

/** How many groups there are. */
export const FIRST_LEVEL_GROUPS = 1024
/** Of filters that begin with a wildcard. */
export const ANY_GROUP = -1

const SLASH = 0x2f
const PLUS = 0x2b
const HASH = 0x23

/** The group of the topic name in `bytes[start, end)`. HOT. */
export function groupOfName (bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    if (byte === SLASH) break
    hash = (Math.imul(hash, 31) + byte) | 0
  }
  return hash & (FIRST_LEVEL_GROUPS - 1)
}

/** The group of a filter, or {@link ANY_GROUP}. */
export function groupOfFilter (filter: string): number {
  const first = filter.charCodeAt(0)
  if (first === PLUS || first === HASH) return ANY_GROUP
  const bytes = Buffer.from(filter)
  return groupOfName(bytes, 0, bytes.length)
}
