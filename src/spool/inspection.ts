/**
 * Looks at a journal from outside, whether a process uses it or not: nothing is locked, changed or repaired. What a running process
 * writes meanwhile may look like a torn end.
 */
import { join } from 'node:path'
import { reasonOf } from '../errors.ts'
import type { Disk } from './disk.ts'
import { SpoolError, spoolCodes } from './errors.ts'
import { readMessage, type SpooledMessage } from './message.ts'
import { RecordKind } from './record.ts'
import { recover } from './recovery.ts'

export interface JournalSummary {
  readonly dir: string
  readonly files: number
  readonly bytes: number
  /** Messages that wait for the remote. */
  readonly waiting: number
  /** Of the oldest and the newest that wait, ms since 1970; null without one. */
  readonly oldest: number | null
  readonly newest: number | null
  /** QoS 2: handshakes open with devices, and messages that the remote has and has not been told to hand on. */
  readonly openHandshakes: number
  readonly released: number
  readonly damages: readonly { readonly file: string, readonly at: number, readonly bytes: number, readonly torn: boolean }[]
  /** Numbers that are missing between the first and the last record: lost to damage. */
  readonly gaps: readonly { readonly from: number, readonly to: number }[]
}

export interface WaitingMessage {
  readonly number: number
  readonly message: SpooledMessage
}

/** @throws SpoolError CW_SPOOL_VERSION; errors of the disk as they are */
export async function inspectJournal (dir: string, disk: Disk): Promise<JournalSummary> {
  const arrived: { oldest: number | null, newest: number | null } = { oldest: null, newest: null }
  const gaps: { from: number, to: number }[] = []
  let last = 0
  const found = await recover(dir, disk, record => {
    if (last !== 0 && record.number > last + 1) gaps.push({ from: last + 1, to: record.number - 1 })
    last = Math.max(last, record.number)
  })
  for (const { number, at } of found.arrivals) {
    if (number < found.waiting.lowest()) continue
    arrived.oldest ??= at
    arrived.newest = at
  }
  const waits = found.waiting.count > 0
  const lastArrival = found.arrivals.at(-1)?.at ?? null
  return {
    dir,
    files: found.segments.length,
    bytes: found.segments.reduce((sum, segment) => sum + segment.bytes, 0),
    waiting: found.waiting.count,
    oldest: waits ? arrived.oldest ?? lastArrival : null,
    newest: waits ? lastArrival : null,
    openHandshakes: found.handshakes.count,
    released: found.released.size,
    damages: found.damages.map(({ file, damage }) => ({ file, ...damage })),
    gaps
  }
}

/** A journal that could not be read, and why: that of one does not stop a look at the others. */
export interface UnreadableJournal {
  readonly dir: string
  readonly error: { readonly code: string, readonly message: string, readonly hint: string }
}

/** @returns what `look` answers, or why the journal can not be read: it is of an unknown version, or the disk refuses */
export async function unlessUnreadable<T> (dir: string, look: (dir: string) => Promise<T>): Promise<T | UnreadableJournal> {
  try {
    return await look(dir)
  } catch (thrown) {
    if (thrown instanceof SpoolError) return { dir, error: { code: thrown.code, message: thrown.message, hint: thrown.hint } }
    return { dir, error: { code: spoolCodes.UNUSABLE, message: `${dir}: this journal can not be read: ${reasonOf(thrown)}`, hint: 'look at the rights of its files and at the disk' } }
  }
}

/** Every message that waits, in order. All of the journal is read before the first is given. */
export async function waitingMessages (dir: string, disk: Disk, each: (message: WaitingMessage) => void): Promise<void> {
  const { waiting } = await recover(dir, disk)
  const given = new Set<number>()
  await recover(dir, disk, record => {
    if (record.kind !== RecordKind.MESSAGE || !waiting.has(record.number) || given.has(record.number)) return
    given.add(record.number)
    const message = readMessage(record.body, record.flags)
    if (message !== null) each({ number: record.number, message })
  })
}

/**
 * The journals under a spool directory: one folder a bridge; those of one bridge when it is the directory of that.
 * @throws SpoolError CW_SPOOL_UNUSABLE when the directory can not be listed
 */
export async function journalsUnder (dir: string, disk: Disk): Promise<string[]> {
  const own = await journalsOf(dir, disk)
  if (own.length > 0) return own
  const found: string[] = []
  const names = await disk.list(dir).catch((thrown: unknown) => {
    throw new SpoolError(spoolCodes.UNUSABLE, `${dir}: this spool directory can not be listed: ${reasonOf(thrown)}`, { hint: 'name the directory of spool.dir, or that of one bridge below it', cause: thrown })
  })
  for (const name of names.sort()) found.push(...await journalsOf(join(dir, name), disk))
  return found
}

/** Those of a bridge: its folder has one, and that of each further link. */
async function journalsOf (dir: string, disk: Disk): Promise<string[]> {
  const further = (await furtherJournals(dir, disk)).map(({ name }) => join(dir, name))
  return await isJournal(dir, disk) ? [dir, ...further] : further
}

/** Of the further links of a bridge, from number 2 on, those that have a journal in its folder. */
export async function furtherJournals (dir: string, disk: Disk): Promise<{ readonly link: number, readonly name: string }[]> {
  const found: { link: number, name: string }[] = []
  for (const name of (await namesIn(dir, disk)).sort()) {
    const link = Number(/^link-(\d{1,2})(?:\+|$)/.exec(name)?.[1] ?? 0)
    if (link > 1 && await isJournal(join(dir, name), disk)) found.push({ link, name })
  }
  return found
}

async function isJournal (dir: string, disk: Disk): Promise<boolean> {
  return (await namesIn(dir, disk)).some(file => file.endsWith('.journal'))
}

async function namesIn (dir: string, disk: Disk): Promise<string[]> {
  return disk.list(dir).catch(() => [])
}
