/** The log of this machine, by the program `logger`, as Node has no Unix datagrams. */
import { type ChildProcess, spawn } from 'node:child_process'
import { reasonOf } from '../../errors.ts'
import type { Syslog } from './syslog-sink.ts'
import { APP, MOST_BYTES, MOST_WAITING_BYTES, priorityOf } from './syslog-message.ts'

const RESTART_MS = 10_000

export class LocalSyslog implements Syslog {
  readonly #complain: (words: string) => void
  #child: ChildProcess | null = null
  #notBefore = 0
  #complained = false
  #closed = false

  constructor (complain: (words: string) => void) {
    this.#complain = complain
  }

  write (line: string): void {
    const input = this.#running()?.stdin ?? null
    if (input === null || input.writableLength > MOST_WAITING_BYTES) return
    input.write(`<${priorityOf(line)}>${line}`)
  }

  close (): Promise<void> {
    this.#closed = true
    this.#child?.stdin?.end()
    this.#child?.unref()
    return Promise.resolve()
  }

  /** One that has ended is started again after a while. */
  #running (): ChildProcess | null {
    if (this.#child !== null || this.#closed || performance.now() < this.#notBefore) return this.#child
    const child = spawn('logger', ['--tag', APP, `--id=${process.pid}`, '--prio-prefix', '--size', String(8 * MOST_BYTES)], { stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = (words: string): void => {
      if (this.#child === child) this.#child = null
      this.#notBefore = performance.now() + RESTART_MS
      if (!this.#complained && !this.#closed) this.#complain(`the log can not be given to syslog: ${words}`)
      this.#complained = true
    }
    child.once('error', error => ended(reasonOf(error)))
    child.once('exit', code => ended(`logger ended with ${code ?? 'a signal'}`))
    child.stdin.on('error', () => {})
    this.#child = child
    return child
  }
}
