/** All that the administration may see and do of a running edge. It is what `Edge` has, no more than is used. */
import type { Edge } from '../edge.ts'
import type { Notifications } from '../notify/notifications.ts'

export type AdminPort = Pick<Edge,
  | 'config'
  | 'counters'
  | 'addresses'
  | 'bridges'
  | 'sidecar'
  | 'trust'
  | 'certificates'
  | 'clients'
  | 'connectionsByListener'
  | 'onDevice'
  | 'publish'
  | 'onTrust'
  | 'checkTrust'
  | 'commitTrust'
  | 'abortTrust'
  | 'reload'
  | 'reloads'
  | 'changeBridge'
  | 'editedBridges'
>

/** What it tells others. */
export type NotificationsPort = Pick<Notifications, 'firing' | 'receivers'>

/** The process around it. */
export interface ProcessPort {
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Ends it in order, as SIGTERM does. */
  readonly stop: () => void
}
