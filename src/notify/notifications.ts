/** All that an edge tells others of itself: the webhook, and alerts. */
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

export interface Notifications {
  /** Alerts that hold now. */
  readonly firing: readonly FiringAlert[]
  /** What became of notices, by receiver: those that there are of `webhook` and `alerts`. */
  readonly receivers: readonly { readonly name: string, readonly waiting: number, readonly counters: Readonly<DeliveryCounters> }[]
  /** What waits for its receiver has so long. Never rejects. */
  close (timeoutMs: number): Promise<void>
}

export function startNotifications ({ edge, logger: parent, version }: NotificationsOptions): Notifications {
  const logger = parent.child({ component: 'notify' })
  const { webhook: webhookConfig, alerts: config } = edge.config
  const webhook = webhookConfig === null ? null : new Webhook(webhookConfig, edge, logger)
  const alerts = config.enable ? new Alerts({ source: edge, config, version, logger }) : null
  return {
    get firing () { return alerts?.firing ?? [] },
    receivers: [...(webhook === null ? [] : [webhook.delivery]), ...(alerts?.delivery == null ? [] : [alerts.delivery])],
    close: async timeoutMs => { await Promise.all([webhook?.close(timeoutMs), alerts?.close(timeoutMs)]) }
  }
}
