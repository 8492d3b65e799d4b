/** What NanoMQ knows in a bridge and Causeway does not do: why it does no harm, or why it is refused. */
import { areDisabled, inert, isDisabled, refused } from '../schema/key.ts'
import type { OtherKey } from '../schema/kind.ts'

const quic = 'it belongs to QUIC, which is not spoken here.'
const resend = 'TCP repeats what is lost on the way. What is unacknowledged is sent again when the link is back [MQTT-4.4.0-1], and is never given up; cancel_timeout says when a link counts as stuck.'
const once = 'it moved into the bridge itself with NanoMQ 0.19, which ignores it.'

export const bridgeOthers: readonly OtherKey[] = [
  inert('name', 'string', 'the name of a bridge is the word before its block, as in NanoMQ.'),
  refused('connector', 'block', { says: once, remedy: 'Move the keys of connector one level up, into the bridge' }),
  inert('max_parallel_processes', 'number', 'NanoMQ\'s receivers; here one connection takes what comes, in order.'),
  inert('max_recv_queue_len', 'number', 'for TCP and TLS it has none in NanoMQ either.'),
  inert('resend_interval', 'number', resend),
  inert('resend_wait', 'number', resend),
  inert('busy_wait', 'number', 'NanoMQ 0.25 has no such key either.'),
  ...['quic_keepalive', 'quic_idle_timeout', 'quic_discon_timeout', 'quic_handshake_timeout', 'quic_send_idle_timeout'].map(key => inert(key, 'duration', quic)),
  ...['quic_initial_rtt_ms', 'quic_max_ack_delay_ms'].map(key => inert(key, 'duration', quic)),
  ...['quic_multi_stream', 'quic_qos_priority', 'quic_0rtt'].map(key => inert(key, 'true or false', quic))
]

const loses = 'the messages it should carry would be lost'

/** Further kinds of bridges in NanoMQ. */
export const otherBridges: readonly OtherKey[] = [
  refused('aws', 'named blocks', {
    says: `bridges to AWS IoT by NanoMQ's own client are not built in: ${loses}`,
    remedy: 'AWS IoT speaks MQTT over TLS: make it a bridges.mqtt.NAME with server = "tls+mqtt-tcp://HOST:8883", certfile and keyfile',
    harmless: areDisabled
  }),
  refused('nng', 'block', { says: `bridges to nanomsg are not built in: ${loses}`, remedy: 'Remove the block', harmless: isDisabled })
]
