/** `bridges.mqtt.NAME`: one link to a remote broker. */
import type { BridgeConfig, Durability, WillConfig } from '../model.ts'
import { isTopicName } from '../../mqtt/topic-name.ts'
import { isDeadLetterTemplate } from '../dead-letter-topic.ts'
import { blocks, list } from '../schema/groups.ts'
import { block, context, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, choice, duration, mqttString, oneOf, seconds, size, text, whole, withUnit } from '../schema/scalars.ts'
import { remoteAddress } from '../schema/remote-address.ts'
import { type Keys, section, shaped } from '../schema/section.ts'
import { bridgeOthers } from './bridge-others.ts'
import { notifications } from './bridge-notifications.ts'
import { connProperties, subProperties, willProperties } from './bridge-properties.ts'
import { bridgeSsl } from './bridge-ssl.ts'
import { bridgeTcp } from './bridge-tcp.ts'
import { type BridgeValues, checkBridge } from './bridge-checks.ts'
import { placeText } from './pieces.ts'
import { rateLimit } from './rate-limit.ts'
import { forwardRule, subscriptionRule } from './topic-rules.ts'

const will: Kind<WillConfig> = section<WillConfig>({
  keys: {
    topic: required('topic', text(() => mqttString().refine(isTopicName, { message: 'must be a topic name, without wildcards' })), { says: 'Topic at the remote. NanoMQ silently drops a will without topic or payload; here both are required.' }),
    payload: required('payload', text(mqttString), { says: 'What is published.' }),
    qos: works('qos', oneOf([0, 1, 2]), { or: 0, says: 'QoS of the will.' }),
    retain: works('retain', bool(), { or: false, says: 'Whether the remote keeps it.' }),
    properties: works('properties', willProperties, { or: null, says: 'MQTT 5: properties of the will.' })
  }
})

const mebibyte = 1024 ** 2

