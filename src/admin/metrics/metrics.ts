/** All metrics, in the order of the page. */
import { bridgeMetrics } from './bridge-metrics.ts'
import { brokerMetrics } from './broker-metrics.ts'
import { listenerMetrics } from './listener-metrics.ts'
import type { Metric } from './metric.ts'
import { notificationMetrics } from './notification-metrics.ts'
import { processMetrics } from './process-metrics.ts'
import { trustMetrics } from './trust-metrics.ts'

export const metrics: readonly Metric[] = [...bridgeMetrics, ...trustMetrics, ...brokerMetrics, ...listenerMetrics, ...notificationMetrics, ...processMetrics]
