/**
 * Tells when what is in a set of files has changed. Content decides: an event is only a reason to look, its file name is never asked,
 * and what brings no event (a network file system, a directory moved away) is found by looking at intervals.
 */
import { createHash } from 'node:crypto'
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { reasonOf } from '../errors.ts'
import { readBoundedFile } from './bounded-file.ts'
import { watchedDirectories } from './watched-directories.ts'

export interface FileWatchOptions {
  readonly files: readonly string[]
  /** Called once for each change of content, however many events it made. */
  readonly changed: () => void
  /** Quiet time after an event before the files are looked at: copying is mostly over then. @default 200 */
  readonly debounceMs?: number
  /** @default 5000 */
  readonly pollMs?: number
  /** false: look at intervals only. @default true */
  readonly events?: boolean
}

/** Events without a pause, of a neighbour that is written all the time, put the look off by at most this many debounce times. */
const PATIENCE = 4

export class FileWatch {
  readonly #options: Required<FileWatchOptions>
  #watchers: FSWatcher[] = []
  #known: string | null = null
  #looking: Promise<boolean> | null = null
  #firstEvent = 0
  #timer: NodeJS.Timeout | null = null
  #poll: NodeJS.Timeout | null = null
  #closed = false

  constructor (options: FileWatchOptions) {
    this.#options = { debounceMs: 200, pollMs: 5000, events: true, ...options }
  }

  /** Takes the present content as known. Read the files only after it: then no change is missed. */
  async start (): Promise<void> {
    await this.check()
    if (this.#isClosed()) return
    this.#poll = setInterval(() => { void this.check() }, this.#options.pollMs)
    this.#poll.unref()
  }

  /**
   * Looks now.
   * @returns whether the content was another; `changed` was called then
   */
  async check (): Promise<boolean> {
    // a look that is under way may have read before the change this call is about
    while (this.#looking !== null) await this.#looking
    this.#looking = this.#look()
    try {
      return await this.#looking
    } finally {
      this.#looking = null
    }
  }

  close (): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    if (this.#poll !== null) clearInterval(this.#poll)
    this.#replaceWatchers([])
  }

  /** Listens first and reads then, so that a change between the two makes an event. */
  async #look (): Promise<boolean> {
    if (this.#options.events) await this.#arm()
    const digest = await digestOf(this.#options.files)
    if (this.#isClosed() || digest === this.#known) return false
    const first = this.#known === null
    this.#known = digest
    if (!first) this.#options.changed()
    return !first
  }

  /** Anew each time: a link may lead elsewhere now, and a directory that was removed and made again is another. */
  async #arm (): Promise<void> {
    const directories = new Set<string>()
    for (const file of this.#options.files) {
      for (const directory of await watchedDirectories(file)) directories.add(directory)
    }
    if (!this.#isClosed()) this.#replaceWatchers([...directories].flatMap(directory => this.#listenTo(directory)))
  }

  #listenTo (directory: string): FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.#stirred())
      // without a listener the process would end; looking at intervals goes on
      watcher.on('error', () => watcher.close())
      return [watcher]
    } catch {
      return [] // gone meanwhile, or the system has no more watches to give
    }
  }

  #replaceWatchers (watchers: FSWatcher[]): void {
    const before = this.#watchers
    this.#watchers = watchers
    for (const watcher of before) watcher.close()
  }

  #stirred (): void {
    if (this.#closed) return
    const { debounceMs } = this.#options
    const now = performance.now()
    if (this.#timer === null) this.#firstEvent = now
    else clearTimeout(this.#timer)
    const latest = this.#firstEvent + PATIENCE * debounceMs - now
    this.#timer = setTimeout(() => {
      this.#timer = null
      void this.check()
    }, Math.max(0, Math.min(debounceMs, latest)))
  }

  #isClosed (): boolean { return this.#closed }
}

/** One value for the content of all; what can not be read counts by the reason. */
async function digestOf (files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const content of await Promise.all(files.map(contentHash))) hash.update(content)
  return hash.digest('hex')
}

async function contentHash (file: string): Promise<Buffer> {
  const hash = createHash('sha256')
  try {
    hash.update('content').update(await readBoundedFile(file))
  } catch (error) {
    hash.update('reason').update(reasonOf(error))
  }
  return hash.digest()
}
