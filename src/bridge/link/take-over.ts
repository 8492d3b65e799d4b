/**
 * Make before break: a second connection is dialled and verified while the first carries on, and only then takes its place. In between
 * nothing new goes out, so that in the end nothing is under way that either connection would have to send twice.
 */
import { BridgeError, bridgeCodes } from '../errors.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { sessionOf } from './connection-options.ts'
import { dialRemote } from './dial-remote.ts'
import type { VerifiedRemote } from './dial-remote.ts'

/** What is under way has this long to be answered; what is not goes out again on the new connection, as after any reconnect. */
const DRAIN_MS = 2000
/**
 * A remote with Nagle's algorithm (mosquitto without `set_tcp_nodelay`) holds a small packet back until TCP has acknowledged the one before, which
 * takes 40 ms where nothing goes out that the acknowledgement could ride on. After a handshake of TLS 1.3 these are its two session tickets: CONNACK
 * took 42 ms when CONNECT came within 45 ms, and 2 ms after 60 (measured). The old connection carries on meanwhile.
 */
const SETTLE_MS = 60
const LONGEST_SETTLE_MS = 2000
/** For the same reason its last answers would be 40 ms late: something goes out while they are waited for. */
const NUDGE_MS = 4
const MOST_NUDGES = 10

export interface TakenOver {
  readonly connection: Connection
  /** How long nothing new went out. */
  readonly pauseMs: number
}

/**
 * To the same server with the same client id the session moves with CONNECT, so that all must be answered before. Elsewhere the first
 * connection serves on until the other server has accepted the second.
 * @throws HandshakeError, TrustError, BridgeError. The old connection serves on then, unless the remote has ended it
 */
export async function takeOver (options: ConnectionOptions, old: Connection): Promise<TakenOver> {
  const { config, outbox, clock } = options
  const remote = await settledRemote(options)
  let begun = 0
  const quiet = async (): Promise<void> => {
    begun = clock.now()
    await drained(options, old)
  }
  const isElsewhere = sessionOf(options) !== old.session
  // before that nothing new goes out, since it may wait for a subscriber here
  if (!isElsewhere && !config.cleanStart) await old.handOver(DRAIN_MS)
  if (!isElsewhere) await quiet()
  let connection: Connection | null = null
  try {
    if (remote.socket.destroyed) throw closedEarly(options)
    connection = new Connection(options, remote)
    await connection.accepted({ predecessor: old, ...(isElsewhere ? { mayCarry: quiet } : {}) })
    return { connection, pauseMs: Math.round(clock.now() - begun) }
  } catch (error) {
    outbox.ungate()
    old.proceed()
    // the session is the new connection's from then on, and that is gone
    if (!isElsewhere && connection?.wasAccepted === true) old.fail(new BridgeError(bridgeCodes.linkLost, `${config.server.url} has let another connection take over, which broke`, { cause: error }))
    throw error
  }
}

/** Dialled, and past what the remote still sends by itself after a handshake: with TLS 1.3 also what it says of our certificate. */
async function settledRemote (options: ConnectionOptions): Promise<VerifiedRemote> {
  const { clock } = options
  const begun = clock.now()
  const remote = await dialRemote(options)
  if (remote.fingerprint === null) return remote
  // the second ticket comes a round trip after the first is acknowledged, and the dial took two
  const settleMs = Math.min(SETTLE_MS + clock.now() - begun, LONGEST_SETTLE_MS)
  await new Promise<void>((resolve, reject) => {
    const { socket } = remote
    let reason: Error | null = null
    const failed = (error: Error): void => { reason = remote.diagnose(error) }
    const closed = (): void => {
      cancel()
      reject(reason ?? closedEarly(options))
    }
    const cancel = clock.after(settleMs, () => {
      socket.off('error', failed).off('close', closed)
      resolve()
    })
    if (socket.destroyed) closed()
    else socket.on('error', failed).once('close', closed)
  })
  return remote
}

function closedEarly ({ config: { server } }: ConnectionOptions): BridgeError {
  return new BridgeError(bridgeCodes.linkLost, `${server.url} has closed a connection before CONNECT`)
}

async function drained ({ outbox, clock }: ConnectionOptions, old: Connection): Promise<void> {
  await new Promise<void>(resolve => {
    let nudges = 0
    const nudge = (): void => {
      old.nudge()
      if (++nudges < MOST_NUDGES) cancelNudge = clock.after(NUDGE_MS, nudge)
    }
    let cancelNudge = clock.after(NUDGE_MS, nudge)
    const done = (): void => {
      cancel()
      cancelNudge()
      resolve()
    }
    const cancel = clock.after(DRAIN_MS, done)
    outbox.gate(done)
  })
}
