/** Reads revocation lists as strictly as certificates: a file is taken whole or not at all, since a list that is skipped lets in what it revokes. */
import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { reasonOf } from '../../errors.ts'
import { dateOf } from '../certificate-facts.ts'
import { invalidFile, trustCodes } from '../errors.ts'
import type { FilePlace } from '../errors.ts'
import { listInUse } from '../in-use.ts'
import type { InUse } from '../in-use.ts'
import { readBoundedFile } from '../bounded-file.ts'
import { isKeyLabel, scanPem } from '../pem.ts'
import type { PemBlock } from '../pem.ts'
import { partsOf } from './certificate-parts.ts'
import { RevocationList } from './revocation-list.ts'

export interface PlacedList extends FilePlace {
  readonly list: RevocationList
  readonly der: Buffer
}

export interface ListSet {
  readonly lists: readonly PlacedList[]
  /** `FILE:LINE: …`: what is odd but usable. */
  readonly warnings: readonly string[]
}

/**
 * @param anchors a list of one of them has to be signed by it; those of other issuers are held to theirs when a remote sends it
 * @throws TrustError with file, line and reason
 */
export async function readRevocationLists (files: readonly string[], anchors: readonly X509Certificate[], now: Date): Promise<ListSet> {
  const lists = (await Promise.all(files.map(readOne))).flat()
  for (const each of lists) refuseForged(each, anchors)
  return { lists, warnings: lists.flatMap(each => oddities(each, now)) }
}

async function readOne (file: string): Promise<PlacedList[]> {
  return scanPem(await readBoundedFile(file), file).map(block => parseBlock(block, { file, line: block.line }))
}

function parseBlock (block: PemBlock, place: FilePlace): PlacedList {
  if (block.label !== 'X509 CRL') throw foreignBlock(block, place)
  try {
    const list = new RevocationList(block.der)
    return { ...place, list, der: block.der }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalidFile(place, `the revocation list can not be used: ${reasonOf(error)}`, 'Get the whole, direct list of the authority, and copy it again if it was damaged.', trustCodes.listUnusable)
  }
}

function foreignBlock (block: PemBlock, place: FilePlace): Error {
  if (isKeyLabel(block.label)) return invalidFile(place, 'a private key', 'Take the key out of this file at once, and treat it as known to everybody who could read the file.')
  if (block.label === 'CRL') return invalidFile(place, 'BEGIN CRL, which OpenSSL does not read', 'The label of a revocation list is X509 CRL: change it in both lines.')
  return invalidFile(place, 'a block that is no revocation list', 'Only X509 CRL blocks and comments belong in this file; certificates belong in cacertfile.')
}

function refuseForged ({ file, line, list }: PlacedList, anchors: readonly X509Certificate[]): void {
  const issuers = anchors.filter(anchor => partsOf(anchor).subject.equals(list.issuer))
  const faults = issuers.map(issuer => list.faultBy(issuer))
  if (faults.length === 0 || faults.includes(null)) return
  throw invalidFile({ file, line }, `the revocation list of ${list.issuerName} ${faults[0] ?? ''}`, 'It is not the word of the authority in cacertfile: get both again from the same source.', trustCodes.listUnusable)
}

function oddities ({ file, line, list }: PlacedList, now: Date): string[] {
  const { nextUpdate, thisUpdate, issuerName } = list
  const start = `${file}:${line}: the revocation list of ${issuerName}`
  if (nextUpdate === null) return [`${start} does not say when there will be another: one that is never renewed is not noticed`]
  if (nextUpdate < now) return [`${start} should have been renewed by ${dateOf(nextUpdate.toISOString())}`]
  return thisUpdate > now ? [`${start} is of ${dateOf(thisUpdate.toISOString())}, which has yet to come: look at the clock`] : []
}

/** Those that end some day: of each issuer and scope the newest, since an older one beside it says nothing any more. */
export function listsInUse (lists: readonly PlacedList[]): InUse[] {
  const newest = new Map<string, PlacedList>()
  for (const placed of lists) {
    const key = keyOf(placed)
    const before = newest.get(key)
    if (before === undefined || placed.list.thisUpdate > before.list.thisUpdate) newest.set(key, placed)
  }
  return [...newest.values()].flatMap(({ list: { issuerName, thisUpdate, nextUpdate }, file, der }) => {
    const digest = createHash('sha256').update(der).digest('hex').toUpperCase().replace(/..(?!$)/g, '$&:')
    return nextUpdate === null ? [] : [listInUse({ issuerName, thisUpdate, file, digest }, nextUpdate)]
  })
}

function keyOf ({ list: { issuer, scope: { kind, points } } }: PlacedList): string {
  return [issuer, ...points ?? []].map(each => each.toString('hex')).join(' ') + kind
}
