/** What the routes work with. */
import type { AdminPort, NotificationsPort, ProcessPort } from '../admin-port.ts'
import type { EventFeed } from '../event-feed.ts'
import type { EventLoop } from '../event-loop.ts'
import type { EventTotals } from '../event-totals.ts'
import type { AdjustableLogger, Logger } from '../../logger.ts'

export interface RouteContext {
  readonly edge: AdminPort
  readonly process: ProcessPort
  readonly feed: EventFeed
  readonly totals: EventTotals
  readonly eventLoop: EventLoop
  readonly logger: Logger
  /** Whose levels are shown and changed; null: nobody's. */
  readonly log: Pick<AdjustableLogger, 'levels' | 'setLevels'> | null
  readonly notifications: NotificationsPort
}
