/** What a bridge does after a link has ended, or was refused: how long it waits, and to whom it turns. */
import type { CausewayError } from '../../errors.ts'
import type { RemoteAddress } from '../../config/model.ts'
import type { Backoff } from '../backoff.ts'
import { RemoteReason } from './remote-reason.ts'

/** What is asked of the connector: structural, as it asks {@link isNamed} of this file. */
interface Servers {
  readonly hasAnother: boolean
  sentAway (reference: string | null): boolean
}

/** Milliseconds until the next try; the connector turns to another server where the remote has sent us there. */
export function waitAfter (reason: CausewayError, connector: Servers, backoff: Backoff): number {
  const steer = reason instanceof RemoteReason ? reason.steer : 'retry'
  if (steer === 'elsewhere' && reason instanceof RemoteReason && connector.sentAway(reason.serverReference)) return backoff.brief()
  if (connector.hasAnother) return backoff.brief()
  if (steer === 'give_up') return backoff.seldom()
  return steer === 'retry' ? backoff.next() : backoff.slow()
}

/**
 * Does the remote's text name this server? It is a list, split by spaces, of names with or without a port [MQTT 5, 4.13].
 * Nothing else is done with it: where a bridge may go only its configuration says.
 */
export function isNamed ({ host, port }: RemoteAddress, reference: string): boolean {
  return reference.split(' ').some(each => {
    const name = each.toLowerCase()
    return name === host.toLowerCase() || name === `${host.toLowerCase()}:${port}` || name === `[${host.toLowerCase()}]:${port}`
  })
}
