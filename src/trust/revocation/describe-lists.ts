/** Revocation lists as data, for an operator who looks into a file. Whether an authority has signed them is judged where they are used. */
import { readBoundedFile } from '../bounded-file.ts'
import { readRevocationLists } from './list-file.ts'
import type { ListScope } from './revocation-list.ts'

export interface ListDescription {
  /** `FILE:LINE`. */
  readonly place: string
  readonly kind: 'revocation list'
  readonly issuer: string
  /** ISO 8601; null: it does not say when there will be another. */
  readonly thisUpdate: string
  readonly nextUpdate: string | null
  /** Whole days until nextUpdate, negative once it has passed; null without one. */
  readonly daysLeft: number | null
  /** Certificates that are revoked by it. */
  readonly revoked: number
  readonly about: ListScope['kind']
  /** What is odd about it, in words; empty when nothing is. */
  readonly problems: readonly string[]
}

const day = 86_400_000

/**
 * null: the file holds no revocation lists.
 * @throws TrustError when it can not be read, or a list in it can not be used
 */
export async function describeLists (file: string, now = new Date()): Promise<ListDescription[] | null> {
  if (!(await readBoundedFile(file)).includes('-----BEGIN X509 CRL-----')) return null
  const { lists, warnings } = await readRevocationLists([file], [], now)
  return lists.map(({ line, list: { issuerName, thisUpdate, nextUpdate, size, scope } }) => {
    const place = `${file}:${line}`
    return {
      place,
      kind: 'revocation list',
      issuer: issuerName,
      thisUpdate: thisUpdate.toISOString(),
      nextUpdate: nextUpdate?.toISOString() ?? null,
      daysLeft: nextUpdate === null ? null : Math.floor((nextUpdate.getTime() - now.getTime()) / day),
      revoked: size,
      about: scope.kind,
      problems: warnings.filter(each => each.startsWith(`${place}: `)).map(each => each.slice(place.length + 2))
    }
  })
}
