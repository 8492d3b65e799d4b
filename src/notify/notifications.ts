/** All that an edge tells others of itself: the webhook, and alerts. */
import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/model.ts'
import type { Edge } from '../edge.ts'
import type { Logger } from '../logger.ts'
import { Alerts, type FiringAlert } from './alerts.ts'
import type { DeliveryCounters } from './delivery.ts'
import { Webhook } from './webhook.ts'

export interface NotificationsOptions {
  readonly edge: Edge
  readonly logger: Logger
  readonly version: string
}

/** Who is told, and of what. */
export type NotificationsConfig = Pick<Config, 'webhook' | 'alerts'>

export interface Notifications {
  /** Alerts that hold now. */
  readonly firing: readonly FiringAlert[]
  /** What became of notices, by receiver: those that there are of `webhook` and `alerts`. */
  readonly receivers: readonly { readonly name: string, readonly waiting: number, readonly counters: Readonly<DeliveryCounters> }[]
  /** Other settings, from now on. What waits for a receiver that is another one now has 10 s to go out. */
  replace (config: NotificationsConfig): void
  /** What waits for its receiver has so long. Never rejects. */
  close (timeoutMs: number): Promise<void>
}

/** What waits for a receiver that is left has so long. */
const LEAVE_MS = 10_000

export function startNotifications (options: NotificationsOptions): Notifications {
  return new RunningNotifications(options)
}

type Closable = Pick<Notifications, 'close'>

class RunningNotifications implements Notifications {
  readonly #options: NotificationsOptions
  readonly #logger: Logger
  #config: NotificationsConfig
  #webhook: Webhook | null
  #alerts: Alerts | null
  /** Those that another has taken the place of, while something waits in them. */
  readonly #leaving = new Set<Closable>()

  constructor (options: NotificationsOptions) {
    const { edge, logger } = options
    this.#options = options
    this.#logger = logger.child({ component: 'notify' })
    this.#config = edge.config
    this.#webhook = this.#webhookOf(edge.config)
    this.#alerts = this.#alertsOf(edge.config)
  }

  get firing (): Notifications['firing'] { return this.#alerts?.firing ?? [] }

  get receivers (): Notifications['receivers'] {
    return [this.#webhook?.delivery, this.#alerts?.delivery].flatMap(delivery => delivery == null ? [] : [delivery])
  }

  replace (config: NotificationsConfig): void {
    const before = this.#config
    this.#config = config
    if (!isDeepStrictEqual(before.webhook, config.webhook)) {
      const left = this.#webhook
      this.#webhook = this.#webhookOf(config, left?.delivery.counters)
      this.#leave(left)
    }
    if (this.#alerts !== null && config.alerts.enable) return this.#leave(this.#alerts.replace(config.alerts))
    if (before.alerts.enable === config.alerts.enable) return
    this.#leave(this.#alerts)
    this.#alerts = this.#alertsOf(config)
  }

  async close (timeoutMs: number): Promise<void> {
    await Promise.all([this.#webhook, this.#alerts, ...this.#leaving].map(async each => each?.close(timeoutMs)))
  }

  #webhookOf ({ webhook }: NotificationsConfig, counters?: DeliveryCounters): Webhook | null {
    return webhook === null ? null : new Webhook(webhook, this.#options.edge, this.#logger, counters)
  }

  #alertsOf ({ alerts: config }: NotificationsConfig): Alerts | null {
    const { edge, version } = this.#options
    return config.enable ? new Alerts({ source: edge, config, version, logger: this.#logger }) : null
  }

  #leave (left: Closable | null): void {
    if (left === null) return
    this.#leaving.add(left)
    void left.close(LEAVE_MS).finally(() => this.#leaving.delete(left))
  }
}
