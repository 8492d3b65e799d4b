/** Metrics of bridges. */
import type { Bridge } from '../../bridge/bridge.ts'
import type { BridgeStateName } from '../../bridge/bridge-state.ts'
import { dropReasons } from '../event-feed.ts'
import type { Metric, MetricSource, Sample } from './metric.ts'

const states: readonly BridgeStateName[] = ['disabled', 'idle', 'dialling', 'connecting', 'up', 'waiting', 'draining', 'stopped']

/** The link of a sidecar to its local broker is one among them, called sidecar. */
function linksOf ({ bridges, sidecar }: MetricSource['edge']): readonly Bridge[] {
  return sidecar === null ? bridges : [...bridges, sidecar.link]
}

function each (read: (bridge: Bridge) => readonly Sample[]): Metric['read'] {
  return ({ edge }) => linksOf(edge).flatMap(bridge => read(bridge).map(([labels, value]) => [{ bridge: bridge.name, ...labels }, value] as const))
}

function bridgeMetric (type: Metric['type'], name: string, help: string, read: (bridge: Bridge) => number): Metric {
  return { name: `causeway_bridge_${name}`, type, help, labels: ['bridge'], read: each(bridge => [[{}, read(bridge)]]) }
}

export const bridgeMetrics: readonly Metric[] = [
  bridgeMetric('gauge', 'up', '1 while the link to the remote is up.', ({ state }) => state.name === 'up' || state.name === 'draining' ? 1 : 0),
  {
    name: 'causeway_bridge_state',
    type: 'gauge',
    help: '1 for the state the bridge is in, 0 for the others.',
    labels: ['bridge', 'state'],
    read: each(({ state }) => states.map(name => [{ state: name }, name === state.name ? 1 : 0]))
  },
  bridgeMetric('gauge', 'state_since_seconds', 'When the bridge came into its state, in seconds since 1970.', ({ state }) => state.since / 1000),
  {
    name: 'causeway_bridge_sent_messages_total',
    type: 'counter',
    help: 'Messages handed to the link, by their QoS; resends are not counted again.',
    labels: ['bridge', 'qos'],
    read: each(({ counters }) => [[{ qos: '0' }, counters.sentQos0], [{ qos: '1' }, counters.sentQos1], [{ qos: '2' }, counters.sentQos2]])
  },
  bridgeMetric('counter', 'sent_bytes_total', 'Bytes of messages handed to the link.', ({ counters }) => counters.sentBytes),
  bridgeMetric('counter', 'acknowledged_messages_total', 'Messages of QoS 1 and 2 that the remote has taken over.', ({ counters }) => counters.acknowledged),
  bridgeMetric('counter', 'resent_messages_total', 'Messages sent again on a new connection.', ({ counters }) => counters.resent),
  bridgeMetric('counter', 'received_messages_total', 'Messages from the remote.', ({ counters }) => counters.received),
  bridgeMetric('counter', 'received_bytes_total', 'Bytes of messages from the remote.', ({ counters }) => counters.receivedBytes),
  bridgeMetric('counter', 'received_unmapped_messages_total', 'Messages from the remote that no subscription rule names; they are not delivered.', ({ counters }) => counters.receivedUnmapped),
  {
    name: 'causeway_bridge_dropped_messages_total',
    type: 'counter',
    help: 'Messages that the remote will never get, by reason.',
    labels: ['bridge', 'reason'],
    read: each(({ counters }) => Object.entries(dropReasons).map(([counter, reason]) => [{ reason }, counters[counter as keyof typeof dropReasons]]))
  },
  bridgeMetric('counter', 'acknowledged_dropped_messages_total', 'Dropped messages whose publisher had been acknowledged, as the configuration allows.', ({ counters }) => counters.acknowledgedDropped),
  bridgeMetric('gauge', 'queued_messages', 'Messages of QoS 1 and 2 that the remote does not have yet.', ({ queued }) => queued),
  bridgeMetric('gauge', 'queued_bytes', 'Bytes of those in memory.', ({ queuedBytes }) => queuedBytes),
  bridgeMetric('counter', 'connects_total', 'Links that came up.', ({ counters }) => counters.connects),
  bridgeMetric('counter', 'connect_failures_total', 'Attempts that failed.', ({ counters }) => counters.connectFailures),
  bridgeMetric('counter', 'disconnects_total', 'Links that were up and broke.', ({ counters }) => counters.disconnects),
  bridgeMetric('counter', 'take_overs_total', 'Connections that took over from one that was up, without a break.', ({ counters }) => counters.takeOvers),
  bridgeMetric('counter', 'stray_acknowledgements_total', 'Acknowledgements of the remote that answer nothing.', ({ counters }) => counters.strayAcknowledgements),
  {
    name: 'causeway_bridge_failures_total',
    type: 'counter',
    help: 'Ends of links and failed attempts, by the code of their cause (docs/reference/errors.md).',
    labels: ['bridge', 'code'],
    read: ({ totals }) => [...totals.linkFailures].map(([key, value]) => {
      const [bridge = '', code = ''] = key.split(' ')
      return [{ bridge, code }, value]
    })
  }
]
