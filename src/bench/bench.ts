/** `causeway bench`: from the command line to a report. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { appointments, chosenScenarios, roundsOf } from './agenda.ts'
import { type CampaignResult, type CommonPlan, runCampaign } from './campaign.ts'
import { BenchError, benchCodes } from './errors.ts'
import { helpText, scenarioList } from './help.ts'
import type { BenchIo } from './io.ts'
import { type BenchOptions, readOptions } from './options.ts'
import { agreementOf, readEarlier } from './report/agreement.ts'
import { agreementText } from './report/agreement-text.ts'
import { type BenchDocument, headLines, machineNow, targetNotes } from './report/document.ts'
import { markdownText } from './report/markdown.ts'
import { pageText } from './report/page.ts'
import { Progress } from './report/progress.ts'
import { scenarioReports } from './report/report.ts'
import { noPaint, tableText, terminalPaint } from './report/table.ts'
import { makeCredentials } from './rig/credentials.ts'
import { allowedCores, choosePinning, findProgram } from './rig/pinning.ts'
import { runTable, TABLE_WARMUP_MS } from './table/table.ts'
import { type CatalogueOptions, targetOf } from './target/catalogue.ts'
import type { Target } from './target/target.ts'

const OK = 0
const FAILURE = 1
const USAGE = 2
const USUAL_WARMUP_MS = 2000

/**
 * Runs one command line (what stands behind `causeway bench`).
 * @param version  of this Causeway, for the report
 * @returns the exit code: 0 all passed, 1 a run failed or it was stopped, 2 wrong usage
 * @throws {CausewayError} when the harness itself can not go on
 */
export async function runBench (argv: readonly string[], io: BenchIo, version: string): Promise<0 | 1 | 2> {
  try {
    const options = readOptions(argv)
    if (options.help || options.list) {
      io.out.write(options.help ? helpText() : scenarioList())
      return OK
    }
    return await (options.table ? fillTable : measure)(options, argv, io, version)
  } catch (thrown) {
    if (!(thrown instanceof BenchError) || (thrown.code !== benchCodes.USAGE && thrown.code !== benchCodes.TARGET_MISSING)) throw thrown
    io.err.write(`causeway bench: ${thrown.message}\n${thrown.hint === '' ? '' : `  ${thrown.hint}\n`}`)
    return USAGE
  }
}

async function fillTable (options: BenchOptions, argv: readonly string[], io: BenchIo, version: string): Promise<0 | 1> {
  const path = io.environment['PATH'] ?? ''
  const dir = await mkdtemp(join(tmpdir(), 'causeway-bench-'))
  const progress = new Progress({ io, warmupMs: options.warmupMs ?? TABLE_WARMUP_MS })
  try {
    const common = await commonPlan(options, dir, io, TABLE_WARMUP_MS)
    return await runTable({ options, common, catalogue: catalogueOf(options, path, version), command: commandOf(argv), progress, io })
  } finally {
    progress.close()
    await rm(dir, { recursive: true, force: true })
  }
}

async function measure (options: BenchOptions, argv: readonly string[], io: BenchIo, version: string): Promise<0 | 1> {
  const path = io.environment['PATH'] ?? ''
  const chosen = chosenScenarios(options)
  const targets = chosenTargets(options, path, version)
  const baseline = baselineOf(options, targets)
  const earlier = options.against === null ? null : await readEarlier(resolve(io.cwd, options.against), baseline)
  const dir = await mkdtemp(join(tmpdir(), 'causeway-bench-'))
  const progress = new Progress({ io, warmupMs: options.warmupMs ?? USUAL_WARMUP_MS })
  try {
    const common = await commonPlan(options, dir, io, USUAL_WARMUP_MS)
    const agenda = appointments(chosen, targets, options)
    const campaign = await runCampaign(agenda, common, progress)
    progress.close()
    const scenarios = scenarioReports(chosen, campaign.results, baseline)
    const document: BenchDocument = {
      format: 1,
      date: new Date().toISOString(),
      command: commandOf(argv),
      causeway: version,
      machine: machineNow(common.pinning.words),
      targets: targetNotes(targets, campaign.results),
      baseline,
      rounds: roundsOf(options),
      missed: campaign.missed,
      against: earlier === null ? null : agreementOf(earlier, scenarios),
      scenarios,
      runs: campaign.results
    }
    await publish(document, options, io)
    return codeOf(campaign)
  } finally {
    progress.close()
    await rm(dir, { recursive: true, force: true })
  }
}

