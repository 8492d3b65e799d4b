/**
 * The few things the spool asks of a file system, behind a seam: tests put a disk behind it that loses or reorders what was not
 * synced, fills up, or fails, because `kill -9` alone proves nothing about fsync (the page cache survives it).
 */
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { lockDirectory } from './lock.ts'

export interface SpoolFile {
  /** What {@link append} has written is on the medium when it resolves: {@link sync} has nothing to add. */
  readonly syncsItself: boolean
  /** Writes all of it at the end of the file. */
  append (bytes: Buffer): Promise<void>
  /** Resolves when the data is on the medium (fdatasync). */
  sync (): Promise<void>
  read (bytes: Buffer, position: number): Promise<number>
  size (): Promise<number>
  close (): Promise<void>
}

export interface Disk {
  makeDirectory (dir: string): Promise<void>
  /** Takes the directory for this process; answers how to give it back. @throws SpoolError CW_SPOOL_LOCKED */
  lock (dir: string): Promise<() => Promise<void>>
  list (dir: string): Promise<string[]>
  /**
   * Creates; fails when it exists.
   * @param synced each append is to be on the medium when it resolves; where the system has no such files, {@link SpoolFile.syncsItself} is false
   */
  create (file: string, synced: boolean): Promise<SpoolFile>
  openForReading (file: string): Promise<SpoolFile>
  readWhole (file: string): Promise<Buffer>
  rename (from: string, to: string): Promise<void>
  remove (file: string): Promise<void>
  /** Makes created, renamed and removed entries of a directory last. */
  syncDirectory (dir: string): Promise<void>
  /** Bytes an unprivileged process may still write. */
  free (dir: string): Promise<number>
}

/**
 * One call where write and fdatasync are two, each with its way through the thread pool and a turn of the event loop (docs/design/hot-path.md). Linux
 * only: elsewhere the flag does not reach past the cache of the drive, or is not there.
 */
const SYNCED_WRITES = process.platform === 'linux' ? constants.O_DSYNC : 0

class RealFile implements SpoolFile {
  readonly syncsItself: boolean
  readonly #handle: FileHandle

  constructor (handle: FileHandle, syncsItself: boolean) {
    this.#handle = handle
    this.syncsItself = syncsItself
  }

  async append (bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at)
      at += bytesWritten
    }
  }

  async sync (): Promise<void> {
    await this.#handle.datasync()
  }

  async read (bytes: Buffer, position: number): Promise<number> {
    const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, position)
    return bytesRead
  }

  async size (): Promise<number> {
    return (await this.#handle.stat()).size
  }

  async close (): Promise<void> {
    await this.#handle.close()
  }
}

/** The file system of this machine. Files are made 0600, directories 0700: payloads are nobody else's business. */
export const realDisk: Disk = {
  async makeDirectory (dir) {
    await mkdir(dir, { recursive: true, mode: 0o700 })
  },
  lock: lockDirectory,
  async list (dir) {
    return await readdir(dir)
  },
  async create (file, synced) {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND
    return new RealFile(await open(file, synced ? flags | SYNCED_WRITES : flags, 0o600), synced && SYNCED_WRITES !== 0)
  },
  async openForReading (file) {
    return new RealFile(await open(file, 'r'), false)
  },
  async readWhole (file) {
    return await readFile(file)
  },
  async rename (from, to) {
    await rename(from, to)
  },
  async remove (file) {
    await unlink(file)
  },
  async syncDirectory (dir) {
    const handle = await open(dir, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
  async free (dir) {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  }
}
