/** What NanoMQ knows in a bridge and Causeway does not do: why it does no harm, or why it is refused. */
import type { HoconNode, HoconObject } from '../hocon/tree.ts'
import { areDisabled, inert, isDisabled, refused } from '../schema/key.ts'
import type { OtherKey } from '../schema/kind.ts'

const quic = 'it belongs to QUIC, which is not spoken here.'
const resend = 'what is unacknowledged is sent again when the link is back [MQTT-4.4.0-1], and is never given up.'
const mqtt5 = 'it needs properties of MQTT 5, which bridges do not send in this version.'
const once = 'it moved into the bridge itself with NanoMQ 0.19, which ignores it.'

function isFalse (node: HoconNode): boolean {
  return node.kind === 'scalar' && node.text.toLowerCase() === 'false'
}

function isZero (node: HoconNode): boolean {
  return node.kind === 'scalar' && Number(node.text) === 0
}

/** A session that ends with its connection is what MQTT 5 has without the key, too. */
function asksForNoSession (node: HoconNode, bridge: HoconObject): boolean {
  const version = bridge.fields.get('proto_ver')?.value
  if (version?.kind !== 'scalar' || version.text !== '5') return true // they are of MQTT 5 only
  if (node.kind !== 'object') return false
  const expiry = node.fields.get('session_expiry_interval')?.value
  return expiry === undefined || isZero(expiry)
}

export const bridgeOthers: readonly OtherKey[] = [
  inert('name', 'string', 'the name of a bridge is the word before its block, as in NanoMQ.'),
  refused('connector', 'block', { says: once, remedy: 'Move the keys of connector one level up, into the bridge' }),
  refused('transparent', 'true or false', {
    says: 'subscriptions of devices are not passed on to the remote in this version: they would get nothing from it',
    remedy: 'List the topics in subscription, and set transparent = false',
    harmless: isFalse
  }),
  refused('hybrid_bridging', 'true or false', {
    says: 'there is no failover to other servers in this version: with the first one down, messages would only wait',
    remedy: 'Set hybrid_bridging = false, or give server a name that fails over by DNS',
    harmless: isFalse
  }),
  inert('hybrid_servers', 'list of URL', 'they are servers for hybrid_bridging.'),
  inert('max_parallel_processes', 'number', 'NanoMQ\'s receivers; here one connection takes what comes, in order.'),
  inert('max_recv_queue_len', 'number', 'for TCP and TLS it has none in NanoMQ either.'),
  inert('retry_qos_0', 'true or false', 'QoS 0 is not kept while the link is down, as in NanoMQ; a link that is merely busy drops none.'),
  inert('resend_interval', 'number', resend),
  inert('resend_wait', 'number', resend),
  inert('cancel_timeout', 'number', resend),
  inert('busy_wait', 'number', 'NanoMQ 0.25 has no such key either.'),
  refused('conn_properties', 'block', {
    says: 'a session that outlives its connection with MQTT 5 (session_expiry_interval) is not in this version: what the remote queues for it would be lost',
    remedy: 'Remove session_expiry_interval, or use proto_ver = 4 with clean_start = false',
    harmless: asksForNoSession,
    inner: [
      ['session_expiry_interval', 'number', 'Refused unless 0, see above.'],
      ['receive_maximum', 'number', 'The default of MQTT 5, 65535, is used.', 'no effect'],
      ['maximum_packet_size', 'number', 'No limit is announced.', 'no effect'],
      ['topic_alias_maximum', 'number', 'The remote is not allowed to use aliases.', 'no effect'],
      ['request_problem_infomation', 'number', 'NanoMQ\'s spelling. The remote may send reasons as it likes; they are logged.', 'no effect'],
      ['request_problem_information', 'number', 'The right spelling, which NanoMQ ignores.', 'no effect'],
      ['request_response_infomation', 'number', 'NanoMQ\'s spelling. Not asked for.', 'no effect'],
      ['request_response_information', 'number', 'The right spelling, which NanoMQ ignores.', 'no effect'],
      ['user_property', 'block', 'Not sent.', 'no effect']
    ]
  }),
  inert('sub_properties', 'block', {
    says: mqtt5,
    inner: [['identifier', 'number', 'No subscription identifier is sent.'], ['user_property', 'block', 'Not sent.']]
  }),
  ...['quic_keepalive', 'quic_idle_timeout', 'quic_discon_timeout', 'quic_handshake_timeout', 'quic_send_idle_timeout'].map(key => inert(key, 'duration', quic)),
  ...['quic_initial_rtt_ms', 'quic_max_ack_delay_ms'].map(key => inert(key, 'duration', quic)),
  ...['quic_multi_stream', 'quic_qos_priority', 'quic_0rtt'].map(key => inert(key, 'true or false', quic)),
  refused('links', 'number', { ours: true, says: 'several connections for one bridge are not in this version', remedy: 'Remove the key' }),
  refused('forward_bridged', 'true or false', {
    ours: true,
    says: 'passing on what another bridge brought is not in this version: those messages would not arrive',
    remedy: 'Remove the key',
    harmless: isFalse
  })
]

export const willOthers: readonly OtherKey[] = [
  inert('properties', 'block', {
    says: mqtt5,
    inner: ['payload_format_indicator', 'message_expiry_interval', 'content_type', 'response_topic', 'correlation_data', 'will_delay_interval', 'user_property']
      .map(key => [key, key === 'user_property' ? 'block' : 'number or string', 'Not sent.'])
  })
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
