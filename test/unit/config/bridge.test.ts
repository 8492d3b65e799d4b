/** `bridges.mqtt.NAME`: defaults, values, and what the keys of one bridge must agree on. */
import { test } from 'tap'
import { bridgeOf, bridgeText, configOf, inspectText, problemsOf, warningsOf } from '../../support/config-text.ts'
import { noDemands } from '../../../src/trust/peer/demands.ts'

test('the defaults', async t => {
  t.same(bridgeOf(bridgeText()), {
    name: 'b',
    enable: true,
    server: { secure: true, host: 'r.example', port: 8883, url: 'tls+mqtt-tcp://r.example:8883' },
    hybridServers: [],
    protoVer: 4,
    clientid: null,
    keepaliveSeconds: 60,
    cleanStart: true,
    username: null,
    password: null,
    noLocalV4: true,
    backoffMaxMs: 60_000,
    connectTimeoutMs: 10_000,
    maxSendQueueLen: 10_000,
    maxSendQueueBytes: 67_108_864,
    maxInflight: null,
    maxInflightQos2: null,
    required: true,
    durability: 'memory',
    spool: null,
    tls: { ...noDemands, cacertfile: '/site/ca.pem', certfile: null, keyfile: null, keyPassword: null, sni: null, handshakeTimeoutMs: 10_000, strategy: 'canary', canaryGraceMs: null },
    tcp: { nodelay: true, keepalive: false, keepidleMs: 60_000, bindInterface: null },
    ackTimeoutMs: 60_000,
    retryQos0: false,
    spoolQos0: false,
    rateLimit: { up: null, down: null },
    forwardBridged: false,
    maxHops: null,
    transparent: false,
    links: 1,
    topicAlias: 0,
    setAsideAfter: 3,
    deadLetterTopic: null,
    will: null,
    notifications: null,
    connProperties: null,
    subProperties: null,
    forwards: [{ localTopic: 'a/#', remoteTopic: '', exclude: [], qos: null, retain: null, prefix: '', suffix: '', place: 'test.conf:5:14', priority: 'normal', durability: null }],
    subscription: []
  })
})

test('every key', async t => {
  const bridge = bridgeOf(`Bridges.MQTT.North-1 {
    server = "tls+mqtt-tcp://[2001:db8::1]:8884", enable = true, proto_ver = 5, clientid = c, keepalive = 2m, clean_start = true
    username = u, password = "p w", no_local_v4 = false, backoff_max = 30s, connect_timeout = 3s, max_send_queue_len = 5
    max_send_queue_bytes = 1MB, required = false, durability = remote
    ssl { cacertfile = /ca.pem, certfile = /c.pem, keyfile = /k.pem, key_password = s, sni = n.example, verify_peer = true, handshake_timeout = 4s, strategy = lazy, canary_grace = 1h }
    tcp { nodelay = false, keepalive = true, keepidle = 20s, bind_interface = "10.0.0.7" }
    will { topic = gone, payload = bye, qos = 2, retain = true, properties { payload_format_indicator = 1, message_expiry_interval = 1h, content_type = t, response_topic = r, correlation_data = c, will_delay_interval = 5s, user_property { a = b } } }
    cancel_timeout = 8000, retry_qos_0 = true, forward_bridged = true, topic_alias = 20, transparent = true
    conn_properties { session_expiry_interval = 60, receive_maximum = 5, maximum_packet_size = 1MB, request_problem_information = 0, request_response_infomation = 1, user_property { a = b } }
    sub_properties { identifier = 3, user_property { c = d } }
    forwards = [
      { local_topic = "x/#", remote_topic = "#", qos = 0, retain = 1, prefix = "p/", suffix = "/s" }
      { local_topic = "y", remote_topic = "z", retain = 0 }
    ]
    subscription = [
      { remote_topic = "cmd/+", local_topic = "+", qos = 2, retain = 1, prefix = "d/", nolocal = false, retain_as_published = 1, retain_handling = 2 }
      { remote_topic = "k", local_topic = "" }
    ]
  }`)
  t.match(bridge, {
    name: 'North-1',
    protoVer: 5,
    transparent: true,
    topicAlias: 20,
    clientid: 'c',
    keepaliveSeconds: 120,
    cleanStart: true,
    username: 'u',
    password: 'p w',
    noLocalV4: false,
    backoffMaxMs: 30_000,
    connectTimeoutMs: 3000,
    maxSendQueueLen: 5,
    maxSendQueueBytes: 1_048_576,
    required: false,
    durability: 'remote',
    server: { secure: true, host: '2001:db8::1', port: 8884 },
    tls: { ...noDemands, cacertfile: '/ca.pem', certfile: '/c.pem', keyfile: '/k.pem', keyPassword: 's', sni: 'n.example', handshakeTimeoutMs: 4000, strategy: 'lazy', canaryGraceMs: 3_600_000 },
    tcp: { nodelay: false, keepalive: true, keepidleMs: 20_000, bindInterface: '10.0.0.7' },
    ackTimeoutMs: 8000,
    retryQos0: true,
    forwardBridged: true,
    will: {
      topic: 'gone',
      payload: 'bye',
      qos: 2,
      retain: true,
      properties: { payloadFormatIndicator: true, messageExpirySeconds: 3600, contentType: 't', responseTopic: 'r', correlationData: 'c', willDelaySeconds: 5, userProperties: { a: 'b' } }
    },
    connProperties: { sessionExpirySeconds: 60, receiveMaximum: 5, maximumPacketSize: 1_048_576, requestProblemInformation: false, requestResponseInformation: true, userProperties: { a: 'b' } },
    subProperties: { identifier: 3, userProperties: { c: 'd' } }
  })
  t.match(bridge.forwards, [{ localTopic: 'x/#', remoteTopic: '#', qos: 0, retain: true, prefix: 'p/', suffix: '/s' }, { qos: null, retain: false }])
  t.match(bridge.subscription, [
    { remoteTopic: 'cmd/+', localTopic: '+', qos: null, subscribeQos: 2, retain: true, prefix: 'd/', noLocal: false, retainAsPublished: true, retainHandling: 2 },
    { subscribeQos: 0, retain: null, noLocal: true, retainAsPublished: false, retainHandling: 0 }
  ])
})

