/** `limits`: where everything ends that a peer could make grow. Ours; NanoMQ has none of them. */
import type { LimitsConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import type { Key, Kind } from '../schema/kind.ts'
import { duration, seconds, size, whole, withUnit } from '../schema/scalars.ts'
import { section } from '../schema/section.ts'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const day = 86_400_000

function count (key: string, or: number, says: string): Key<number> {
  return works(key, whole({ min: 1, max: 10_000_000 }), { or, says, ours: true })
}

function bytes (key: string, or: number, says: string): Key<number> {
  return works(key, size({ min: kibibyte, max: 1024 * 1024 * mebibyte }), { or, says, ours: true })
}

function time (key: string, or: number, says: string, min = 100): Key<number> {
  return works(key, duration({ min, max: 3650 * day }, withUnit), { or, says, ours: true })
}

export const limits: Kind<LimitsConfig> = section<LimitsConfig>({
  keys: {
    maxConnections: count('max_connections', 10_000, 'Connections of devices, over all listeners.'),
    maxConnectionsPerAddress: count('max_connections_per_address', 2000, 'Connections from one IP address. Devices behind one router share it.'),
    maxConnectRate: count('max_connect_rate', 1000, 'CONNECTs per second, over all listeners. What is beyond is refused, and devices come again.'),
    maxConcurrentHandshakes: count('max_concurrent_handshakes', 100, 'TLS handshakes at one time. What is beyond waits.'),
    connectTimeoutMs: time('connect_timeout', 10_000, 'A connection must have sent its CONNECT within this time.'),
    partialFrameBytes: bytes('partial_frame_bytes', 64 * mebibyte, 'Bytes of packets that have not come in whole, over all connections.'),
    maxSubscriptionsPerClient: count('max_subscriptions_per_client', 1000, 'Subscriptions of one session. One more is answered with 0x80.'),
    maxTopicLevels: works('max_topic_levels', whole({ min: 2, max: 100 }), { or: 100, ours: true, says: 'Levels of a topic or filter; the session keeper takes no more than 100.' }),
    maxWillSize: bytes('max_will_size', 64 * kibibyte, 'Payload of a will.'),
    maxQueuedBytesPerSession: bytes('max_queued_bytes_per_session', 16 * mebibyte, 'As `mqtt.max_mqueue_len`, in bytes; whichever is reached first.'),
    maxSessions: count('max_sessions', 10_000, 'Sessions, of devices that are here and of those that are away.'),
    sessionExpiryMs: time('session_expiry', 30 * day, 'The session of a device that stays away is forgotten after this time. 0s: never.', 0),
    maxRetainedMessages: count('max_retained_messages', 100_000, 'Retained messages.'),
    maxRetainedBytes: bytes('max_retained_bytes', 128 * mebibyte, 'Their topics and payloads.'),
    maxInboundQos2: count('max_inbound_qos2', 1000, 'QoS 2 handshakes that a device may have open. One more ends the connection.'),
    maxOwedAcknowledgements: count('max_owed_acknowledgements', 1000, 'Acknowledgements owed to a device. Beyond it, nothing more is read from its connection until some are given.'),
    maxSubscriberBacklogBytes: bytes('max_subscriber_backlog_bytes', 4 * mebibyte, 'Bytes that wait in the connection of a subscriber that does not read. Beyond it, QoS 0 for it is dropped and counted.'),
    maxKeepaliveSeconds: works('max_keepalive', seconds({ min: 0, max: 65_535 }), { or: 0, ours: true, says: 'Longest keep-alive of a device; one that asks for more, or for none, is treated as if it had asked for this. 0s: no limit.' }),
    qos0WaitMs: time('qos0_wait', 1000, 'A message of QoS 0 waits so long for room in a bridge that is up and busy; then it goes without that bridge, counted.', 0)
  }
})
