/** `causeway spool`: what waits in the journals on disk, whether they are whole, and their messages as lines. */
import { basename, resolve } from 'node:path'
import { realDisk } from '../spool/disk.ts'
import { inspectJournal, type JournalSummary, journalsUnder, waitingMessages } from '../spool/inspection.ts'
import { type CliIo, ExitCode } from './io.ts'

/** Counts, sizes, ages, gaps of each journal under `dir`. */
export async function inspectSpool (dir: string, json: boolean, io: CliIo): Promise<ExitCode> {
  const summaries = await summariesOf(dir, io)
  if (json) io.out.write(JSON.stringify(summaries, null, 2) + '\n')
  else if (summaries.length === 0) io.out.write(`${dir}: no journal here\n`)
  else for (const summary of summaries) io.out.write(describe(summary, Date.now()))
  return ExitCode.OK
}

/** Exit code 1 when a journal has damage in its middle or numbers missing; a torn end is what a power cut leaves and is no damage. */
export async function verifySpool (dir: string, json: boolean, io: CliIo): Promise<ExitCode> {
  const summaries = await summariesOf(dir, io)
  const damaged = summaries.filter(({ damages, gaps }) => gaps.length > 0 || damages.some(({ torn }) => !torn))
  if (json) io.out.write(JSON.stringify(summaries, null, 2) + '\n')
  for (const summary of json ? [] : summaries) {
    io.out.write(`${damaged.includes(summary) ? 'damaged' : 'whole  '} ${summary.dir}: ${summary.waiting} messages wait in ${summary.files} files\n`)
    for (const line of damageLines(summary)) io.out.write(`  ${line}\n`)
  }
  return damaged.length === 0 ? ExitCode.OK : ExitCode.FAILURE
}

/** A line of JSON for each message that waits, payload as base64, oldest first. */
export async function exportSpool (dir: string, io: CliIo): Promise<ExitCode> {
  for (const journal of await journalsUnder(resolve(io.cwd, dir), realDisk)) {
    await waitingMessages(journal, realDisk, ({ number, message }) => {
      io.out.write(JSON.stringify({
        journal: basename(journal),
        number,
        arrived: new Date(message.arrived).toISOString(),
        topic: message.topic.toString(),
        qos: message.qos,
        retain: message.retain,
        payload: message.payload.toString('base64')
      }) + '\n')
    })
  }
  return ExitCode.OK
}

async function summariesOf (dir: string, io: CliIo): Promise<JournalSummary[]> {
  const summaries: JournalSummary[] = []
  for (const journal of await journalsUnder(resolve(io.cwd, dir), realDisk)) summaries.push(await inspectJournal(journal, realDisk))
  return summaries
}

function describe (summary: JournalSummary, now: number): string {
  const rows = [
    ['waiting', `${summary.waiting} messages${summary.oldest === null ? '' : `, oldest ${age(now - summary.oldest)}, newest ${age(now - (summary.newest ?? now))}`}`],
    ['on disk', `${(summary.bytes / 1024).toFixed(0)} KiB in ${summary.files} files`],
    ['QoS 2', `${summary.released} half way at the remote, ${summary.openHandshakes} handshakes open with devices`],
    ...damageLines(summary).map(line => ['damage', line])
  ]
  return `${summary.dir}\n${rows.map(([label, text]) => `  ${String(label).padEnd(9)}${String(text)}\n`).join('')}`
}

function damageLines ({ damages, gaps }: JournalSummary): string[] {
  return [
    ...damages.map(({ file, at, bytes, torn }) => `${basename(file)} at ${at}: ${bytes} bytes ${torn ? 'torn off at the end' : 'damaged'}`),
    ...gaps.map(({ from, to }) => from === to ? `record ${from} is missing` : `records ${from} to ${to} are missing`)
  ]
}

function age (ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`
}