test('rules take the name of the node from the environment, and leave topics out', async t => {
  const site = '$' + '{SITE}'
  const text = `bridges.mqtt.b { server = "mqtt-tcp://h:1", forwards = [{ local_topic = "site/+/temp", remote_topic = "fleet/"${site}"/{1}/temperature", exclude = ["site/test/#", "site/+/raw"] }] }`
  const { config, report } = inspectText(text, { SITE: '17' })
  t.same(report.problems, [])
  t.match(config?.bridges[0]?.forwards, [{ remoteTopic: 'fleet/17/{1}/temperature', exclude: ['site/test/#', 'site/+/raw'] }])
})

test('what has no effect with MQTT 3.1.1, or may go round, is said', async t => {
  const text = (version: number): string => warningsOf(bridgeText(`proto_ver = ${version}, forward_bridged = true, topic_alias = 5, sub_properties { identifier = 3 }, will { topic = a, payload = b, properties { content_type = c } }`)).join('\n')
  t.match(text(4), /sub_properties 6:\d+ is not sent/)
  t.match(text(4), /will\.properties 6:\d+ is not sent/)
  t.match(text(4), /topic_alias 6:\d+ has no effect/)
  t.match(text(4), /forward_bridged 6:\d+ .*go round for ever/)
  t.equal(text(5), '')
  t.match(warningsOf(bridgeText('tcp { bind_interface = wlan0, quickack = true }')).join('\n'), /bind_interface .*routes of the operating system[^]*quickack .*Node can not set it|quickack[^]*bind_interface/)
})

test('a bridge without TLS has none', async t => {
  const bridge = bridgeOf('bridges.mqtt.b { server = "mqtt-tcp://h:1883", ssl { enable = false, cacertfile = x } }')
  t.equal(bridge.tls, null)
  t.equal(bridge.server.secure, false)
})

test('bridges keep the order of the file, and dotted keys are the same as blocks', async t => {
  const config = configOf('bridges.mqtt.z.server = "mqtt-tcp://h:1"\nbridges.mqtt.a { server = "mqtt-tcp://h:2" }\nbridges.mqtt.z.keepalive = 5s')
  t.same(config.bridges.map(({ name, server, keepaliveSeconds }) => [name, server.port, keepaliveSeconds]), [['z', 1, 5], ['a', 2, 60]])
})

