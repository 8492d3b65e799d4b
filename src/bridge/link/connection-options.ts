/** What a connection to the remote is made with. */
import type { KnownSession } from '../../relay/known-session.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { Clock } from '../clock.ts'
import type { Incoming } from '../down/incoming.ts'
import type { RemoteOptions } from './dial-remote.ts'
import type { RemoteTapOptions } from './remote-tap-options.ts'

export interface ConnectionOptions extends RemoteOptions {
  /** Empty: the remote makes one. */
  readonly clientId: string
  /** The remote has made one, or knows us by another. */
  readonly assigned: (clientId: string) => void
  readonly bridgeBit: boolean
  readonly maxPacketSize: number
  /** Of messages; they outlive a connection. */
  readonly limits: RemoteTapOptions['limits']
  readonly outbox: Outbox
  readonly incoming: Incoming
  readonly clock: Clock
  /** TCP and TLS stand; CONNECT goes out. */
  readonly onDialled: () => void
  /** Whose session it is that handshakes of what comes in belong to. */
  readonly session: KnownSession
}

/** Names the session that a connection made with these has at its remote. */
export function sessionOf ({ config, clientId }: Pick<ConnectionOptions, 'config' | 'clientId'>): string {
  return `${config.server.url} ${clientId}`
}
