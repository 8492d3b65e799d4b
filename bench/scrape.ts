/**
 * `npm run bench:scrape -- [messages a second]`: what watching costs. 1,000 devices send QoS 0 through a bridge, first while nobody looks, then while the
 * metrics are scraped each second and the page is open. A probe in the process tells its own delays from those of a machine that it shares with the
 * generator and the receiver. It ends after 40 seconds at most; exit code 1: a message was lost, or a watcher was cut off.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { explain } from '../src/cli/explain.ts'
import { drain, type Drained } from '../src/bench/measure/drain.ts'
import type { RunPlan } from '../src/bench/measure/plan.ts'
import { Rig } from '../src/bench/measure/rig.ts'
import { accountingOf, reasonsOf } from '../src/bench/measure/verdict.ts'
import { closeWindow, type Edge, openWindow } from '../src/bench/measure/window.ts'
import { spreadOf } from '../src/bench/report/statistics.ts'
import { makeCredentials } from '../src/bench/rig/credentials.ts'
import { allowedCores, choosePinning, findProgram } from '../src/bench/rig/pinning.ts'
import { freePort } from '../src/bench/rig/ports.ts'
import { scenarioNamed } from '../src/bench/scenarios.ts'
import { targetOf } from '../src/bench/target/catalogue.ts'
import type { Target } from '../src/bench/target/target.ts'
import { packageVersion } from '../src/package.ts'
import { type ProbeLine, probeLines, wordsOf } from './scrape/probe-line.ts'
import { type Scrape, Watching } from './scrape/watching.ts'

/** Of it all, from the first process to the last message. */
const MOST_MS = 40_000
/** Of each of the two. */
const WINDOW_MS = 8000
/** Code is compiled and buffers are made in the first seconds of a load. */
const WARM_MS = 2000
const EVERY_MS = 1000
const DEVICES = 1000
const USUAL_RATE = 100_000
/** Messages in one write of a device: what one that has collected a little sends. */
const BATCH = 10
/** Scrapes in a row, and before them as many that are not counted, while devices are connected and silent. */
const IN_A_ROW = 25
/** So that they stay below what the interface answers in a second. */
const APART_MS = 12

/** @throws {Error} when the metric is not there: a figure that is missing is not 0 */
function metric (text: string, name: string): number {
  const line = text.split('\n').find(each => each.startsWith(`${name} `))
  if (line === undefined) throw new Error(`there is no metric ${name}`)
  return Number(line.slice(name.length + 1))
}

/** CPU of one scrape in milliseconds, as the process itself books it. */
async function cpuOfScrape (watching: Watching, rig: Rig): Promise<number> {
  const some = async (): Promise<number> => {
    for (let i = 1; i < IN_A_ROW; i++) {
      await rig.guard(watching.scrape())
      await rig.sleep(APART_MS)
    }
    return metric((await rig.guard(watching.scrape())).text, 'process_cpu_seconds_total') * 1000
  }
  const warm = await some()
  return (await some() - warm) / IN_A_ROW
}

async function watchedWindow (watching: Watching, rig: Rig): Promise<Scrape[]> {
  const scrapes: Scrape[] = []
  for (let left = WINDOW_MS; left > 0; left -= EVERY_MS) {
    const began = performance.now()
    scrapes.push(await rig.guard(watching.scrape()))
    await rig.guard(watching.look())
    await rig.sleep(Math.max(0, EVERY_MS - (performance.now() - began)))
  }
  return [...scrapes, await rig.guard(watching.scrape())]
}

interface Measured {
  readonly cpuMs: number
  /** Seconds in which nobody looked, and in which somebody did. */
  readonly alone: readonly ProbeLine[]
  readonly watched: readonly ProbeLine[]
  readonly scrapes: readonly Scrape[]
  /** Before and after the one in which nobody looks. */
  readonly quiet: readonly [Edge, Edge]
  readonly begin: Edge
  readonly end: Edge
  readonly drained: Drained
  /** The metrics in the end. */
  readonly last: string
}

async function measure (rig: Rig, watching: Watching, probe: string): Promise<Measured> {
  const { plan } = rig
  await rig.connect()
  plan.phase('devices are connected')
  const cpuMs = await cpuOfScrape(watching, rig)
  plan.phase('sending, and nobody looks')
  await rig.source.ask('start', null)
  await rig.sleep(WARM_MS)
  const quiet = await timed(rig, async () => rig.sleep(WINDOW_MS))
  plan.phase('sending, and somebody looks')
  await watching.follow()
  const looked = await timed(rig, async () => watchedWindow(watching, rig))
  await rig.source.ask('stop', null)
  plan.phase('draining')
  const drained = await drain(rig, plan.drainMs)
  return {
    cpuMs,
    alone: await probeLines(probe, quiet.from, quiet.to),
    watched: await probeLines(probe, looked.from, looked.to),
    scrapes: looked.gave,
    quiet: [quiet.begin, quiet.end],
    begin: looked.begin,
    end: looked.end,
    drained,
    last: (await watching.scrape()).text
  }
}

/** A window around some work, by the books and by the clock. */
async function timed<T> (rig: Rig, work: () => Promise<T>): Promise<{ readonly gave: T, readonly begin: Edge, readonly end: Edge, readonly from: number, readonly to: number }> {
  const begin = await openWindow(rig)
  const from = Date.now()
  const gave = await work()
  const to = Date.now()
  return { gave, begin, end: await closeWindow(rig), from, to }
}

/** Of the target, a share of a core. */
function busyIn (begin: Edge, end: Edge): string {
  return end.target === null || begin.target === null ? 'not known here' : `${((end.target.cpu - begin.target.cpu) / 1e4 / ((end.sink.at - begin.sink.at) / 1e6)).toFixed(0)} % of a core`
}

