/**
 * The directory of a development PKI: mode 0700, marked as ours, written so that a crash leaves the old file or the new one.
 * A directory with files and without the mark belongs to somebody else.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf } from '../errors.ts'
import { TrustError, trustCodes } from './errors.ts'

export interface PkiDirectory {
  readonly path: string
  has (file: string): Promise<boolean>
  /** Replaces the file at once and whole. */
  write (file: string, content: string, mode: number): Promise<void>
}

const mark = '.causeway-pki'
const markText = `Certificates for development, made by Causeway, which also renews them.
Nothing here is secret enough for production, nor trusted by anybody but this machine.
Delete the directory to have all of it made anew.
`

export async function openPkiDirectory (path: string): Promise<PkiDirectory> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await claim(path)
    await chmod(path, 0o700)
  } catch (error) {
    if (error instanceof TrustError) throw error
    throw new TrustError(trustCodes.directoryTaken, `development certificates can not be kept in ${path}: ${reasonOf(error)}`, { hint: 'Name a directory this user may write to.', cause: error })
  }
  return {
    path,
    has: async file => exists(join(path, file)),
    write: async (file, content, mode) => replace(path, file, content, mode)
  }
}

async function claim (path: string): Promise<void> {
  const files = await readdir(path)
  if (files.includes(mark)) return
  const stranger = files[0]
  if (stranger !== undefined) {
    throw new TrustError(trustCodes.directoryTaken, `${path} already holds ${stranger}, which was not made here; nothing was changed`, { hint: 'Name an empty directory, or one that causeway certs init has made.' })
  }
  await writeFile(join(path, mark), markText)
}

async function exists (path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

async function replace (dir: string, file: string, content: string, mode: number): Promise<void> {
  const temporary = join(dir, `.${file}.${randomBytes(6).toString('hex')}`)
  try {
    await create(temporary, content, mode)
    await rename(temporary, join(dir, file))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Exclusively, so that the mode holds from the first byte and no link is followed. */
async function create (path: string, content: string, mode: number): Promise<void> {
  const handle = await open(path, 'wx', mode)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