test('what NanoMQ would ignore is taken as it is meant', async t => {
  const text = bridgeText('keepalive = 45\nclientid = 0001\nclean_start = "false"\nusername = 7\npassword = 8\nmax_send_queue_len = "20"')
  const bridge = bridgeOf(text)
  t.match(bridge, { keepaliveSeconds: 45, clientid: '0001', cleanStart: false, username: '7', password: '8', maxSendQueueLen: 20 })
  const warnings = warningsOf(text).join('\n')
  t.match(warnings, /bridges\.mqtt\.b\.keepalive 6:2 NanoMQ ignores 45 without a unit and keeps 60s; taken as 45s/)
  t.match(warnings, /clientid 7:1 NanoMQ ignores 0001/)
  t.match(warnings, /clean_start 8:1 NanoMQ ignores "false" and keeps true; taken as false/)
})

test('a keep-alive below a second becomes one', async t => {
  const text = bridgeText('keepalive = 10ms')
  t.equal(bridgeOf(text).keepaliveSeconds, 1)
  t.match(warningsOf(text).join('\n'), /NanoMQ reads 10ms as 10 minutes[^]*whole seconds; taken as 1s/)
})

test('a disabled bridge that could not be started is left out, and its faults are warnings', async t => {
  const text = 'bridges.mqtt.off { enable = false, server = "mqtt-quic://h:1", proto_ver = 3 }\n' + bridgeText()
  t.same(configOf(text).bridges.map(bridge => bridge.name), ['b'])
  t.match(warningsOf(text).join('\n'), /bridges\.mqtt\.off\.server 1:36 .*QUIC.*left out, as it is disabled/)
})

test('a disabled bridge that could be started stays, for whoever enables it', async t => {
  t.same(configOf(bridgeText('enable = false')).bridges.map(bridge => [bridge.name, bridge.enable]), [['b', false]])
})

test('a session that forgets is advised against', async t => {
  const sub = 'subscription = [{ remote_topic = c, local_topic = "" }]'
  t.match(inspectText(bridgeText(sub)).report.advice, [{ path: 'bridges.mqtt.b.clean_start' }])
  t.same(inspectText(bridgeText(`${sub}\nclean_start = false\nclientid = c`)).report.advice, [])
})

test('one block in place of a list is a list of one', async t => {
  const text = 'bridges.mqtt.b { server = "mqtt-tcp://h:1", forwards = { local_topic = a, remote_topic = b } }'
  t.match(bridgeOf(text).forwards, [{ localTopic: 'a', remoteTopic: 'b' }])
  t.match(warningsOf(text).join('\n'), /forwards 1:\d+ NanoMQ ignores a block in place of a list/)
})

test('all problems come at once, in the order of the file', async t => {
  const problems = problemsOf('bridges.mqtt.b {\n server = "tls+mqtt-tcp://h"\n qoss = 1\n keepalive = never\n forwards = [\n  { local_topic = a, qos = 9 }\n  7\n ]\n will { topic = "a/#" }\n}')
  t.same(problems.map(line => line.split(' ').slice(0, 2).join(' ')), [
    'bridges.mqtt.b.server 2:2',
    'bridges.mqtt.b.qoss 3:2',
    'bridges.mqtt.b.keepalive 4:2',
    'bridges.mqtt.b.forwards[0].remote_topic 6:3',
    'bridges.mqtt.b.forwards[0].qos 6:22',
    'bridges.mqtt.b.forwards[1] 7:3',
    'bridges.mqtt.b.will.payload 9:2',
    'bridges.mqtt.b.will.topic 9:9'
  ])
})

test('one bridge in several blocks is one bridge, as long as they do not contradict each other about the server', async t => {
  const twice = 'bridges.mqtt.b { "ser\\u0076er" = "mqtt-tcp://h:1" }\nbridges.mqtt.b { keepalive = 5s }\nbridges.mqtt.b { server = "mqtt-tcp://h:1" }'
  t.match(configOf(twice).bridges, [{ name: 'b', keepaliveSeconds: 5, server: { port: 1 } }])
})

test('a session that lasts needs a name that lasts', async t => {
  const text = bridgeText('clean_start = false')
  t.match(inspectText(text).report.advice, [{ path: 'bridges.mqtt.b.clientid', hint: 'Name a clientid' }])
  t.same(inspectText(`${text}\npersistence { dir = d }`).report.advice, [])
  t.same(inspectText(bridgeText('clean_start = false\nclientid = c')).report.advice, [])
})
