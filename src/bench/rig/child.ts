/**
 * A process of a run: on its cores, in a group of its own, so that all it starts ends with it, and ended by the kernel if the
 * harness itself is killed, where the platform can do that.
 */
import { type ChildProcess, spawn } from 'node:child_process'

/** Programs of util-linux that prepare a process; null where they are not there. */
export interface Launcher {
  readonly taskset: string | null
  readonly setpriv: string | null
}

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cores: string | null
  readonly launcher: Launcher
  readonly cwd: string
  /** Open Node's IPC channel. */
  readonly channel?: boolean
  /** Each whole line of its standard output. */
  readonly line?: (line: string) => void
}

/** What is kept of a process's last words. */
const LAST_WORDS = 4096

export class Child {
  readonly name: string
  readonly process: ChildProcess
  /** How it ended: exit code, or signal. */
  readonly ended: Promise<string>
  #running = true
  #lastWords = ''
  #outRest = ''

  constructor (options: ChildOptions) {
    const { launcher } = options
    const prefix = [
      ...(launcher.setpriv === null ? [] : [launcher.setpriv, '--pdeathsig', 'KILL']),
      ...(launcher.taskset === null || options.cores === null ? [] : [launcher.taskset, '-c', options.cores])
    ]
    const [command = options.command, ...args] = [...prefix, options.command, ...options.args]
    this.name = options.name
    this.process = spawn(command, args, {
      cwd: options.cwd,
      detached: true,
      stdio: options.channel === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe']
    })
    this.ended = new Promise(resolve => {
      const over = (how: string): void => {
        this.#running = false
        resolve(how)
      }
      this.process.once('error', error => over(error.message))
      this.process.once('exit', (code, signal) => over(signal === null ? `exit code ${String(code)}` : `signal ${signal}`))
    })
    this.process.stderr?.on('data', (chunk: Buffer) => this.#remember(chunk.toString()))
    this.process.stdout?.on('data', (chunk: Buffer) => this.#lines(chunk.toString(), options.line))
  }

  get pid (): number { return this.process.pid ?? 0 }
  get running (): boolean { return this.#running }
  /** The end of what it wrote, for messages. */
  get lastWords (): string { return this.#lastWords.trim() }

  /** Asks it to end, and ends its group for good after `patience` milliseconds. */
  async stop (patience: number): Promise<void> {
    if (this.#running) {
      this.signal('SIGTERM')
      const timer = setTimeout(() => this.signal('SIGKILL'), patience)
      await this.ended
      clearTimeout(timer)
    }
    // whatever it started itself
    this.signal('SIGKILL')
  }

  signal (signal: NodeJS.Signals): void {
    if (this.pid === 0) return
    try {
      process.kill(-this.pid, signal)
    } catch {
      // the group is gone
    }
  }

  #remember (text: string): void {
    this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS)
  }

  #lines (text: string, line: ((line: string) => void) | undefined): void {
    this.#remember(text)
    if (line === undefined) return
    const lines = (this.#outRest + text).split('\n')
    this.#outRest = lines.pop() ?? ''
    for (const each of lines) line(each)
  }
}
