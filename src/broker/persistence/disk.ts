/**
 * The database on disk: LevelDB, in a directory that only this user may enter. Loaded only where persistence is configured,
 * so that a broker without it starts no slower.
 */
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClassicLevel } from 'classic-level'
import { reasonOf } from '../../errors.ts'
import type { DiskBackend, DiskOperation } from './disk-writer.ts'
import { PersistenceError, persistenceErrorCodes } from './errors.ts'

type Database = ClassicLevel<string, Buffer>

export class LevelBackend implements DiskBackend {
  readonly #directory: string
  #database: Database | null = null

  /** @param directory the configured one; the database has a folder of its own in it */
  constructor (directory: string) {
    this.#directory = join(directory, 'sessions')
  }

  /** @throws {PersistenceError} LOCKED, CORRUPT, OPEN */
  async open (): Promise<void> {
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 })
      await chmod(this.#directory, 0o700)
      const { ClassicLevel } = await import('classic-level')
      const database: Database = new ClassicLevel(this.#directory, { keyEncoding: 'utf8', valueEncoding: 'buffer' })
      await database.open()
      this.#database = database
    } catch (error) {
      throw this.#explain(error)
    }
  }

  /** @throws {PersistenceError} CORRUPT, OPEN */
  async * entries (): AsyncGenerator<readonly [string, Buffer]> {
    try {
      for await (const entry of this.#opened().iterator()) yield entry
    } catch (error) {
      throw this.#explain(error)
    }
  }

  async write (operations: readonly DiskOperation[]): Promise<void> {
    await this.#opened().batch([...operations], { sync: true })
  }

  async close (): Promise<void> {
    const database = this.#database
    this.#database = null
    await database?.close()
  }

  #opened (): Database {
    if (this.#database === null) throw new PersistenceError(persistenceErrorCodes.OPEN, `the database in ${this.#directory} is not open`)
    return this.#database
  }

  #explain (error: unknown): PersistenceError {
    if (error instanceof PersistenceError) return error
    const directory = this.#directory
    switch (codeOf(error)) {
      case 'LEVEL_LOCKED': return new PersistenceError(persistenceErrorCodes.LOCKED, `the database in ${directory} is open in another process`, {
        hint: 'stop the other Causeway, or give this one a persistence directory of its own', cause: error
      })
      case 'LEVEL_CORRUPTION': return corrupt(directory, error)
      default: return new PersistenceError(persistenceErrorCodes.OPEN, `the database in ${directory} can not be opened: ${deepestReason(error)}`, {
        hint: 'check that the directory exists, belongs to this user and has space left', cause: error
      })
    }
  }
}

/** What can be done about a database whose content makes no sense. */
export function corrupt (place: string, cause: unknown): PersistenceError {
  return new PersistenceError(persistenceErrorCodes.CORRUPT, `the database in ${place} is damaged: ${deepestReason(cause)}`, {
    hint: 'restore it from a backup, or move the directory away: stored sessions and retained messages are lost then', cause
  })
}

/** LevelDB's own code stands in the cause of "database failed to open". */
function codeOf (error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? at.code : undefined
    if (code === 'LEVEL_LOCKED' || code === 'LEVEL_CORRUPTION') return code
    if (at.message.startsWith('Corruption:')) return 'LEVEL_CORRUPTION'
  }
  return ''
}

function deepestReason (error: unknown): string {
  let at = error
  while (at instanceof Error && at.cause !== undefined) at = at.cause
  return reasonOf(at)
}
