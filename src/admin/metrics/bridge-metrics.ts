/** Metrics of bridges. */
import type { Bridge } from '../../bridge/bridge.ts'
import type { BridgeStateName } from '../../bridge/bridge-state.ts'
import { type DiskFigures, fillOf } from '../../bridge/bridge-figures.ts'
import type { SessionTerms } from '../../relay/link.ts'
import { priorities } from '../../relay/outbox-options.ts'
import { dropReasons } from '../event-feed.ts'
import type { Metric, MetricSource, PlainMetric, Sample } from './metric.ts'

const states: readonly BridgeStateName[] = ['disabled', 'idle', 'dialling', 'connecting', 'up', 'waiting', 'draining', 'stopped']

/** The link of a sidecar to its local broker is one among them, called sidecar. */
function linksOf ({ bridges, sidecar }: MetricSource['edge']): readonly Bridge[] {
  return sidecar === null ? bridges : [...bridges, sidecar.link]
}

function each (read: (bridge: Bridge) => readonly Sample[]): PlainMetric['read'] {
  return ({ edge }) => linksOf(edge).flatMap(bridge => read(bridge).map(([labels, value]) => [{ bridge: bridge.name, ...labels }, value] as const))
}

function bridgeMetric (type: PlainMetric['type'], name: string, help: string, read: (bridge: Bridge) => number): Metric {
  return { name: `causeway_bridge_${name}`, type, help, labels: ['bridge'], read: each(bridge => [[{}, read(bridge)]]) }
}

/** What is not of QoS 1 or 2 is of QoS 0. */
function byQos (all: number, qos1: number, qos2: number): readonly Sample[] {
  return [[{ qos: '0' }, all - qos1 - qos2], [{ qos: '1' }, qos1], [{ qos: '2' }, qos2]]
}

type Limit = readonly [name: string, help: string, read: (limits: SessionTerms) => number]

/** What CONNACK of the link of now has said; no sample while there is none. */
function limits (all: readonly Limit[]): readonly Metric[] {
  return all.map(([name, help, read]) => ({
    name: `causeway_bridge_remote_${name}`,
    type: 'gauge',
    help,
    labels: ['bridge'],
    read: each(({ figures: { limits: said } }) => said === null || !Number.isFinite(read(said)) ? [] : [[{}, read(said)]])
  }))
}

/** No sample for a bridge without a spool. */
function spoolMetric (name: string, help: string, read: (disk: DiskFigures) => number): Metric {
  return { name: `causeway_spool_${name}`, type: 'gauge', help, labels: ['bridge'], read: each(({ figures: { disk } }) => disk === null ? [] : [[{}, read(disk)]]) }
}

