/** Whether the remote of a bridge can be dialled, and accepts what it is shown; no byte of MQTT is sent. */
import type { BridgeConfig } from '../../config/model.ts'
import type { CausewayError } from '../../errors.ts'
import { tryCandidate } from '../../trust/canary.ts'
import type { CanaryVerdict } from '../../trust/canary.ts'
import type { TrustSnapshot } from '../../trust/snapshot.ts'
import { dial, tlsDialOptions } from './dial.ts'
import { BridgeError } from '../errors.ts'

export type Trial =
  | Extract<CanaryVerdict, { readonly kind: 'accepted' }>
  /** The remote and the certificate files do not accept each other. */
  | { readonly kind: 'refused', readonly reason: CausewayError }
  /** The remote is not there. */
  | { readonly kind: 'unreachable', readonly reason: CausewayError }

/**
 * @param snapshot as for {@link dial}
 * @throws BridgeError where there is nothing to dial from
 */
export async function tryRemote (config: BridgeConfig, snapshot: TrustSnapshot | null, signal: AbortSignal): Promise<Trial> {
  if (snapshot !== null) return tryCandidate(tlsDialOptions(config, snapshot, signal))
  try {
    const { socket } = await dial(config, null, signal)
    socket.destroy()
    return { kind: 'accepted' }
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    return { kind: 'unreachable', reason: error }
  }
}
