/** Metrics of each listener: who comes, who is refused and why, what goes in and out. */
import type { ListenerCounters } from '../../metrics/listener-counters.ts'
import type { Metric, PlainMetric, Sample } from './metric.ts'

// eslint-disable-next-line max-params -- a row of a table
function listenerMetric (type: PlainMetric['type'], name: string, help: string, label: string, read: (counters: ListenerCounters) => Readonly<Record<string, number>>): Metric {
  return {
    name: `causeway_listener_${name}`,
    type,
    help,
    labels: ['listener', label],
    read: ({ edge }) => [...edge.counters.broker.listeners].flatMap(([listener, counters]) =>
      Object.entries(read(counters)).map(([value, count]): Sample => [{ listener, [label]: value }, count]))
  }
}

function plain (type: PlainMetric['type'], name: string, help: string, read: (counters: ListenerCounters) => number): Metric {
  return {
    name: `causeway_listener_${name}`,
    type,
    help,
    labels: ['listener'],
    read: ({ edge }) => [...edge.counters.broker.listeners].map(([listener, counters]): Sample => [{ listener }, read(counters)])
  }
}

export const listenerMetrics: readonly Metric[] = [
  plain('gauge', 'devices', 'Connections past their handshake.', ({ connections }) => connections),
  plain('counter', 'connections_total', 'Sockets that came, those refused among them.', ({ accepted }) => accepted),
  listenerMetric('counter', 'refused_total', 'Sockets closed at once, by the limit that is reached: connections (limits.max_connections), address (limits.max_connections_per_address).', 'reason',
    counters => ({ connections: counters.refusedConnectionLimit, address: counters.refusedAddressLimit })),
  listenerMetric('counter', 'handshake_failures_total', 'TLS handshakes and WebSocket upgrades that failed, by reason: timeout, closed (the device hung up), not_tls, no_common_version, no_common_cipher, no_certificate (the device gave none), certificate (that of the device is not accepted), refused_by_device (ours is not accepted there), upgrade (wrong path or sub-protocol, or no upgrade), other.', 'reason',
    ({ handshakeFailures }) => handshakeFailures),
  listenerMetric('counter', 'received_messages_total', 'Messages from devices, by their QoS.', 'qos', ({ receivedQos0, receivedQos1, receivedQos2 }) => ({ 0: receivedQos0, 1: receivedQos1, 2: receivedQos2 })),
  plain('counter', 'received_bytes_total', 'Bytes of MQTT from devices, without TLS and WebSocket.', ({ receivedBytes }) => receivedBytes),
  listenerMetric('counter', 'sent_messages_total', 'Messages to devices, by the QoS they are delivered with.', 'qos', ({ sentQos0, sentQos1, sentQos2 }) => ({ 0: sentQos0, 1: sentQos1, 2: sentQos2 })),
  plain('counter', 'sent_bytes_total', 'Bytes of MQTT to devices, without TLS and WebSocket.', ({ sentBytes }) => sentBytes)
]
