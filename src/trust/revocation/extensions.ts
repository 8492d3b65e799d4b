/** Extensions of certificates and lists (RFC 5280 section 4.2), by their object identifiers. */
import { dottedOf, membersIn, tags, valueOf } from './der-cursor.ts'
import type { Element } from './der-cursor.ts'

export interface Extension {
  readonly critical: boolean
  /** What is inside its OCTET STRING. */
  readonly value: Buffer
}

/** @param sequence of extensions. @throws RangeError, also for one that is there twice */
export function extensionsIn (bytes: Buffer, sequence: Element): ReadonlyMap<string, Extension> {
  const found = new Map<string, Extension>()
  for (const extension of membersIn(bytes, sequence)) {
    const parts = [...membersIn(bytes, extension)]
    const [id, value] = [parts[0], parts.at(-1)]
    if (id?.tag !== tags.objectId || value?.tag !== tags.octetString) throw new RangeError('an extension in it is none')
    const name = dottedOf(bytes, id)
    if (found.has(name)) throw new RangeError('an extension is in it twice')
    found.set(name, { critical: parts.length === 3 && parts[1]?.tag === tags.boolean && bytes[parts[1].from] !== 0, value: valueOf(bytes, value) })
  }
  return found
}
