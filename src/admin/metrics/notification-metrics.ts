/** Metrics of what is told to others: alerts, and what became of notices. */
import type { Metric } from './metric.ts'

export const notificationMetrics: readonly Metric[] = [
  {
    name: 'causeway_alert_firing',
    type: 'gauge',
    help: '1 for each alert that holds now.',
    labels: ['alert', 'severity', 'kind', 'name'],
    read: ({ notifications }) => notifications.firing.map(({ kind: alert, severity, subject: { kind, name } }) => [{ alert, severity, kind, name }, 1])
  },
  {
    name: 'causeway_notices_total',
    type: 'counter',
    help: 'Notices for the receivers of webhook and alerts, by what became of them: sent, dropped_full (there was no room in the queue), given_up (refused, or not taken for too long).',
    labels: ['receiver', 'outcome'],
    read: ({ notifications }) => notifications.receivers.flatMap(({ name: receiver, counters: { sent, droppedFull, givenUp } }) => [
      [{ receiver, outcome: 'sent' }, sent], [{ receiver, outcome: 'dropped_full' }, droppedFull], [{ receiver, outcome: 'given_up' }, givenUp]
    ])
  },
  {
    name: 'causeway_notices_waiting',
    type: 'gauge',
    help: 'Notices that wait for their receiver.',
    labels: ['receiver'],
    read: ({ notifications }) => notifications.receivers.map(({ name: receiver, waiting }) => [{ receiver }, waiting])
  }
]
