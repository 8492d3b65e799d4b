/** `causeway spool`: what waits in the journals on disk, whether they are whole, and their messages as lines. */
import { basename, relative, resolve, sep } from 'node:path'
import { spoolNames } from '../config/bridge-lanes.ts'
import { loadConfig } from '../config/load.ts'
import { realDisk } from '../spool/disk.ts'
import { inspectJournal, type JournalSummary, journalsUnder, type UnreadableJournal, unlessUnreadable, waitingMessages } from '../spool/inspection.ts'
import { type CliIo, ExitCode } from './io.ts'

export interface SpoolOptions {
  readonly json?: boolean
  /** The configuration that says which bridges there are. */
  readonly conf?: string
}

/** One journal; `orphan` where a configuration was named: it has no bridge that would send what waits there. */
type Finding = (JournalSummary | UnreadableJournal) & { readonly orphan?: boolean }

/** Counts, sizes, ages, gaps of each journal under `dir`. Exit code 1 when one could not be read. */
export async function inspectSpool (dir: string, options: SpoolOptions, io: CliIo): Promise<ExitCode> {
  const findings = await findingsOf(dir, options, io)
  if (options.json === true) io.out.write(JSON.stringify(findings, null, 2) + '\n')
  else if (findings.length === 0) io.out.write(`${dir}: no journal here\n`)
  else for (const finding of findings) io.out.write(`${finding.dir}${marked(finding)}\n${describe(finding, Date.now())}`)
  return findings.some(finding => 'error' in finding) ? ExitCode.FAILURE : ExitCode.OK
}

/** Exit code 1 when a journal can not be read, has damage in its middle or numbers missing; a torn end is what a power cut leaves and is no damage. */
export async function verifySpool (dir: string, options: SpoolOptions, io: CliIo): Promise<ExitCode> {
  const findings = await findingsOf(dir, options, io)
  if (options.json === true) io.out.write(JSON.stringify(findings, null, 2) + '\n')
  else for (const finding of findings) io.out.write(verdict(finding))
  return findings.every(isWhole) ? ExitCode.OK : ExitCode.FAILURE
}

/** A line of JSON for each message that waits, payload as base64, oldest first. Exit code 1 when a journal could not be read; the others are exported. */
export async function exportSpool (dir: string, { conf }: SpoolOptions, io: CliIo): Promise<ExitCode> {
  const root = resolve(io.cwd, dir)
  const isOrphan = orphansBy(conf, root, io)
  let code: ExitCode = ExitCode.OK
  for (const journal of await journalsUnder(root, realDisk)) {
    const orphan = isOrphan(journal)
    const failed = await unlessUnreadable(journal, async () => {
      await waitingMessages(journal, realDisk, ({ number, message }) => {
        io.out.write(JSON.stringify({
          journal: relative(root, journal) || basename(journal),
          ...orphan,
          number,
          arrived: new Date(message.arrived).toISOString(),
          topic: message.topic.toString(),
          qos: message.qos,
          retain: message.retain,
          payload: message.payload.toString('base64')
        }) + '\n')
      })
      return null
    })
    if (failed === null) continue
    io.err.write(`causeway: ${failed.error.message} (${failed.error.code})\n  ${failed.error.hint}\n`)
    code = ExitCode.FAILURE
  }
  return code
}

async function findingsOf (dir: string, { conf }: SpoolOptions, io: CliIo): Promise<Finding[]> {
  const root = resolve(io.cwd, dir)
  const isOrphan = orphansBy(conf, root, io)
  const findings: Finding[] = []
  for (const journal of await journalsUnder(root, realDisk)) {
    findings.push({ ...await unlessUnreadable<JournalSummary>(journal, async each => inspectJournal(each, realDisk)), ...isOrphan(journal) })
  }
  return findings
}

/**
 * @param root the directory of all journals, or of those of one bridge
 * @throws ConfigError when the file is not valid
 */
function orphansBy (conf: string | undefined, root: string, io: CliIo): (journal: string) => { readonly orphan?: boolean } {
  if (conf === undefined) return () => ({})
  const { config } = loadConfig({ file: resolve(io.cwd, conf), cwd: io.cwd, environment: io.environment })
  const names = new Set(config.bridges.filter(({ spool }) => spool !== null).flatMap(({ name }) => spoolNames(name)))
  return journal => {
    const [first = ''] = relative(root, journal).split(sep)
    // below the directory of one bridge there are those of its further links
    return { orphan: !names.has(first) && !(/^(link-.*)?$/.test(first) && names.has(basename(root))) }
  }
}

function marked ({ orphan }: Finding): string {
  return orphan === true ? '   orphan: no bridge of this name keeps messages on disk' : ''
}

function isWhole (finding: Finding): boolean {
  return !('error' in finding) && finding.gaps.length === 0 && finding.damages.every(({ torn }) => torn)
}

function verdict (finding: Finding): string {
  if ('error' in finding) return `unread  ${finding.dir}${marked(finding)}\n${describe(finding, 0)}`
  const line = `${isWhole(finding) ? 'whole  ' : 'damaged'} ${finding.dir}: ${finding.waiting} messages wait in ${finding.files} files${marked(finding)}\n`
  return line + damageLines(finding).map(each => `  ${each}\n`).join('')
}

function describe (finding: Finding, now: number): string {
  if ('error' in finding) return `  ${finding.error.message} (${finding.error.code})\n  ${finding.error.hint}\n`
  const rows = [
    ['waiting', `${finding.waiting} messages${finding.oldest === null ? '' : `, oldest ${age(now - finding.oldest)}, newest ${age(now - (finding.newest ?? now))}`}`],
    ['on disk', `${(finding.bytes / 1024).toFixed(0)} KiB in ${finding.files} files`],
    ['QoS 2', `${finding.released} half way at the remote, ${finding.openHandshakes} handshakes open with devices`],
    ...damageLines(finding).map(line => ['damage', line])
  ]
  return rows.map(([label, text]) => `  ${String(label).padEnd(9)}${String(text)}\n`).join('')
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