function commandOf (argv: readonly string[]): string {
  return ['causeway bench', ...argv].join(' ')
}

function catalogueOf (options: BenchOptions, path: string, version: string): CatalogueOptions {
  return { path, causewayVersion: version, overrides: options.overrides, durability: options.durability, programs: options.programs }
}

function codeOf ({ results, missed }: CampaignResult): 0 | 1 {
  return missed === 0 && results.length > 0 && results.every(({ outcome }) => outcome === 'passed') ? OK : FAILURE
}

function chosenTargets (options: BenchOptions, path: string, version: string): Target[] {
  const catalogue = catalogueOf(options, path, version)
  const usual = ['causeway', ...(findProgram('mosquitto', `${path}:/usr/sbin`) === null ? ['naive'] : ['mosquitto'])]
  const wishes = options.targets.length === 0 ? usual : options.targets
  const targets = [...new Set(wishes)].map(wish => targetOf(wish, catalogue))
  if (targets.some(({ kind }) => kind === 'external') && options.external === null) throw new BenchError(benchCodes.USAGE, 'the target "external" needs --external HOST:PORT', { hint: 'That is where its listener for devices is' })
  return targets
}

function baselineOf (options: BenchOptions, targets: readonly Target[]): string | null {
  const labels = targets.map(({ label }) => label)
  if (options.baseline !== null) {
    if (!labels.includes(options.baseline)) throw new BenchError(benchCodes.USAGE, `the baseline "${options.baseline}" is none of the targets`, { hint: `Targets of this run: ${labels.join(', ')}` })
    return options.baseline
  }
  if (labels.length < 2) return null
  return labels.find(label => label.startsWith('mosquitto')) ?? labels.find(label => label === 'naive') ?? labels[0] ?? null
}

async function commonPlan (options: BenchOptions, dir: string, io: BenchIo, warmupMs: number): Promise<CommonPlan> {
  const path = io.environment['PATH'] ?? ''
  const launcher = { taskset: findProgram('taskset', path), setpriv: findProgram('setpriv', path) }
  const certs = options.certs === null ? dir : resolve(io.cwd, options.certs)
  await mkdir(certs, { recursive: true })
  return {
    warmupMs: options.warmupMs ?? warmupMs,
    drainMs: options.drainMs,
    settleMs: options.settleMs,
    dir,
    credentials: await makeCredentials(certs),
    pinning: choosePinning(options.pin, allowedCores(), launcher.taskset !== null),
    launcher,
    memoryLimit: options.memoryLimit,
    receiverPort: options.receiverPort,
    external: options.external === null ? null : { ...options.external, pid: options.externalPid },
    patienceMs: options.patienceMs,
    signal: io.stop
  }
}

async function publish (document: BenchDocument, options: BenchOptions, io: BenchIo): Promise<void> {
  const paint = io.terminal ? terminalPaint : noPaint
  io.out.write(`\n${headLines(document).join('\n')}\n`)
  for (const { label, version, settings } of document.targets) io.out.write(`  ${label} (${version}): ${settings.join(', ')}\n`)
  io.out.write(`\n${tableText(document.scenarios, paint)}`)
  if (document.against !== null) io.out.write(agreementText(document.against, paint))
  if (document.missed > 0) io.out.write(`\nstopped: ${document.missed} runs were not made\n`)
  const files: readonly (readonly [string | null, () => string])[] = [
    [options.json, () => JSON.stringify(document, null, 1) + '\n'],
    [options.html, () => pageText(document)],
    [options.markdown, () => markdownText(document)]
  ]
  for (const [file, content] of files) {
    if (file === null) continue
    await writeFile(resolve(io.cwd, file), content())
    io.out.write(`written: ${file}\n`)
  }
}