function print ({ cpuMs, alone, watched, scrapes, quiet, begin, end, drained, last }: Measured, wanted: number, followed: number): void {
  const seconds = (end.sink.at - begin.sink.at) / 1e6
  const perSecond = (count: number): string => whole(count / seconds)
  const counts = accountingOf(drained, 0)
  const delays = scrapes.slice(1).map(({ text }) => metric(text, 'causeway_event_loop_delay_seconds{statistic="longest"}') * 1000)
  const answers = spreadOf(scrapes.map(({ millis }) => millis))
  say('devices', `${whole(DEVICES)} connected, ${drained.source.losses} lost their connection`)
  say('messages a second', `${perSecond(end.source.sent - begin.source.sent)} sent, ${perSecond(end.sink.received - begin.sink.received)} received, ${whole(wanted)} wanted`)
  say('messages', `${whole(counts.sent)} sent, ${whole(counts.received)} received, ${whole(counts.lost)} lost`)
  say('CPU of Causeway', `${busyIn(...quiet)} while nobody looks, ${busyIn(begin, end)} while somebody does`)
  say('CPU of a scrape', `${cpuMs.toFixed(2)} ms for ${whole(last.length / 1024)} KiB (mean of ${IN_A_ROW} in a row, devices silent)`)
  say('answer to a scrape', `under load ${answers?.median.toFixed(0) ?? ''} ms, at most ${answers?.most.toFixed(0) ?? ''} ms (${scrapes.length} scrapes)`)
  say('loop, nobody looks', wordsOf(alone))
  say('loop, looked at', wordsOf(watched))
  say('by the metric', `${Math.max(...delays).toFixed(1)} ms longest delay while somebody looks; ${metric(last, 'causeway_event_loop_stalls_total')} stalls of more than half a second`)
  say('events', `${followed} bytes followed`)
}

function whole (count: number): string {
  return Math.round(count).toLocaleString('en')
}

function say (what: string, value: string): void {
  process.stdout.write(`${what.padEnd(20)}${value}\n`)
}

/** The target, with the probe in its process. */
function probed (target: Target): Target {
  const probe = fileURLToPath(new URL('scrape/loop-probe.ts', import.meta.url))
  return {
    ...target,
    prepare: async setup => {
      const launch = await target.prepare(setup)
      const at = launch.args.findIndex(argument => argument.endsWith('main.ts'))
      return { ...launch, args: [...launch.args.slice(0, at), '--import', probe, ...launch.args.slice(at)] }
    }
  }
}

async function planned (dir: string, rate: number, port: number, password: string): Promise<RunPlan> {
  const path = process.env['PATH'] ?? ''
  const launcher = { taskset: findProgram('taskset', path), setpriv: findProgram('setpriv', path) }
  const [fanIn] = scenarioNamed('fan-in').cases
  if (fanIn === undefined) throw new Error('there is no case to begin with')
  const overrides = [`http_server.port = ${port}`, 'http_server.username = bench', `http_server.password = ${password}`]
  return {
    scenario: 'scrape',
    case: { ...fanIn, workload: { ...fanIn.workload, connections: DEVICES, topics: DEVICES, batch: BATCH, rate } },
    target: probed(targetOf('causeway', { path, causewayVersion: packageVersion(), overrides, durability: null, programs: new Map() })),
    round: 1,
    warmupMs: 0,
    durationMs: 2 * WINDOW_MS + WARM_MS,
    drainMs: 5000,
    settleMs: null,
    dir: join(dir, 'run'),
    credentials: await makeCredentials(dir),
    pinning: choosePinning('auto', allowedCores(), launcher.taskset !== null),
    launcher,
    memoryLimit: 4e9,
    receiverPort: 0,
    external: null,
    patienceMs: 0,
    signal,
    phase: words => process.stderr.write(`${words}\n`)
  }
}

const rate = Number(process.argv[2] ?? USUAL_RATE)
if (!Number.isInteger(rate) || rate < DEVICES || rate > 1_000_000) {
  process.stderr.write(`bench:scrape: messages a second: a whole number from ${DEVICES} to 1000000 is wanted\n`)
  process.exit(2)
}
const signal = AbortSignal.timeout(MOST_MS)
const dir = await mkdtemp(join(tmpdir(), 'causeway-scrape-'))
const reasons: string[] = []
try {
  const [port, password] = [await freePort(), randomBytes(12).toString('hex')]
  const plan = await planned(dir, rate, port, password)
  const watching = new Watching(port, password)
  const probe = join(dir, 'probe.jsonl')
  process.env['LOOP_PROBE'] = probe // its processes inherit it
  const rig = await Rig.open(plan)
  try {
    const measured = await measure(rig, watching, probe)
    print(measured, rate, watching.followed)
    const counts = accountingOf(measured.drained, 0)
    reasons.push(
      ...reasonsOf(counts, measured.drained, plan),
      ...(counts.lost > 0 ? [`lost ${whole(counts.lost)} messages`] : []),
      ...(watching.cutOff === null ? [] : [`the follower of the events was cut off: ${watching.cutOff}`])
    )
  } finally {
    watching.close()
    await rig.close()
  }
  for (const reason of reasons) process.stderr.write(`failed: ${reason}\n`)
  process.exitCode = reasons.length === 0 ? 0 : 1
} catch (thrown) {
  if (signal.aborted) process.stderr.write(`not done in ${MOST_MS / 1000} s: the machine has other things to do\n`)
  else explain(thrown, { err: process.stderr, terminal: process.stderr.isTTY })
  process.exitCode = 1
} finally {
  await rm(dir, { recursive: true, force: true })
}
