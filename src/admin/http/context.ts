/** What the routes work with. */
import type { AdminPort, ProcessPort } from '../admin-port.ts'
import type { EventFeed } from '../event-feed.ts'
import type { EventLoop } from '../event-loop.ts'
import type { EventTotals } from '../event-totals.ts'
import type { Logger } from '../../logger.ts'
import type { FiringAlert } from '../../notify/alerts.ts'

export interface RouteContext {
  readonly edge: AdminPort
  readonly process: ProcessPort
  readonly feed: EventFeed
  readonly totals: EventTotals
  readonly eventLoop: EventLoop
  readonly logger: Logger
  /** Those that hold now. */
  readonly alerts: () => readonly FiringAlert[]
}
