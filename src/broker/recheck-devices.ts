/** Holds connected devices to certificates that have changed since they came in. */
import type { ListenerContext } from '../trust/listener-context.ts'
import type { PeerInfo } from './listener/peer-info.ts'

/** What is needed of a connection. */
export interface CertifiedConnection {
  readonly peer: Pick<PeerInfo, 'tls'>
  distrust (cause: string): void
}

/** One check takes about half a millisecond, and messages are not to wait for those of ten thousand devices. */
const TURN_MS = 10

/** Settles with how many were dropped, and of how many. */
export async function recheckDevices (connections: readonly CertifiedConnection[], context: ListenerContext): Promise<{ dropped: number, checked: number }> {
  let dropped = 0
  let checked = 0
  let until = performance.now() + TURN_MS
  for (const connection of connections) {
    const { tls } = connection.peer
    if (tls === null || tls.destroyed) continue
    if (performance.now() > until) {
      await new Promise(resolve => setImmediate(resolve))
      until = performance.now() + TURN_MS
    }
    checked++
    const refusal = context.recheck(tls)
    if (refusal === null) continue
    dropped++
    connection.distrust(refusal)
  }
  return { dropped, checked }
}
