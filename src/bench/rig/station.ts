/** The coordinator's end of the channel to the generator or the receiver: one question, one answer. */
import type { Announcement, Answer, CallName, Calls } from '../process/calls.ts'
import { nodeArguments } from '../../package.ts'
import { BenchError, benchCodes } from '../errors.ts'
import { Child, type Launcher } from './child.ts'

export interface StationOptions {
  readonly name: 'generator' | 'receiver'
  readonly cores: string | null
  readonly launcher: Launcher
  readonly cwd: string
}

interface Waiting {
  readonly resolve: (answers: unknown) => void
  readonly reject: (error: Error) => void
}

const files = {
  generator: new URL('../process/generator.ts', import.meta.url),
  receiver: new URL('../process/receiver.ts', import.meta.url)
} as const

export class Station {
  readonly child: Child
  readonly #waiting = new Map<number, Waiting>()
  readonly #watchers = new Set<(announcement: Announcement) => void>()
  #lastId = 0
  #gone: string | null = null

  constructor (options: StationOptions) {
    this.child = new Child({
      ...options,
      command: process.execPath,
      args: nodeArguments(files[options.name]),
      channel: true
    })
    this.child.process.on('message', message => this.#take(message as Answer))
    void this.child.ended.then(how => this.#end(how))
  }

  async ask<Name extends CallName>(call: Name, asks: Calls[Name]['asks']): Promise<Calls[Name]['answers']> {
    if (this.#gone !== null) throw this.#failure(this.#gone)
    const id = ++this.#lastId
    return await new Promise((resolve, reject) => {
      // answering.ts answers with the type that belongs to the call
      this.#waiting.set(id, { resolve: answers => resolve(answers as Calls[Name]['answers']), reject })
      this.child.process.send({ id, call, asks }, error => { if (error !== null) this.#settle(id, { id, failed: error.message }) })
    })
  }

  /** Waits until an announcement satisfies `wanted`. */
  async until (wanted: (announcement: Announcement) => boolean, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const watch = (announcement: Announcement): void => { if (wanted(announcement)) finish(resolve) }
      const abandon = (): void => finish(() => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason))))
      const finish = (how: () => void): void => {
        this.#watchers.delete(watch)
        signal.removeEventListener('abort', abandon)
        how()
      }
      this.#watchers.add(watch)
      signal.addEventListener('abort', abandon)
      if (signal.aborted) abandon()
    })
  }

  async stop (): Promise<void> {
    if (this.child.process.connected) this.child.process.disconnect()
    await this.child.stop(1000)
  }

  #take (answer: Answer): void {
    if ('id' in answer) this.#settle(answer.id, answer)
    else for (const watch of [...this.#watchers]) watch(answer)
  }

  #settle (id: number, answer: Exclude<Answer, Announcement>): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if ('failed' in answer) waiting?.reject(this.#failure(answer.failed))
    else waiting?.resolve(answer.answers)
  }

  #end (how: string): void {
    this.#gone = `it ended with ${how}${this.child.lastWords === '' ? '' : `: ${this.child.lastWords}`}`
    for (const { reject } of this.#waiting.values()) reject(this.#failure(this.#gone))
    this.#waiting.clear()
  }

  #failure (reason: string): BenchError {
    return new BenchError(benchCodes.STATION, `the ${this.child.name}: ${reason}`)
  }
}
