/**
 * The few things the spool asks of a file system, behind a seam: tests put a disk behind it that loses or reorders what was not
 * synced, fills up, or fails, because `kill -9` alone proves nothing about fsync (the page cache survives it).
 */
import { constants } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { lockDirectory } from './lock.ts'

export interface SpoolFile {
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
  /** Creates; fails when it exists. */
  create (file: string): Promise<SpoolFile>
  openForReading (file: string): Promise<SpoolFile>
  readWhole (file: string): Promise<Buffer>
  rename (from: string, to: string): Promise<void>
  remove (file: string): Promise<void>
  /** Makes created, renamed and removed entries of a directory last. */
  syncDirectory (dir: string): Promise<void>
  /** Bytes an unprivileged process may still write. */
  free (dir: string): Promise<number>
}

class RealFile implements SpoolFile {
  readonly #handle: FileHandle

  constructor (handle: FileHandle) {
    this.#handle = handle
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
  async create (file) {
    return new RealFile(await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, 0o600))
  },
  async openForReading (file) {
    return new RealFile(await open(file, 'r'))
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
