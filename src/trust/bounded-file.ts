/** Reads a file of certificates or keys whole, refusing what no such file can be: a directory, a device, a pipe, or over 8 MiB. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { TrustError, invalidFile, trustCodes } from './errors.ts'
import { reasonOf } from '../errors.ts'

/** Forty times the system bundle of Debian. */
export const maxFileBytes = 8 * 1024 * 1024

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['the file does not exist', 'Check the path in the configuration; a relative one starts at the working directory.'],
  ENOTDIR: ['a part of the path is no directory', 'Check the path in the configuration.'],
  EACCES: ['this user may not read the file', 'Give the user that runs Causeway the right to read it and to enter its directories.'],
  EPERM: ['this user may not read the file', 'Give the user that runs Causeway the right to read it and to enter its directories.'],
  ELOOP: ['its symbolic links go in a circle', 'Mend the links.']
}

export async function readBoundedFile (file: string): Promise<Buffer> {
  let handle: FileHandle | null = null
  try {
    // without O_NONBLOCK a named pipe would hold one of libuv's four threads until somebody writes to it
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    return await readWhole(handle, file)
  } catch (error) {
    if (error instanceof TrustError) throw error
    const [reason, hint] = reasons[codeOf(error)] ?? [`it can not be read: ${reasonOf(error)}`, 'Check the file and the disk under it.']
    throw invalidFile({ file, line: 1 }, reason, hint, trustCodes.unreadable)
  } finally {
    await handle?.close()
  }
}

async function readWhole (handle: FileHandle, file: string): Promise<Buffer> {
  const place = { file, line: 1 }
  const about = await handle.stat()
  if (!about.isFile()) {
    throw invalidFile(place, about.isDirectory() ? 'it is a directory' : 'it is no regular file', 'Name a file of PEM certificates.', trustCodes.unreadable)
  }
  const tooLarge = (): TrustError => invalidFile(place, `it is over ${maxFileBytes / 1024 / 1024} MiB`, 'A file of certificates is far smaller: check that the path names the right one.')
  if (about.size > maxFileBytes) throw tooLarge()
  // one byte more than it should have, so that a file that grows meanwhile is seen to
  const buffer = Buffer.alloc(Math.min(about.size + 4096, maxFileBytes + 1))
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (length > maxFileBytes) throw tooLarge()
  return buffer.subarray(0, length)
}

function codeOf (error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
