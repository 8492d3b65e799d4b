/**
 * The secret from which salts are made for names that nobody has, and for passwords kept as plain text. It is kept in the state
 * directory: a salt that changed with each start would tell these names from users whose salt is stored.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'

const FILE = 'salt-secret'
const SIZE = 32
const SHAPE = /^[0-9a-f]{64}$/

/**
 * Reads it, or makes it and keeps it. Where it can not be kept the log says so, and it lasts as long as the process.
 * @param stateDir null: there is none
 */
export function keptSecret (stateDir: string | null, logger: Logger): Buffer {
  const made = randomBytes(SIZE)
  if (stateDir === null) return made
  const file = join(stateDir, FILE)
  try {
    const kept = read(file)
    if (kept !== null) return kept
    mkdirSync(stateDir, { recursive: true, mode: 0o700 })
    write(file, made)
  } catch (cause) {
    logger.warn({ file, cause: reasonOf(cause) }, 'the secret for salts of unknown users can not be kept: after a restart SCRAM shows which names are users')
  }
  return made
}

/** Null where there is none, or only a part of one. */
function read (file: string): Buffer | null {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return SHAPE.test(text) ? Buffer.from(text, 'hex') : null
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null
    throw thrown
  }
}

/** Whole or not at all, also after a power cut. */
function write (file: string, secret: Buffer): void {
  const draft = `${file}.new`
  const open = openSync(draft, 'w', 0o600)
  try {
    writeSync(open, `${secret.toString('hex')}\n`)
    fsyncSync(open)
  } finally {
    closeSync(open)
  }
  renameSync(draft, file)
}
