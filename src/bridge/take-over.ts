/**
 * Make before break: a second connection is dialled and verified while the first carries on, and only then takes its session over. In
 * between nothing new goes out, so that in the end nothing is under way that either connection would have to send twice.
 */
import { BridgeError, bridgeCodes } from './errors.ts'
import { Connection, dialRemote } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'

/** What is under way has this long to be answered; what is not goes out again on the new connection, as after any reconnect. */
const DRAIN_MS = 2000

export interface TakenOver {
  readonly connection: Connection
  /** How long nothing new went out. */
  readonly pauseMs: number
}

/**
 * @throws HandshakeError, TrustError, BridgeError. The old connection serves on then, unless the remote has ended it
 */
export async function takeOver (options: ConnectionOptions, old: Connection): Promise<TakenOver> {
  const { config, outbox, clock } = options
  const remote = await dialRemote(options)
  const begun = clock.now()
  await drained(options)
  let connection: Connection | null = null
  try {
    if (remote.socket.destroyed) throw new BridgeError(bridgeCodes.linkLost, `${config.server.url} has closed a connection before CONNECT`)
    connection = new Connection({ ...options, predecessor: old }, remote)
    await connection.accepted()
    return { connection, pauseMs: Math.round(clock.now() - begun) }
  } catch (error) {
    outbox.ungate()
    // the session is the new connection's, and that is gone
    if (connection?.wasAccepted === true) old.fail(new BridgeError(bridgeCodes.linkLost, `${config.server.url} has let another connection take over, which broke`, { cause: error }))
    throw error
  }
}

async function drained ({ outbox, clock }: ConnectionOptions): Promise<void> {
  await new Promise<void>(resolve => {
    const cancel = clock.after(DRAIN_MS, resolve)
    outbox.gate(() => {
      cancel()
      resolve()
    })
  })
}