export const bridgeMetrics: readonly Metric[] = [
  bridgeMetric('gauge', 'up', '1 while the link to the remote is up; with several links, while all of them are.', ({ state }) => state.name === 'up' || state.name === 'draining' ? 1 : 0),
  bridgeMetric('gauge', 'links', 'Links that the bridge has (`links`).', ({ figures }) => figures.links.all),
  bridgeMetric('gauge', 'links_up', 'Those of them that are up.', ({ figures }) => figures.links.up),
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
  {
    name: 'causeway_bridge_sent_bytes_total',
    type: 'counter',
    help: 'Bytes of messages handed to the link, and of resends, by their QoS.',
    labels: ['bridge', 'qos'],
    read: each(({ counters: { sentBytes, sentBytesQos1, sentBytesQos2 } }) => byQos(sentBytes, sentBytesQos1, sentBytesQos2))
  },
  bridgeMetric('counter', 'acknowledged_messages_total', 'Messages of QoS 1 and 2 that the remote has taken over.', ({ counters }) => counters.acknowledged),
  bridgeMetric('counter', 'resent_messages_total', 'Messages sent again on a new connection.', ({ counters }) => counters.resent),
  {
    name: 'causeway_bridge_received_messages_total',
    type: 'counter',
    help: 'Messages from the remote, by their QoS.',
    labels: ['bridge', 'qos'],
    read: each(({ counters: { received, receivedQos1, receivedQos2 } }) => byQos(received, receivedQos1, receivedQos2))
  },
  {
    name: 'causeway_bridge_received_bytes_total',
    type: 'counter',
    help: 'Bytes of messages from the remote, by their QoS.',
    labels: ['bridge', 'qos'],
    read: each(({ counters: { receivedBytes, receivedBytesQos1, receivedBytesQos2 } }) => byQos(receivedBytes, receivedBytesQos1, receivedBytesQos2))
  },
  bridgeMetric('counter', 'received_unmapped_messages_total', 'Messages from the remote that no subscription rule names; they are not delivered.', ({ counters }) => counters.receivedUnmapped),
  bridgeMetric('counter', 'received_unchanged_messages_total', 'Retained messages that a remote without a session sent once more after a reconnect and that had not changed; they are not delivered again.', ({ counters }) => counters.receivedUnchanged),
  bridgeMetric('counter', 'received_own_messages_total', 'Messages from the remote that had left here before and came round; they are not delivered again.', ({ counters }) => counters.receivedOwn),
  {
    name: 'causeway_bridge_dropped_messages_total',
    type: 'counter',
    help: 'Messages that the remote will never get, by reason.',
    labels: ['bridge', 'reason'],
    read: each(({ counters }) => Object.entries(dropReasons).map(([counter, reason]) => [{ reason }, counters[counter as keyof typeof dropReasons]]))
  },
  bridgeMetric('counter', 'acknowledged_dropped_messages_total', 'Dropped messages whose publisher had been acknowledged, as the configuration allows.', ({ counters }) => counters.acknowledgedDropped),
  bridgeMetric('counter', 'dead_letters_total', 'Messages that the remote does not take, published here on dead_letter_topic.', ({ counters }) => counters.deadLetters),
  bridgeMetric('gauge', 'queued_messages', 'Messages of QoS 1 and 2 that the remote does not have yet.', ({ queued }) => queued),
  {
    name: 'causeway_bridge_priority_queued_messages',
    type: 'gauge',
    help: 'The same by the priority of their rules; of priorities that rules have.',
    labels: ['bridge', 'priority'],
    read: each(({ figures: { queues } }) => priorities.flatMap(priority => {
      const own = queues.filter(queue => queue.priority === priority)
      return own.length === 0 ? [] : [[{ priority }, own.reduce((sum, { queued }) => sum + queued, 0)] as const]
    }))
  },
  bridgeMetric('gauge', 'queued_bytes', 'Bytes of those in memory.', ({ queuedBytes }) => queuedBytes),
  bridgeMetric('gauge', 'queue_fill_ratio', 'Which part of its bounds the fullest queue has taken, 0 to 1: on disk of `spool`, in memory of `max_send_queue_len` and `max_send_queue_bytes`.', ({ figures: { queues } }) => fillOf(queues)),
  bridgeMetric('gauge', 'in_flight_messages', 'Messages of QoS 1 and 2 that were sent and are not answered in full.', ({ figures }) => figures.inFlight),
  bridgeMetric('gauge', 'oldest_message_seconds', 'Age of the oldest message that waits; 0 when none does.', ({ figures }) => figures.oldestMs / 1000),
  {
    name: 'causeway_bridge_acknowledge_seconds',
    type: 'histogram',
    help: 'From when a message of QoS 1 or 2 is in memory here until the remote has it and all before it; to within a turn of the event loop.',
    labels: ['bridge'],
    read: ({ edge }) => linksOf(edge).map(({ name, figures }) => [{ bridge: name }, figures.latency])
  },
  bridgeMetric('counter', 'link_pauses_total', 'Times the link had enough and nothing was written to it for a while.', ({ counters }) => counters.linkFull),
  bridgeMetric('counter', 'queue_full_total', 'Times a full queue refused a message; a required bridge holds publishers then.', ({ counters }) => counters.queueFull),
  ...limits([
    ['receive_maximum', 'Messages of QoS 1 and 2 that the remote takes at once.', ({ receiveMaximum }) => receiveMaximum],
    ['maximum_packet_size_bytes', 'Largest packet the remote takes; no sample when it has said nothing.', ({ maximumPacketSize }) => maximumPacketSize],
    ['maximum_qos', 'Highest QoS the remote takes.', ({ maximumQos }) => maximumQos],
    ['retain_available', '1 when the remote keeps retained messages.', ({ retainAvailable }) => retainAvailable ? 1 : 0],
    ['topic_alias_maximum', 'Topic aliases the remote takes; `topic_alias` says how many of them are used.', ({ topicAliasMaximum }) => topicAliasMaximum]
  ]),
  spoolMetric('bytes', 'Bytes of the spool on disk.', ({ bytes }) => bytes),
  spoolMetric('failing', '1 while the disk does not take what is written.', ({ failing }) => failing ? 1 : 0),
  {
    name: 'causeway_spool_commit_seconds',
    type: 'histogram',
    help: 'Writes to the spool, each with its sync.',
    labels: ['bridge'],
    read: ({ edge }) => linksOf(edge).flatMap(({ name, figures: { disk } }) => disk === null ? [] : [[{ bridge: name }, disk.commits] as const])
  },
  bridgeMetric('counter', 'connects_total', 'Links that came up.', ({ counters }) => counters.connects),
  bridgeMetric('counter', 'connect_failures_total', 'Attempts that failed.', ({ counters }) => counters.connectFailures),
  bridgeMetric('counter', 'disconnects_total', 'Links that were up and broke; not those that were closed here, as by a stop or a reload.', ({ counters }) => counters.disconnects),
  bridgeMetric('counter', 'take_overs_total', 'Connections that took over from one that was up, without a break.', ({ counters }) => counters.takeOvers),
  bridgeMetric('counter', 'stray_acknowledgements_total', 'Acknowledgements of the remote that answer nothing.', ({ counters }) => counters.strayAcknowledgements),
  {
    name: 'causeway_bridge_today_bytes',
    type: 'gauge',
    help: 'Bytes of messages that have crossed since midnight, local time, or since the start.',
    labels: ['bridge', 'direction'],
    read: ({ edge, totals }) => linksOf(edge).flatMap(({ name, counters }) => {
      const { sentBytes, receivedBytes } = totals.volumes.of(counters)
      return [[{ bridge: name, direction: 'up' }, sentBytes], [{ bridge: name, direction: 'down' }, receivedBytes]] as const
    })
  },
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
