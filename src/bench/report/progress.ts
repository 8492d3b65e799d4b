/** What a person sees while it runs: one line that is redrawn on a terminal, one line a run elsewhere. */
import type { Appointment } from '../agenda.ts'
import type { Watcher } from '../campaign.ts'
import type { BenchIo } from '../io.ts'
import type { RunResult } from '../measure/result.ts'
import { short, size, time, whole } from './words.ts'

/** Start, connect, drain and stop of a run, until the first has shown what it takes. */
const OVERHEAD_MS = 4000
const REDRAW_MS = 500

export interface ProgressOptions {
  readonly io: BenchIo
  readonly warmupMs: number
}

export class Progress implements Watcher {
  readonly #options: ProgressOptions
  #current: Appointment | null = null
  #done = 0
  #all: readonly Appointment[] = []
  #phase = ''
  #beganAt = 0
  /** Measured time beyond warm-up and window, of the runs so far. */
  #overhead = OVERHEAD_MS
  #timer: NodeJS.Timeout | null = null

  constructor (options: ProgressOptions) {
    this.#options = options
    if (options.io.terminal) this.#timer = setInterval(() => this.#draw(), REDRAW_MS)
  }

  began (appointment: Appointment, done: number, all: readonly Appointment[]): void {
    this.#current = appointment
    this.#done = done
    this.#all = all
    this.#beganAt = Date.now()
    this.#draw()
  }

  phase (words: string): void {
    this.#phase = words
    this.#draw()
  }

  ended (result: RunResult): void {
    if (this.#current !== null) {
      const beyond = Date.now() - this.#beganAt - this.#options.warmupMs - this.#current.durationMs
      this.#overhead = this.#done === 0 ? beyond : this.#overhead * 0.7 + beyond * 0.3
    }
    this.#clear()
    this.#options.io.out.write(`${this.#title(result)}: ${outcomeWords(result)}\n`)
  }

  close (): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    this.#clear()
  }

  #title (result: RunResult): string {
    return `[${this.#done + 1}/${this.#all.length}] ${[result.scenario, result.case].filter(word => word !== '').join(' ')}, round ${result.round}, ${result.target}`
  }

  #draw (): void {
    const { io } = this.#options
    if (!io.terminal || this.#current === null) return
    const { scenario, case: { label }, target, round } = this.#current
    const name = [scenario.name, label].filter(word => word !== '').join(' ')
    const line = `[${this.#done + 1}/${this.#all.length}] ${name}, round ${round}, ${target.label}: ${this.#phase} … ${this.#left()} left`
    io.out.write(`\r\u001b[K${line.slice(0, io.columns - 1)}`)
  }

  #clear (): void {
    if (this.#options.io.terminal) this.#options.io.out.write('\r\u001b[K')
  }

  #left (): string {
    const lasts = (each: Appointment): number => this.#options.warmupMs + each.durationMs + this.#overhead
    const rest = this.#all.slice(this.#done).reduce((sum, each) => sum + lasts(each), 0) - (Date.now() - this.#beganAt)
    const seconds = Math.max(0, Math.round(rest / 1000))
    return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  }
}

function outcomeWords (result: RunResult): string {
  const { figures } = result
  // the rest of a long one stands below the table
  const reasons = result.reasons.map(reason => reason.split('\n')[0]).join('; ')
  if (figures === null) return `${result.outcome.toUpperCase()} ${reasons}`
  const words = [
    ...(figures.drainRate === null ? [] : [`${whole(figures.drainRate)}/s drained`]),
    ...(figures.drainRate !== null || figures.rate === null ? [] : [`${whole(figures.rate)}/s`]),
    ...(figures.rate !== null || figures.memory === null ? [] : [`${size(figures.memory)}, ${short((figures.cpuShare ?? 0) * 100)} % of a core`]),
    ...(figures.cpuPerMessage === null ? [] : [`${short(figures.cpuPerMessage)} µs CPU`]),
    ...(figures.p99 === null ? [] : [`p99 ${time(figures.p99)}`]),
    ...(result.outcome === 'passed' ? [] : [`${result.outcome.toUpperCase()} ${reasons}`])
  ]
  return words.join(', ')
}
