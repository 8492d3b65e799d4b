/**
 * What a message carries from node to node: a user property for each Causeway it has left over a bridge, so that none takes in what has
 * left it before, and hops can be counted. HOT.
 */
import { endOfProperty } from './message-properties.ts'
import { userProperty } from './user-property.ts'

const NAME = 'causeway-via'
/** Property identifier, length and text of its name. */
const HEAD = viaMark('').subarray(0, 1 + 2 + NAME.length)

/** The whole property of one node. */
export function viaMark (node: string): Buffer {
  return userProperty(NAME, node)
}

/** How many nodes `bytes[start, end)` names. */
export function viaCount (bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end;) {
    if (isAt(HEAD, bytes, at, end)) count++
    at = endOfProperty(bytes, at, end)
    if (at < 0) break
  }
  return count
}

/** Does `bytes[start, end)` hold this mark? */
export function hasVia (mark: Buffer, bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end;) {
    if (isAt(mark, bytes, at, end)) return true
    at = endOfProperty(bytes, at, end)
    if (at < 0) break
  }
  return false
}

function isAt (part: Buffer, bytes: Buffer, at: number, end: number): boolean {
  if (at + part.length > end) return false
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false
  return true
}