const keys: Keys<BridgeValues> = {
  name: context(placeText, reading => reading.name),
  server: required('server', remoteAddress(), { says: 'The remote broker: `tls+mqtt-tcp://HOST:PORT`, or `mqtt-tcp://HOST:PORT` without TLS. The port is required; an IPv6 address stands in brackets.' }),
  hybridBridging: works('hybrid_bridging', bool(), { or: false, says: 'true: while `server` can not be connected to, those of `hybrid_servers` are tried, in their order. The link goes back to `server` when that has accepted another connection, until when the old one serves on.' }),
  hybridServers: works('hybrid_servers', list(remoteAddress()), { or: [], shown: 'none', says: 'Servers for `hybrid_bridging`, each verified as `server` is. Each keeps a session of its own: what one has not acknowledged goes to the next as new.' }),
  enable: works('enable', bool(), { or: true, says: 'false: the bridge is checked but not started.' }),
  protoVer: works('proto_ver', oneOf([3, 4, 5]), {
    or: 4,
    says: 'MQTT version: 4 is 3.1.1, 5 is 5.0.',
    refusal: { when: value => value === 3, value: '3', why: 'MQTT 3.1 is not spoken: with 3, NanoMQ itself connects without client id and password', remedy: 'Write proto_ver = 4' }
  }) as Keys<BridgeValues>['protoVer'], // 3 does not get past its refusal
  clientid: works('clientid', text(mqttString), { or: null, nanomq: 'a new random one at each connect', says: 'Client id at the remote. Left out, one is made once and kept where `persistence` is, without it until the process ends. `""` with `proto_ver = 5`: the remote assigns one, which is kept in the same way and said from then on; with 3.1.1 as left out.' }),
  links: works('links', whole({ min: 1, max: 16, unit: 'connections' }), {
    or: 1,
    ours: true,
    says: 'Connections to the remote, among which messages are shared out by their publisher: each device keeps its order. The first has the client id of the bridge and its subscriptions, the others have -2, -3 … behind it. Each has a session, a window, `max_send_queue_len` and the limits of `spool` for itself.'
  }),
  keepaliveSeconds: works('keepalive', seconds({ min: 1, max: 65_535 }), { or: 60, says: 'The remote is pinged after this time without traffic. A dead link is found by it, so that it can not be 0.' }),
  cleanStart: works('clean_start', bool(), { or: true, says: 'true: the remote forgets the session with the connection, and with it what it had queued for this bridge. false is recommended.' }),
  username: works('username', text(mqttString), { or: null, says: 'User name at the remote.' }),
  password: works('password', text(mqttString), { or: null, secret: true, says: 'Password at the remote. It is sent only after the server has been verified.' }),
  noLocalV4: works('no_local_v4', bool(), { or: true, says: 'MQTT 3.1.1: tells the remote that this is a bridge (bit 0x80 of the protocol level), so that it does not send messages back.' }),
  backoffMaxMs: works('backoff_max', duration({ min: 10, max: 3_600_000 }, { bare: 's', nanomq: 'seconds' }), {
    or: 60_000,
    nanomq: '5s (its manual: 60s)',
    says: 'Longest wait before the next attempt to connect. The waits grow at random up to it, and start anew after a stable connection.'
  }),
  connectTimeoutMs: works('connect_timeout', duration({ min: 100, max: 600_000 }, withUnit), { or: 10_000, ours: true, says: 'Connecting, and the answer to CONNECT, must each be done within this time.' }),
  maxSendQueueLen: works('max_send_queue_len', whole({ min: 1, max: 10_000_000, unit: 'messages' }), {
    or: 10_000,
    nanomq: '0: every such message is lost',
    says: 'Messages of QoS 1 and 2 that may wait while the link is down or full. When it is full, acknowledgements are held back; nothing is dropped. Rules of another priority or durability have a queue of their own, and an equal part of this.'
  }),
  maxSendQueueBytes: works('max_send_queue_bytes', size({ min: 1024, max: 64 * 1024 * mebibyte }), { or: 64 * mebibyte, ours: true, says: 'As `max_send_queue_len`, in bytes; whichever is reached first. While the link keeps pace it is not asked for more than 6 MiB of it.' }),
  maxInflight: works('max_inflight', whole({ min: 1, max: 30_000, unit: 'messages' }), {
    or: null,
    shown: '16000',
    ours: true,
    says: 'Messages of QoS 1 that may wait for the acknowledgement of the remote, at most. It begins with 1000, is doubled with each whole window that is answered, and halved when a link breaks before all is answered that was sent again on it. An MQTT 5 remote may ask for fewer.'
  }),
  maxInflightQos2: works('max_inflight_qos2', whole({ min: 1, max: 1000, unit: 'messages' }), {
    or: null,
    shown: '16 for MQTT 3.1.1, 1000 for MQTT 5',
    ours: true,
    says: 'As `max_inflight`, of QoS 2; begins with 100. A remote of 3.1.1 can not say how many it takes: mosquitto 2.0 acknowledges and silently loses what goes beyond its `max_inflight_messages` of 20, so raise it only together with that.'
  }),
  required: works('required', bool(), { or: true, ours: true, says: 'false: best effort. The bridge never holds an acknowledgement back, and what finds no room in its queue is dropped and counted.' }),
  durability: works('durability', choice(['memory', 'spool', 'remote']), {
    or: null,
    shown: 'spool where a directory for it is named, else memory',
    ours: true,
    says: 'When a device is acknowledged: once its message waits in memory, once it is on disk or with the remote (whichever comes first), or once the remote has acknowledged it.'
  }),
  ackTimeoutMs: works('cancel_timeout', duration({ min: 1, max: 3_600_000 }, { bare: 'ms', nanomq: 'number' }), {
    or: 60_000,
    nanomq: '10000: the message is given up',
    says: 'A link whose remote acknowledges nothing of what is under way for so long is stuck: it is ended and made anew, and everything is sent again. No message is given up. At least 1 s.'
  }),
  retryQos0: works('retry_qos_0', bool(), {
    or: false,
    says: 'true: up to 256 KiB of QoS 0 wait while the link is down, and the rest is dropped, counted. NanoMQ drops them all in spite of the key. A link that is merely busy drops none either way.'
  }),
  spoolQos0: works('spool_qos0', bool(), {
    or: false,
    ours: true,
    says: 'true: messages of QoS 0 are kept on disk as those of QoS 1 are, and go to the remote with QoS 1, since only then it tells that it has them. A rule with `qos = 0` leaves its messages out. Needs `durability = spool`.'
  }),
  maxHops: works('max_hops', whole({ min: 1, max: 100, unit: 'nodes' }), {
    or: null,
    shown: 'not counted',
    ours: true,
    says: 'MQTT 5: messages are marked with this node as they leave (user property `causeway-via`, some 25 bytes), and none goes up that has come through so many nodes. A node takes in no message that has left it before, so that rings of bridges end with one copy at each.'
  }),
  transparent: works('transparent', bool(), {
    or: false,
    says: 'true: what devices here subscribe to is asked of the remote too, under the same name, as long as one of them holds it (also while a stored session is away), at most 1,000 filters; a filter that another covers is not asked for twice. What comes by it keeps its topic. One device that subscribes to `#` draws everything over the link: `auth` says who may.'
  }),
  topicAlias: works('topic_alias', whole({ min: 0, max: 65_535, unit: 'topics' }), {
    or: 0,
    ours: true,
    says: 'MQTT 5: so many topics, and no more than the remote takes (Topic Alias Maximum), are sent as two bytes once they have been sent twice on a connection. Worth it where topics are long, payloads small and the link is metered. 0: names are always sent in full.'
  }),
  forwardBridged: works('forward_bridged', bool(), {
    or: false,
    ours: true,
    says: 'true: what came by another bridge goes on by this one. Never does a message go back by the bridge it came by.'
  }),
  setAsideAfter: works('set_aside_after', whole({ min: 0, max: 1000, unit: 'links' }), {
    or: 3,
    ours: true,
    says: 'MQTT 3.1.1 can not refuse a message: a remote that does not take one ends the link. When it has ended so many in a row with the same message the oldest under way, that is sent alone, on a link that has lived for a second; if that ends too, the message is let go, counted and reported, and the others go on. 0: it is tried for ever, and those behind it wait.'
  }),
  deadLetterTopic: works('dead_letter_topic', text(() => mqttString().refine(isDeadLetterTemplate, { message: 'must be a topic name without wildcards, in which {name} may stand for the bridge and /{topic} at the end' })), {
    or: null,
    ours: true,
    says: 'Topic here on which messages are published that the remote refuses, that are larger than it takes, or on which it ends the link: with QoS 1, not retained. `{name}` is the bridge, `/{topic}` at the end the topic at the remote. Reason, topic and bridge are also in user properties (`causeway-dead-letter-…`). No bridge forwards these topics.'
  }),
  ssl: works('ssl', bridgeSsl, { or: null, says: 'TLS of the connection.' }),
  tcp: block('tcp', bridgeTcp, { says: 'Options of the socket.' }),
  rateLimit: block('rate_limit', rateLimit, { ours: true, says: 'How much may cross in a second. Nothing is lost by it: it slows.' }),
  will: works('will', will, { or: null, says: 'Published by the remote when this bridge is lost.' }),
  notifications: works('notifications', notifications, { or: null, ours: true, says: 'The remote is told whether the bridge is there. Not together with `will`.' }),
  connProperties: works('conn_properties', connProperties, { or: null, says: 'MQTT 5: properties of CONNECT.' }),
  subProperties: works('sub_properties', subProperties, { or: null, says: 'MQTT 5: properties of SUBSCRIBE.' }),
  forwards: works('forwards', blocks(forwardRule), { or: [], says: 'What goes up, in this order. A message goes up once for each rule that matches it.' }),
  subscription: works('subscription', blocks(subscriptionRule), { or: [], says: 'What comes down. The first rule that matches a message is applied.' })
}

/** A bridge but for where its messages wait, which the whole file decides. */
export interface UnplacedBridge extends Omit<BridgeConfig, 'durability' | 'spool'> {
  readonly durability: Durability | null
}

export const bridge: Kind<UnplacedBridge> = shaped<BridgeValues, UnplacedBridge>({ keys, others: bridgeOthers, rules: checkBridge }, asConfig)

function asConfig ({ ssl, hybridBridging, ...given }: BridgeValues): UnplacedBridge {
  const values = { ...given, hybridServers: hybridBridging ? given.hybridServers : [] }
  if (!values.server.secure || ssl?.cacertfile == null) return { ...values, tls: null }
  const { enable, verifyPeer, cacertfile, ...more } = ssl
  return { ...values, tls: { cacertfile, ...more } }
}
