/** The Unix socket through which the command line speaks to a running edge. Its file belongs to one user, with mode 0600. */
import { once } from 'node:events'
import { chmod, lstat, mkdir, rm } from 'node:fs/promises'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { reasonOf } from '../errors.ts'
import { AdminError, adminCodes } from './errors.ts'

/** Of a path in a sockaddr_un, without its final zero: the least of what systems take. */
const LONGEST_PATH = 103
const PRIVATE_MASK = 0o177

export interface ControlPlaces {
  /** `control.socket`; null when it is not said. */
  readonly configured: string | null
  readonly stateDir: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Where the socket is; null when there is no place of this user's own for it. */
export function controlPath ({ configured, stateDir, environment }: ControlPlaces): string | null {
  if (configured !== null) return configured
  if (stateDir !== null) return join(stateDir, 'control.sock')
  // systemd: one directory, or several with colons between
  const runtime = environment['RUNTIME_DIRECTORY']?.split(':')[0] ?? ''
  if (runtime !== '') return join(runtime, 'control.sock')
  const user = environment['XDG_RUNTIME_DIR'] ?? ''
  return user === '' ? null : join(user, 'causeway.sock')
}

/**
 * Binds the server to the path. A socket that a crashed process has left is taken away; one that somebody answers at is not.
 * @throws AdminError CW_CONTROL_SOCKET
 */
export async function listenAt (path: string, server: Server): Promise<void> {
  const fails = (reason: string, hint: string, cause?: unknown): AdminError => new AdminError(adminCodes.control, `the control socket ${path} can not be made: ${reason}`, { hint, cause })
  if (Buffer.byteLength(path) > LONGEST_PATH) throw fails(`the path is longer than ${LONGEST_PATH} bytes`, 'Set control.socket to a shorter one')
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    if (await isAnswered(path)) throw fails('another process answers there', 'Stop it, or set control.socket to another path')
    await removeStale(path)
    await bind(path, server)
    await chmod(path, 0o600)
  } catch (error) {
    throw error instanceof AdminError ? error : fails(reasonOf(error), 'Set control.socket to a path this user may write, or control.enable = false', error)
  }
}

/** From its first moment on nobody else may open it: the mask holds while the file is made, which is within `listen`. */
async function bind (path: string, server: Server): Promise<void> {
  const before = process.umask(PRIVATE_MASK)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
  await once(server, 'listening')
}

/** Only a socket: a path that was mistyped must not cost a file. */
async function removeStale (path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found === null) return
  if (!found.isSocket()) throw new Error('a file that is no socket stands there')
  await rm(path, { force: true })
}

async function isAnswered (path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
