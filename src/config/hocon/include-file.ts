/** Finds and reads the files of a configuration: regular files only, never more bytes than are allowed. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'

export interface FileContent {
  /** Absolute. */
  readonly path: string
  /** The same for two names of one file. */
  readonly identity: string
  readonly bytes: Buffer
}

/** Where an included file may lie: as NanoMQ has it from the working directory, or else beside the file that includes it. */
export function candidates (name: string, cwd: string, includedBy: string): readonly string[] {
  return isAbsolute(name) ? [name] : [...new Set([resolve(cwd, name), resolve(dirname(includedBy), name)])]
}

/** The first of the paths that exists; undefined when none does. Throws what the system says when one exists and can not be read. */
export function readFirst (paths: readonly string[], maxBytes: number): FileContent | undefined {
  for (const path of paths) {
    try {
      return readRegular(path, maxBytes)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return undefined
}

/** At most one byte more than allowed, which tells that there is more. */
function readRegular (path: string, maxBytes: number): FileContent {
  // not blocking: opening a named pipe would wait for its other end
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = fstatSync(descriptor, { bigint: true })
    if (!stat.isFile()) throw new Error(`${path} is not a regular file`)
    // to the end and not to the size it had: it may be growing
    const buffer = Buffer.alloc(maxBytes + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < buffer.length; length += read) read = readSync(descriptor, buffer, length, buffer.length - length, null)
    return { path, identity: `${stat.dev}:${stat.ino}`, bytes: buffer.subarray(0, length) }
  } finally {
    closeSync(descriptor)
  }
}

function isMissing (error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
