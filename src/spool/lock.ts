/**
 * One process per spool directory. The lock is a listening socket whose name is made of the directory's path: the kernel takes it
 * back when the process dies, however it dies, which a pid file does not do. Such names belong to a network namespace: two containers
 * that share a volume do not see each other's lock.
 */
import { createHash } from 'node:crypto'
import { realpath, unlink } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { platform } from 'node:process'
import { SpoolError, spoolCodes } from './errors.ts'

/**
 * Takes a directory for this process; answers how to give it back.
 * @throws SpoolError CW_SPOOL_LOCKED when another process has it
 */
export async function lockDirectory (dir: string): Promise<() => Promise<void>> {
  const path = await realpath(dir)
  const name = `causeway-spool-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  // Linux has names without files, which vanish with the process; elsewhere a socket file is tried and, when dead, replaced
  const address = platform === 'linux' ? `\0${name}` : join(path, 'lock.sock')
  try {
    return closing(await listen(address))
  } catch (error) {
    if (platform !== 'linux' && await isDead(address)) {
      await unlink(address)
      return closing(await listen(address))
    }
    throw new SpoolError(spoolCodes.LOCKED, `${dir}: another process uses this spool`,
      { hint: 'stop the other Causeway, or give this one a directory of its own', cause: error })
  }
}

function closing (server: Server): () => Promise<void> {
  return async () => await new Promise<void>(resolve => server.close(() => resolve()))
}

async function listen (address: string): Promise<Server> {
  const server = createServer(socket => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  server.unref()
  return server
}

async function isDead (address: string): Promise<boolean> {
  return await new Promise<boolean>(resolve => {
    const socket = connect(address)
    socket.once('connect', () => { socket.destroy(); resolve(false) })
    socket.once('error', () => resolve(true))
  })
}
