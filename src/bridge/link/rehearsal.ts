/**
 * A connection to a remote as the bridge would make it, up to CONNACK and no further: dialled and verified, then CONNECT with the bridge's credentials
 * under another client id, so that a bridge that runs keeps its session. It carries no will, subscribes to nothing and leaves no session behind.
 */
import type { BridgeConfig } from '../../config/model.ts'
import type { CausewayError } from '../../errors.ts'
import type { InUse } from '../../trust/in-use.ts'
import type { TrustSnapshot } from '../../trust/snapshot.ts'
import { bridgeCodes } from '../errors.ts'
import { dial } from './dial.ts'
import { type Acceptance, RemoteClient } from './remote-client.ts'
import { Refusal } from './remote-reason.ts'

export interface Rehearsal {
  readonly acceptance: Acceptance
  /** OCSP answers that speak for the remote. */
  readonly answers: readonly InUse[]
  /** What was let pass although it could not be proven. */
  readonly unproven: readonly string[]
}

/** Larger packets than CONNACK are not read. */
const MAX_PACKET_SIZE = 65_536

/** The client id of a rehearsal: rules of a remote that go by the beginning of the bridge's hold for it too. */
export function rehearsalId ({ clientid, name }: BridgeConfig): string {
  return `${clientid === null || clientid === '' ? name : clientid}-check`
}

/**
 * @param clientId who it says it is; the bridge's own takes the session from a bridge that runs
 * @param snapshot for TLS; null: plain TCP
 * @throws HandshakeError, BridgeError; a Refusal when CONNACK says no
 */
export async function rehearse (config: BridgeConfig, clientId: string, snapshot: TrustSnapshot | null, signal: AbortSignal): Promise<Rehearsal> {
  const dialled = await dial(config, snapshot, signal)
  const { socket, answers, unproven } = dialled
  let reason: CausewayError | null = null
  socket.on('error', error => { reason ??= dialled.diagnose(error) })
  const abort = (): void => { socket.destroy() }
  signal.addEventListener('abort', abort, { once: true })
  try {
    const client = new RemoteClient(traceless(config, clientId), clientId, socket, MAX_PACKET_SIZE)
    const acceptance = await client.accepted()
    await client.end()
    return { acceptance, answers, unproven }
  } catch (error) {
    throw betterThan(error, reason)
  } finally {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  }
}

/** What TLS said tells more than that no CONNACK came; TLS 1.3 judges our certificate only after the handshake. */
function betterThan (error: unknown, reason: CausewayError | null): unknown {
  return reason === null || reason.code === bridgeCodes.linkLost || error instanceof Refusal ? error : reason
}

/** Under the bridge's own client id its session must be found as it is. */
function traceless (config: BridgeConfig, clientId: string): BridgeConfig {
  const { connProperties, cleanStart, clientid } = config
  const isOwn = clientId === clientid
  return {
    ...config,
    cleanStart: isOwn ? cleanStart : true,
    will: null,
    notifications: null,
    connProperties: connProperties === null || isOwn ? connProperties : { ...connProperties, sessionExpirySeconds: 0 }
  }
}
