/** A target while it runs: started, watched, restarted where a rotation needs it, and ended with all it started. */
import { withDeadline } from '../../deadline.ts'
import { BenchError, benchCodes } from '../errors.ts'
import { type Account, accountOf } from '../rig/accounting.ts'
import { Child, type Launcher } from '../rig/child.ts'
import { accepts, LOOPBACK } from '../rig/ports.ts'
import { spreadOf } from '../report/statistics.ts'
import type { Launch } from '../target/target.ts'
import { nowMicros } from '../wire/clock.ts'

export interface RunningOptions {
  readonly label: string
  readonly launch: Launch
  readonly dir: string
  readonly port: number
  readonly cores: string | null
  readonly launcher: Launcher
  /** Bytes of resident memory at which it is ended. */
  readonly memoryLimit: number
}

const READY_MS = 20_000
const WATCH_MS = 200
const STOP_MS = 8000

export class RunningTarget {
  /** Rejects when the target ends by itself or grows beyond the limit. */
  readonly failed: Promise<never>
  /** Microseconds from start to ready. */
  readyAfter = 0
  readonly #options: RunningOptions
  #fail: (error: BenchError) => void = () => {}
  #child: Child | null = null
  #last: Account | null = null
  #before: Account = { cpu: 0, resident: 0, peak: 0, switches: 0 }
  #watch: NodeJS.Timeout | null = null
  #stopping = false
  #course: number[] = []

  constructor (options: RunningOptions) {
    this.#options = options
    this.failed = new Promise<never>((_resolve, reject) => { this.#fail = reject })
    this.failed.catch(() => {})
  }

  async start (signal: AbortSignal): Promise<void> {
    const { launch, label } = this.#options
    const began = nowMicros()
    let sawReady: () => void = () => {}
    const said = new Promise<void>(resolve => { sawReady = resolve })
    const child = new Child({
      ...this.#options,
      name: label,
      command: launch.command,
      args: launch.args,
      cwd: this.#options.dir,
      line: line => { if (launch.readyLine?.test(line) === true) sawReady() }
    })
    this.#child = child
    await withDeadline(signal, READY_MS, async deadline => {
      const ready = launch.readyLine === null ? accepts(LOOPBACK, this.#options.port, deadline) : said
      await Promise.race([ready, this.#failsToStart(child, deadline)])
    })
    this.readyAfter = nowMicros() - began
    this.#watchOver(child)
  }

  /** Sum over its processes so far; null where the platform does not tell. */
  account (): Account | null {
    const now = this.#child === null ? null : accountOf(this.#child.pid) ?? this.#last
    if (now === null) return null
    const before = this.#before
    return { cpu: before.cpu + now.cpu, resident: now.resident, peak: Math.max(before.peak, now.peak), switches: before.switches + now.switches }
  }

  /** Begins the course of memory anew. */
  markCourse (): void {
    this.#course = []
  }

  /** Resident memory since the mark: medians of equal spans of time. Fewer than `spans` where there are not enough samples. */
  course (spans: number): number[] {
    const width = Math.max(1, Math.ceil(this.#course.length / spans))
    return Array.from({ length: Math.ceil(this.#course.length / width) }, (_, place) => spreadOf(this.#course.slice(place * width, (place + 1) * width))?.median ?? 0)
  }

  async restart (signal: AbortSignal): Promise<void> {
    await this.stop()
    this.#before = this.account() ?? this.#before
    this.#last = null
    this.#stopping = false
    await this.start(signal)
  }

  async stop (): Promise<void> {
    this.#stopping = true
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#sample()
    await this.#child?.stop(STOP_MS)
  }

  async #failsToStart (child: Child, deadline: AbortSignal): Promise<never> {
    const late = new Promise<string>(resolve => deadline.addEventListener('abort', () => resolve('it was not ready in 20 s')))
    const how = await Promise.race([child.ended, late])
    throw new BenchError(benchCodes.TARGET_START, `${child.name} did not start: ${how}${quoted(child.lastWords)}`, { hint: 'Run the target by hand, or choose another with --target' })
  }

  #watchOver (child: Child): void {
    const { memoryLimit } = this.#options
    void child.ended.then(how => {
      if (!this.#stopping) this.#fail(new BenchError(benchCodes.TARGET_CRASHED, `${child.name} ended during the run: ${how}${quoted(child.lastWords)}`))
    })
    this.#watch = setInterval(() => {
      this.#sample()
      if (this.#last !== null && this.#last.resident > memoryLimit) {
        this.#fail(new BenchError(benchCodes.TARGET_MEMORY, `${child.name} grew beyond ${Math.round(memoryLimit / 1e6)} MB and was ended`, { hint: 'Raise --memory-limit if the machine has it' }))
      }
    }, WATCH_MS)
  }

  #sample (): void {
    const now = this.#child === null ? null : accountOf(this.#child.pid)
    if (now === null) return
    this.#last = now
    this.#course.push(now.resident)
  }
}

function quoted (words: string): string {
  const lines = words.split('\n').filter(line => line.trim() !== '').slice(-3)
  return lines.length === 0 ? '' : `\n  it said: ${lines.join('\n           ')}`
}
