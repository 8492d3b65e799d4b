/** The `causeway` command in a process of its own, run from source, as a user would run it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { TestScope } from './certificates.ts'
import { nodeArguments, packageRoot } from '../../src/package.ts'

const main = nodeArguments(new URL('../../src/main.ts', import.meta.url))

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** On its standard input; without it there is none. */
  readonly input?: string
}

export class Command {
  readonly #child: ChildProcess
  readonly #watchers = new Set<() => void>()
  out = ''
  err = ''
  readonly exited: Promise<number | null>

  /** @param t the process is killed when the test ends, if it still runs */
  constructor (t: TestScope, args: readonly string[], options: CommandOptions = {}) {
    this.#child = spawn(process.execPath, [...main, ...args], {
      cwd: options.cwd ?? fileURLToPath(packageRoot),
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...options.env },
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']
    })
    this.#child.stdin?.on('error', () => {}).end(options.input)
    this.#child.stdout?.on('data', (chunk: Buffer) => { this.#add('out', chunk) })
    this.#child.stderr?.on('data', (chunk: Buffer) => { this.#add('err', chunk) })
    this.exited = once(this.#child, 'close').then(([code]) => {
      for (const look of this.#watchers) look()
      return code as number | null
    })
    t.teardown(async () => {
      this.#child.kill('SIGKILL')
      await this.exited
    })
  }

  signal (name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Resolves with the first match in what it has printed on stdout; rejects when it ends without one. */
  async prints (pattern: RegExp): Promise<RegExpMatchArray> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const match = this.out.match(pattern)
        if (match === null && this.#child.exitCode === null && this.#child.signalCode === null) return
        this.#watchers.delete(look)
        if (match === null) reject(new Error(`ended without printing ${String(pattern)}:\n${this.out}\n${this.err}`))
        else resolve(match)
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** Its log lines, parsed. */
  get log (): Record<string, unknown>[] {
    return this.out.split('\n').filter(line => line.startsWith('{')).map(line => JSON.parse(line) as Record<string, unknown>)
  }

  #add (stream: 'out' | 'err', chunk: Buffer): void {
    this[stream] += chunk.toString()
    for (const look of this.#watchers) look()
  }
}

/** Runs a command to its end. */
export async function run (t: TestScope, args: readonly string[], options: CommandOptions = {}): Promise<{ code: number | null, out: string, err: string }> {
  const command = new Command(t, args, options)
  const code = await command.exited
  return { code, out: command.out, err: command.err }
}
