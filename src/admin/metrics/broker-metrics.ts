/** Metrics of the broker: connections, what devices publish, what is refused, what is stored. Those of each listener: listener-metrics.ts. */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { HttpAuthCounters } from '../../metrics/http-auth-counters.ts'
import type { SessionCounters } from '../../metrics/session-counters.ts'
import type { Metric, MetricSource } from './metric.ts'

/** Each field of the counters has its row: the compiler finds one that is forgotten. */
type Rows<C> = { readonly [K in keyof C]: readonly [name: string, help: string] }

const brokerRows: Rows<Omit<BrokerCounters, 'listeners' | 'ofListener'>> = {
  connections: ['connections', 'Sockets that are open.'],
  sessions: ['connected_devices', 'Devices with an open session.'],
  connectionsAccepted: ['connections_accepted_total', 'Sockets accepted.'],
  refusedConnectionLimit: ['connections_refused_limit_total', 'Sockets closed because of limits.max_connections.'],
  refusedAddressLimit: ['connections_refused_address_total', 'Sockets closed because of limits.max_connections_per_address.'],
  refusedConnectRate: ['connects_refused_rate_total', 'CONNECTs refused because of limits.max_connect_rate.'],
  handshakeFailures: ['handshake_failures_total', 'TLS handshakes and upgrades that failed.'],
  handshakeTimeouts: ['handshake_timeouts_total', 'TLS handshakes and upgrades that took too long.'],
  connectTimeouts: ['connect_timeouts_total', 'Connections closed because no CONNECT came.'],
  connectsRefused: ['connects_refused_total', 'CONNECTs that were refused.'],
  keepaliveTimeouts: ['keepalive_timeouts_total', 'Devices cut off because they were silent.'],
  violations: ['protocol_violations_total', 'Connections closed because a packet broke the standard.'],
  packetsTooLarge: ['packets_too_large_total', 'Packets larger than mqtt.max_packet_size.'],
  partialFrameEvictions: ['partial_packet_evictions_total', 'Connections closed because incomplete packets took too much room.'],
  publishReceivedQos0: ['received_messages_qos0_total', 'Messages of QoS 0 from devices.'],
  publishReceivedQos1: ['received_messages_qos1_total', 'Messages of QoS 1 from devices.'],
  publishReceivedQos2: ['received_messages_qos2_total', 'Messages of QoS 2 from devices.'],
  publishDuplicates: ['received_duplicates_total', 'Messages of QoS 2 that had been taken before.'],
  publishLocal: ['local_messages_total', 'Messages of devices that somebody here wanted too, or that are retained.'],
  publishDirect: ['local_direct_messages_total', 'Those of them that were given to local subscribers as they came, without an encoding for each.'],
  publishDenied: ['publishes_denied_total', 'Messages whose device had no right to publish them.'],
  publishDroppedQos0: ['dropped_messages_qos0_total', 'Messages of QoS 0 that went without a bridge that had no room.'],
  publishHeld: ['publishes_held_total', 'Times a connection was held because a bridge was full, rights were undecided or too much was owed.'],
  socketsPaused: ['sockets_paused_total', 'Times a connection was not read any more.'],
  subscribeDenied: ['subscribes_denied_total', 'Filters whose device had no right to them.'],
  subscribeOverLimit: ['subscribes_over_limit_total', 'Filters refused because of limits.max_subscriptions_per_client.'],
  subscribeShared: ['subscribes_shared_total', 'Shared subscriptions refused.'],
  strayAcknowledgements: ['stray_acknowledgements_total', 'Acknowledgements of devices that answered nothing.'],
  deliveryDroppedQos0: ['deliveries_dropped_total', 'Deliveries of QoS 0 dropped for devices that do not read.'],
  slowSubscribersClosed: ['slow_devices_closed_total', 'Devices cut off because they do not read.'],
  takeOvers: ['session_take_overs_total', 'Devices whose client id another connection took.'],
  relayDroppedQos0: ['relay_dropped_messages_qos0_total', 'Messages of QoS 0 from wills, HTTP or bridges that a bridge had no room for.'],
  relayOverflow: ['relay_dropped_messages_total', 'Messages of QoS 1 and 2 of the same origin, dropped because too many waited.']
}

const sessionRows: Rows<SessionCounters> = {
  sessions: ['stored_sessions', 'Sessions stored.'],
  subscriptions: ['stored_subscriptions', 'Subscriptions of stored sessions.'],
  queuedMessages: ['session_queued_messages', 'Messages that wait for devices that are away.'],
  queuedBytes: ['session_queued_bytes', 'Bytes of those.'],
  retainedMessages: ['retained_messages', 'Retained messages.'],
  retainedBytes: ['retained_bytes', 'Bytes of those.'],
  wills: ['stored_wills', 'Wills of connected devices.'],
  messagesExpired: ['session_expired_messages_total', 'Messages for devices, queued or retained, that were forgotten because their expiry was over.'],
  sessionsExpired: ['sessions_expired_total', 'Sessions forgotten because their device was away too long.'],
  sessionsRefused: ['sessions_refused_total', 'Sessions refused because of limits.max_sessions.'],
  subscriptionsRefused: ['subscriptions_refused_total', 'Subscriptions refused because of limits.max_subscriptions_per_client.'],
  queueDropped: ['session_queue_dropped_messages_total', 'Messages not queued for a device because its queue is full.'],
  retainedRefused: ['retained_refused_total', 'Retained messages not kept because of a limit.'],
  diskWrites: ['session_disk_writes_total', 'Batches of sessions and retained messages written to disk.'],
  diskErrors: ['session_disk_errors_total', 'Writes that failed.'],
  diskPending: ['session_disk_pending', 'Changes that are in memory and not on disk yet.'],
  diskDegraded: ['session_disk_degraded', '1 while the disk does not take writes and acknowledgements do not wait for it.'],
  diskUnflushed: ['session_unflushed_acknowledgements_total', 'Acknowledgements given while the disk did not take writes.']
}

const httpAuthRows: Rows<HttpAuthCounters> = {
  asked: ['http_auth_requests_total', 'Questions sent to the authorization server (http_auth).'],
  allowed: ['http_auth_allowed_total', 'Questions it answered with yes.'],
  denied: ['http_auth_denied_total', 'Questions it answered with no.'],
  errors: ['http_auth_errors_total', 'Questions without an answer: devices are refused then.'],
  remembered: ['http_auth_remembered_total', 'Questions that were not sent, as its answer was known.'],
  stale: ['http_auth_stale_total', 'Questions without an answer that an answer of before decided, although its time was over.']
}

function metricsOf<C extends object> (rows: Rows<C>, counters: (source: MetricSource) => C): readonly Metric[] {
  return (Object.keys(rows) as (keyof C & string)[]).map(field => {
    const [name, help] = rows[field]
    return {
      name: `causeway_broker_${name}`,
      type: name.endsWith('_total') ? 'counter' : 'gauge',
      help,
      labels: [],
      read: source => [[{}, Number(counters(source)[field])]]
    }
  })
}

export const brokerMetrics: readonly Metric[] = [
  ...metricsOf(brokerRows, ({ edge }) => edge.counters.broker),
  ...metricsOf(sessionRows, ({ edge }) => edge.counters.sessions),
  ...metricsOf(httpAuthRows, ({ edge }) => edge.counters.httpAuth)
]
