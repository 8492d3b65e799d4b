/** The client id of a bridge that has none in its configuration: made once, and kept, so that the remote's session is found again. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BridgeError, bridgeCodes } from '../errors.ts'

/** Letters and digits only and at most 23 of them, which every server must accept [MQTT-3.1.3-5]. */
const SHAPE = /^[0-9a-zA-Z]{1,23}$/

function newClientId (): string {
  return `causeway${randomBytes(6).toString('hex')}`
}

/**
 * @param stateDir where it is kept; null: it lasts as long as the process
 * @throws BridgeError when the directory can not be read or written: a new id each time would orphan a session each time
 */
export async function keptClientId (stateDir: string | null, bridge: string): Promise<string> {
  if (stateDir === null) return newClientId()
  const file = join(stateDir, `clientid-${encodeURIComponent(bridge)}`)
  try {
    const kept = (await readFile(file, 'utf8').catch(absent)).trim()
    if (SHAPE.test(kept)) return kept
    const made = newClientId()
    await writeWhole(file, made)
    return made
  } catch (cause) {
    throw new BridgeError(bridgeCodes.clientId, `the client id of bridge ${bridge} can not be kept in ${file}`, {
      cause,
      hint: 'Make the directory writable, or set `clientid` for this bridge.'
    })
  }
}

function absent (error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
  throw error
}

/** A line in a file of its own, whole or not at all, also after a power cut. Its directory is made. */
export async function writeWhole (file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(`${text}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
}
