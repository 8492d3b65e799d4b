/**
 * A log file that is renamed when it is full: NAME, then NAME.1, up to NAME.COUNT, the last of which goes. Lines wait in memory while the disk is busy,
 * up to a bound; a disk that is full or gone costs lines, which are counted, and never holds anything up.
 */
import { close, fstatSync, openSync, rename, write, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { reasonOf } from '../../errors.ts'
import type { LogSink } from '../../logger.ts'
import { CliError, cliCodes } from '../errors.ts'

const renameFile = promisify(rename)
const closeFile = promisify(close)

export interface RotatingFileOptions {
  readonly path: string
  /** A line that would make it larger goes into the next file. */
  readonly maxBytes: number
  /** Files kept beside the one that is written. */
  readonly count: number
  /** Where what keeps the file from being written is said, once. */
  readonly complain: (words: string) => void
}

/** Of lines that wait for the disk. */
const MOST_WAITING_BYTES = 4 * 1024 ** 2
const MODE = 0o640

export class RotatingFile implements LogSink {
  readonly #options: RotatingFileOptions
  #descriptor: number
  #size: number
  #waiting: string[] = []
  #waitingBytes = 0
  #writing: Promise<void> | null = null
  #complained = false
  /** Lines that were not written. */
  lost = 0

  /** @throws CliError CW_LOG_FILE when the file can not be opened for appending */
  constructor (options: RotatingFileOptions) {
    this.#options = options
    try {
      this.#descriptor = openSync(options.path, 'a', MODE)
      this.#size = fstatSync(this.#descriptor).size
    } catch (error) {
      throw new CliError(cliCodes.logFile, `the log file ${options.path} can not be opened: ${reasonOf(error)}`,
        { hint: 'make its directory, and writable for this user, or set log.to = [console]', cause: error })
    }
  }

  write (line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#waitingBytes + bytes > MOST_WAITING_BYTES) {
      this.lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingBytes += bytes
    this.#writing ??= this.#drain().finally(() => { this.#writing = null })
  }

  /** All that waits is written, and the file is closed. */
  async close (): Promise<void> {
    await this.#writing
    await closeFile(this.#descriptor)
  }

  /** At once, when there is no later. */
  flushSync (): void {
    if (this.#waiting.length === 0) return
    const lines = this.#waiting.splice(0).join('')
    this.#waitingBytes = 0
    try {
      writeSync(this.#descriptor, lines)
    } catch (error) {
      this.#complain(error)
    }
  }

  async #drain (): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = await this.#fitting()
      try {
        await this.#append(Buffer.from(lines.join('')))
      } catch (error) {
        this.lost += lines.length
        this.#complain(error)
      }
    }
  }

  /** As many lines as this file has room for; at least one, in a file that is new if need be. */
  async #fitting (): Promise<readonly string[]> {
    let bytes = Buffer.byteLength(this.#waiting[0] ?? '')
    if (this.#size > 0 && this.#size + bytes > this.#options.maxBytes) await this.#rotate()
    let count = 1
    for (; count < this.#waiting.length; count++) {
      const more = Buffer.byteLength(this.#waiting[count] ?? '')
      if (this.#size + bytes + more > this.#options.maxBytes) break
      bytes += more
    }
    const lines = this.#waiting.splice(0, count)
    this.#waitingBytes -= lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0)
    return lines
  }

  async #append (bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await new Promise<number>((resolve, reject) => {
        write(this.#descriptor, bytes, at, bytes.length - at, null, (error, written) => error === null ? resolve(written) : reject(error))
      })
    }
    this.#size += bytes.length
    this.#complained = false
  }

  /** Where it can not be done, the file goes on growing, and that is said. */
  async #rotate (): Promise<void> {
    const { path, count } = this.#options
    try {
      // somebody may have truncated it meanwhile
      this.#size = fstatSync(this.#descriptor).size
      if (this.#size === 0) return
      for (let i = count; i > 0; i--) await renameFile(i === 1 ? path : `${path}.${i - 1}`, `${path}.${i}`).catch(unlessMissing)
      const next = openSync(path, 'a', MODE)
      await closeFile(this.#descriptor)
      this.#descriptor = next
      this.#size = fstatSync(next).size
    } catch (error) {
      this.#complain(error)
    }
  }

  /** Once, until it is written again. */
  #complain (error: unknown): void {
    if (!this.#complained) this.#options.complain(`the log file ${this.#options.path} can not be written: ${reasonOf(error)}`)
    this.#complained = true
  }
}

function unlessMissing (error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
