/** Each refusal: the key, its place, and a reason that says what to do. */
import { test } from 'tap'
import { bridgeText, inspectText } from '../../support/config-text.ts'

interface Row {
  readonly text: string
  readonly path: string
  /** `line:column`. */
  readonly at: string
  readonly says: RegExp
}

const tcp = (more: string): string => `bridges.mqtt.b { server = "mqtt-tcp://h:1"\n${more} }`
const rule = (more: string): string => tcp(`forwards = [{ ${more} }]`)
const down = (more: string): string => tcp(`subscription = [{ ${more} }]`)
const caHint = /ca-certificates\.crt/

const rows: Readonly<Record<string, Row>> = {
  'verify_peer = false': { text: bridgeText('', 'verify_peer = false'), path: 'bridges.mqtt.b.ssl.verify_peer', at: '4:2', says: /anybody in between.*cacertfile/ },
  'verify_peer = "no"': { text: bridgeText('', 'verify_peer = "no"'), path: 'bridges.mqtt.b.ssl.verify_peer', at: '4:2', says: /anybody in between/ },
  'TLS without ssl': { text: 'bridges.mqtt.b {\n server = "tls+mqtt-tcp://h:1" }', path: 'bridges.mqtt.b.ssl', at: '1:14', says: caHint },
  'TLS with ssl disabled': { text: 'bridges.mqtt.b { server = "tls+mqtt-tcp://h:1"\nssl { enable = false } }', path: 'bridges.mqtt.b.ssl', at: '2:1', says: caHint },
  'TLS without cacertfile': { text: 'bridges.mqtt.b { server = "tls+mqtt-tcp://h:1"\nssl { sni = x } }', path: 'bridges.mqtt.b.ssl.cacertfile', at: '2:1', says: caHint },
  'cacertfile empty': { text: 'bridges.mqtt.b { server = "tls+mqtt-tcp://h:1"\nssl { cacertfile = "" } }', path: 'bridges.mqtt.b.ssl.cacertfile', at: '2:7', says: /must be a path/ },
  'TCP with ssl': { text: tcp('ssl { cacertfile = x }'), path: 'bridges.mqtt.b.server', at: '1:18', says: /not clear whether TLS is wanted.*enable = false/ },
  'certfile alone': { text: bridgeText('', 'certfile = x'), path: 'bridges.mqtt.b.ssl.certfile', at: '4:2', says: /without keyfile/ },
  'keyfile alone': { text: bridgeText('', 'keyfile = x'), path: 'bridges.mqtt.b.ssl.keyfile', at: '4:2', says: /without certfile/ },
  pins: { text: bridgeText('', 'pins = [x]'), path: 'bridges.mqtt.b.ssl.pins[0]', at: '4:10', says: /sha256\/\/ and the base64/ },
  'no TLS version': { text: bridgeText('', 'tls_versions = []'), path: 'bridges.mqtt.b.ssl.tls_versions', at: '4:2', says: /no version of TLS/ },
  'TLS 1.1': { text: bridgeText('', 'tls_versions = [tlsv1.1]'), path: 'bridges.mqtt.b.ssl.tls_versions[0]', at: '4:18', says: /tlsv1.2/ },
  'a broken cipher': { text: bridgeText('', 'ciphers = [AECDH-NULL-SHA]'), path: 'bridges.mqtt.b.ssl.ciphers[0]', at: '4:13', says: /broken|no cipher/ },
  'OpenSSL words in ciphers': { text: bridgeText('', 'ciphers = ["ALL:@SECLEVEL=0"]'), path: 'bridges.mqtt.b.ssl.ciphers[0]', at: '4:13', says: /no cipher of this OpenSSL/ },
  'ciphers of the other version': { text: bridgeText('', 'ciphers = [TLS_AES_128_GCM_SHA256], tls_versions = [tlsv1.2]'), path: 'bridges.mqtt.b.ssl.ciphers', at: '4:2', says: /none for the versions/ },
  ocsp: { text: bridgeText('', 'ocsp = sometimes'), path: 'bridges.mqtt.b.ssl.ocsp', at: '4:2', says: /off, staple, must_staple/ },
  'proto_ver = 3': { text: tcp('proto_ver = 3'), path: 'bridges.mqtt.b.proto_ver', at: '2:1', says: /without client id.*proto_ver = 4/ },
  'proto_ver = 6': { text: tcp('proto_ver = 6'), path: 'bridges.mqtt.b.proto_ver', at: '2:1', says: /3, 4 or 5/ },
  'no server': { text: 'bridges.mqtt.b { keepalive = 5s }', path: 'bridges.mqtt.b.server', at: '1:14', says: /is missing/ },
  QUIC: { text: 'bridges.mqtt.b { server = "mqtt-quic://h:1" }', path: 'bridges.mqtt.b.server', at: '1:18', says: /QUIC/ },
  WebSocket: { text: 'bridges.mqtt.b { server = "wss://h:1" }', path: 'bridges.mqtt.b.server', at: '1:18', says: /WebSocket/ },
  'keepalive 0': { text: tcp('keepalive = 0s'), path: 'bridges.mqtt.b.keepalive', at: '2:1', says: /from 1s to 65535s/ },
  'keepalive too long': { text: tcp('keepalive = 20h'), path: 'bridges.mqtt.b.keepalive', at: '2:1', says: /from 1s to 65535s/ },
  'queue of none': { text: tcp('max_send_queue_len = 0'), path: 'bridges.mqtt.b.max_send_queue_len', at: '2:1', says: /from 1 to/ },
  'queue of half': { text: tcp('max_send_queue_len = 1.5'), path: 'bridges.mqtt.b.max_send_queue_len', at: '2:1', says: /whole number/ },
  'password without username': { text: tcp('password = x'), path: 'bridges.mqtt.b.password', at: '2:1', says: /without username/ },
  'a will under a client id that is not known yet': { text: tcp('proto_ver = 5, clientid = "", notifications { topic = "at/{clientid}" }'), path: 'bridges.mqtt.b.notifications', at: '2:31', says: /the remote assigns/ },
  'client id too long': { text: tcp(`clientid = "${'x'.repeat(65_536)}"`), path: 'bridges.mqtt.b.clientid', at: '2:1', says: /65535 bytes/ },
  'durability = spool': { text: tcp('durability = spool'), path: 'bridges.mqtt.b.durability', at: '2:1', says: /no directory for it is named/ },
  'durability = spool of a rule': { text: rule('local_topic = a, remote_topic = b, durability = spool'), path: 'bridges.mqtt.b.forwards[0].durability', at: '2:50', says: /no directory for it is named/ },
  'a priority that is none': { text: rule('local_topic = a, remote_topic = b, priority = urgent'), path: 'bridges.mqtt.b.forwards[0].priority', at: '2:50', says: /high, normal or low/ },
  'transparent over several links': { text: tcp('transparent = true, links = 2'), path: 'bridges.mqtt.b.links', at: '2:21', says: /come back/ },
  'transparent beside a sidecar': { text: 'sidecar { server = "mqtt-tcp://127.0.0.1:1883" }\nbridges.mqtt.b { server = "mqtt-tcp://h:1", transparent = true }', path: 'bridges.mqtt.b.transparent', at: '2:45', says: /does not tell/ },
  'failover from TLS to none': { text: 'bridges.mqtt.b { server = "tls+mqtt-tcp://h:1", ssl { cacertfile = "/ca.pem" }\nhybrid_bridging = true, hybrid_servers = ["mqtt-tcp://i:1"] }', path: 'bridges.mqtt.b.hybrid_servers', at: '2:25', says: /scheme of server/ },
  'failover to itself': { text: tcp('hybrid_bridging = true, hybrid_servers = ["mqtt-tcp://i:1", "mqtt-tcp://i:1"]'), path: 'bridges.mqtt.b.hybrid_servers', at: '2:25', says: /twice/ },
  'user property that is no text': { text: tcp('proto_ver = 5, conn_properties { user_property { a = [1] } }'), path: 'bridges.mqtt.b.conn_properties.user_property.a', at: '2:50', says: /must be a string/ },
  'Receive Maximum of 0': { text: tcp('proto_ver = 5, conn_properties { receive_maximum = 0 }'), path: 'bridges.mqtt.b.conn_properties.receive_maximum', at: '2:34', says: /1 to 65535/ },
  'response topic with wildcard': { text: tcp('will { topic = a, payload = b, properties { response_topic = "a/#" } }'), path: 'bridges.mqtt.b.will.properties.response_topic', at: '2:45', says: /without wildcards/ },
  connector: { text: tcp('connector { }'), path: 'bridges.mqtt.b.connector', at: '2:1', says: /one level up/ },
  'will without payload': { text: tcp('will { topic = x }'), path: 'bridges.mqtt.b.will.payload', at: '2:1', says: /is missing/ },
  'will with wildcard': { text: tcp('will { topic = "a/#", payload = x }'), path: 'bridges.mqtt.b.will.topic', at: '2:8', says: /without wildcards/ },
  'rule without remote_topic': { text: rule('local_topic = a'), path: 'bridges.mqtt.b.forwards[0].remote_topic', at: '2:13', says: /is missing/ },
  'rule that is a string': { text: tcp('forwards = ["a/#"]'), path: 'bridges.mqtt.b.forwards[0]', at: '2:13', says: /must be a block/ },
  'qos 3': { text: rule('local_topic = a, remote_topic = b, qos = 3'), path: 'bridges.mqtt.b.forwards[0].qos', at: '2:50', says: /0, 1 or 2/ },
  'retain 2': { text: rule('local_topic = a, remote_topic = b, retain = 2'), path: 'bridges.mqtt.b.forwards[0].retain', at: '2:50', says: /true or false/ },
  'wildcard in prefix': { text: rule('local_topic = a, remote_topic = b, prefix = "+/"'), path: 'bridges.mqtt.b.forwards[0]', at: '2:13', says: /prefix holds a wildcard/ },
  'wildcard in suffix': { text: rule('local_topic = a, remote_topic = b, suffix = "/#"'), path: 'bridges.mqtt.b.forwards[0]', at: '2:13', says: /suffix holds a wildcard/ },
  'target no part of source': { text: rule('local_topic = "a/#", remote_topic = "b/#"'), path: 'bridges.mqtt.b.forwards[0]', at: '2:13', says: /must be a part of "a\/#"/ },
  '# not last in the target': { text: rule('local_topic = "a/#/b", remote_topic = "#/b"'), path: 'bridges.mqtt.b.forwards[0].local_topic', at: '2:15', says: /topic filter/ },
  'a capture of nothing': { text: rule('local_topic = "a/+", remote_topic = "b/{2}"'), path: 'bridges.mqtt.b.forwards[0]', at: '2:13', says: /names \{2\}.*has 1 wildcard/ },
  'exclude that is no filter': { text: rule('local_topic = "a/#", remote_topic = "", exclude = ["a/#/b"]'), path: 'bridges.mqtt.b.forwards[0].exclude[0]', at: '2:66', says: /topic filter/ },
  'empty source': { text: rule('local_topic = "", remote_topic = b'), path: 'bridges.mqtt.b.forwards[0].local_topic', at: '2:15', says: /chooses the messages/ },
  'down: target no part of source': { text: down('remote_topic = "cmd/+", local_topic = "x/+"'), path: 'bridges.mqtt.b.subscription[0]', at: '2:17', says: /must be a part of "cmd/ },
  'down: malformed filter': { text: down('remote_topic = "a#", local_topic = ""'), path: 'bridges.mqtt.b.subscription[0].remote_topic', at: '2:19', says: /topic filter/ },
  'two bridges with one name': {
    text: 'bridges.mqtt.b { server = "mqtt-tcp://h:1" }\nbridges.mqtt.b { server = "mqtt-tcp://h:2" }',
    path: 'bridges.mqtt.b.server',
    at: '2:18',
    says: /two bridges with one name/
  },
  'two bridges whose names differ in case': {
    text: 'bridges.mqtt.b { server = "mqtt-tcp://h:1" }\nbridges.mqtt.B { server = "mqtt-tcp://h:2" }',
    path: 'bridges.mqtt.b.server',
    at: '2:18',
    says: /two bridges with one name/
  },
  'a name that is a path': { text: 'bridges.mqtt."../x" { server = "mqtt-tcp://h:1" }', path: 'bridges.mqtt.../x', at: '1:14', says: /letters, digits/ },
  'an unknown key': { text: tcp('kepalive = 5s'), path: 'bridges.mqtt.b.kepalive', at: '2:1', says: /neither NanoMQ nor Causeway.*Did you mean "keepalive"\?/ },
  'an unknown section': { text: '\nlisteners.tcp { }\nbridge.mqtt.b { }', path: 'bridge', at: '3:1', says: /Did you mean "bridges"\?/ },
  'prototype pollution': { text: '__proto__ { x = 1 }', path: '__proto__', at: '1:1', says: /neither/ },
  'a value in place of a block': { text: 'mqtt = 5', path: 'mqtt', at: '1:1', says: /must be a block/ },
  'a list in place of a value': { text: 'mqtt.max_mqueue_len = [1]', path: 'mqtt.max_mqueue_len', at: '1:6', says: /one value/ },
  'AWS bridge': { text: 'bridges.aws.c { server = x }', path: 'bridges.aws', at: '1:9', says: /bridges\.mqtt\.NAME/ },
  'nanomsg bridge': { text: 'bridges.nng.pub.c { pub_url = x }', path: 'bridges.nng', at: '1:9', says: /nanomsg/ },
  'a webhook without URL': { text: 'webhook { events = [{ event = on_client_connack }] }', path: 'webhook', at: '1:1', says: /has no url/ },
  'a webhook by https without CA': { text: 'webhook { url = "https://x", events = [{ event = on_client_connack }] }', path: 'webhook.url', at: '1:11', says: /whom to trust/ },
  'a webhook that is not verified': { text: 'webhook { url = "https://x"\nssl { verify_peer = false, cacertfile = a } }', path: 'webhook.ssl.verify_peer', at: '2:7', says: /neither/ },
  'a webhook by http with ssl': { text: 'alerts { url = "http://x", ssl { cacertfile = a } }', path: 'alerts.ssl', at: '1:28', says: /nothing would be encrypted/ },
  'a webhook for an event that is not': { text: 'webhook { url = "http://x", events = [{ event = on_client_subscribe }] }', path: 'webhook.events[0].event', at: '1:41', says: /on_client_connack/ },
  'a webhook with half a pair': { text: 'alerts { url = "https://x", ssl { cacertfile = a\ncertfile = b } }', path: 'alerts.ssl.certfile', at: '2:1', says: /without keyfile/ },
  'a header that is a line': { text: 'alerts { url = "http://x", headers { a = "b\\r\\nc: d" } }', path: 'alerts.headers.a', at: '1:38', says: /control characters/ },
  'a header of our own': { text: 'alerts { url = "http://x", headers { Content-Length = 5 } }', path: 'alerts.headers.Content-Length', at: '1:38', says: /no name for a header/ },
  'a short secret': { text: 'alerts { secret = short }', path: 'alerts.secret', at: '1:10', says: /16 characters/ },
  rules: { text: 'rules.sqlite { path = x, rules = [{ sql = y }] }', path: 'rules', at: '1:1', says: /no rule engine/ },
  preset: { text: 'preset.session.1 { clientid = x }', path: 'preset', at: '1:1', says: /before their device comes/ },
  plugin: { text: 'plugin { libs = [{ path = x }] }', path: 'plugin', at: '1:1', says: /machine code/ },
  exchange: { text: 'exchange_client.mq1 { exchange { } }', path: 'exchange_client', at: '1:1', says: /recorder/ },
  parquet: { text: 'parquet { dir = x }', path: 'parquet', at: '1:1', says: /recorder/ },
  'TLS listener without certificate': { text: 'listeners.ssl { bind = "0.0.0.0:8883" }', path: 'listeners.ssl.certfile', at: '1:11', says: /no TLS handshake/ },
  'TLS listener with half a pair': { text: 'listeners.ssl { certfile = x }', path: 'listeners.ssl.certfile', at: '1:17', says: /without keyfile/ },
  'wss without any certificate': { text: 'listeners.wss { bind = "0.0.0.0:8086" }', path: 'listeners.wss.certfile', at: '1:11', says: /no TLS handshake/ },
  'verify_peer of devices without CA': { text: 'listeners.ssl { certfile = x, keyfile = y\nverify_peer = true }', path: 'listeners.ssl.verify_peer', at: '2:1', says: /needs cacertfile/ },
  'unverified certificates demanded': { text: 'listeners.ssl { certfile = x, keyfile = y\nfail_if_no_peer_cert = true }', path: 'listeners.ssl.fail_if_no_peer_cert', at: '2:1', says: /any certificate at all/ },
  'devices checked again that show nothing': { text: 'listeners.ssl { certfile = x, keyfile = y\non_rotate = recheck }', path: 'listeners.ssl.on_rotate', at: '2:1', says: /show no certificate/ },
  'two listeners on one port': { text: 'listeners.tcp { bind = "0.0.0.0:1883" }\nlisteners.ws { bind = "127.0.0.1:1883/mqtt" }', path: 'listeners.ws.bind', at: '2:16', says: /port of listeners\.tcp too/ },
  'two listeners on the default port': { text: 'listeners.tcp.a { }\nlisteners.tcp.b { enable = true }', path: 'listeners.tcp.b.bind', at: '2:15', says: /port of listeners\.tcp\.a too/ },
  'a path on TCP': { text: 'listeners.tcp { bind = "0.0.0.0:1883/mqtt" }', path: 'listeners.tcp.bind', at: '1:17', says: /only a WebSocket/ },
  'nothing to listen on': { text: 'listeners.tcp { enable = false }', path: 'listeners', at: '1:1', says: /no device could connect/ },
  'QUIC listener': { text: 'listeners.tcp { }\nlisteners.quic { bind = "0.0.0.0:14567" }', path: 'listeners.quic', at: '2:11', says: /not spoken/ },
  'bind without port': { text: 'listeners.tcp { bind = "0.0.0.0" }', path: 'listeners.tcp.bind', at: '1:17', says: /address and a port/ },
  'packets too large for MQTT': { text: 'mqtt.max_packet_size = 1GB', path: 'mqtt.max_packet_size', at: '1:6', says: /from 128 to 268435460/ },
  'a limit of none': { text: 'limits.max_connections = 0', path: 'limits.max_connections', at: '1:8', says: /from 1 to/ },
  'a limit in time without unit': { text: 'limits.connect_timeout = 10', path: 'limits.connect_timeout', at: '1:8', says: /with its unit/ },
  'nobody may come in': { text: 'auth.allow_anonymous = false', path: 'auth.allow_anonymous', at: '1:6', says: /nobody could come in/ },
  'auth.enable': { text: 'auth.enable = false', path: 'auth.enable', at: '1:6', says: /which of the checks/ },
  'a broken hash': { text: 'auth.password { u = "scrypt$16384$8$1$x" }', path: 'auth.password.u', at: '1:17', says: /begins as a hash/ },
  'a broken SCRAM secret': { text: 'auth.password { u = "SCRAM-SHA-256$4096:AAAA$x:y" }', path: 'auth.password.u', at: '1:17', says: /begins as a SCRAM secret/ },
  'a SCRAM secret of too few iterations': { text: `auth.password { u = "SCRAM-SHA-256$4095:${'A'.repeat(16)}$${'A'.repeat(43)}=:${'A'.repeat(43)}=" }`, path: 'auth.password.u', at: '1:17', says: /4096 to 1000000/ },
  'an expensive hash': { text: `auth.password { u = "scrypt$1048576$8$1$${'A'.repeat(24)}$${'A'.repeat(44)}" }`, path: 'auth.password.u', at: '1:17', says: /64 MiB/ },
  'a rule without permit': { text: 'auth.acl.rules = [{ username = x }]', path: 'auth.acl.rules[0].permit', at: '1:19', says: /is missing/ },
  'a rule with a wrong action': { text: 'auth.acl.rules = [{ permit = allow, action = pub }]', path: 'auth.acl.rules[0].action', at: '1:37', says: /publish, subscribe or pubsub/ },
  'a rule with a malformed filter': { text: 'auth.acl.rules = [{ permit = allow, topics = ["a/#/b"] }]', path: 'auth.acl.rules[0].topics[0]', at: '1:47', says: /topic filters/ },
  'a rule with and + or': { text: 'auth.acl.rules = [{ permit = allow, and = [{ username = a }], or = [{ clientid = b }] }]', path: 'auth.acl.rules[0]', at: '1:19', says: /one of them only/ },
  'a condition of two': { text: 'auth.acl.rules = [{ permit = allow, and = [{ username = a, clientid = b }] }]', path: 'auth.acl.rules[0].and[0]', at: '1:44', says: /exactly one/ },
  'http_auth that asks nothing': { text: 'auth.http_auth { timeout = 5s }', path: 'auth.http_auth', at: '1:6', says: /asks nothing/ },
  'http_auth by FTP': { text: 'auth.http_auth.auth_req { url = "ftp://x" }', path: 'auth.http_auth.auth_req.url', at: '1:27', says: /http:\/\// },
  'http_auth with a password in the URL': { text: 'auth.http_auth.auth_req { url = "http://u:hunter2@x/" }', path: 'auth.http_auth.auth_req.url', at: '1:27', says: /user name or password/ },
  'http_auth with a wrong placeholder': { text: 'auth.http_auth.auth_req { url = "http://x", params { user = "%z" } }', path: 'auth.http_auth.auth_req.params.user', at: '1:54', says: /%u %c/ },
  'http_auth with ssl without a CA': { text: 'auth.http_auth.auth_req { url = "https://x", ssl { } }', path: 'auth.http_auth.auth_req.ssl.cacertfile', at: '1:46', says: /is missing/ },
  'http_auth with ssl for http': { text: 'auth.http_auth.auth_req { url = "http://x", ssl { cacertfile = "/ca.pem" } }', path: 'auth.http_auth.auth_req.ssl', at: '1:45', says: /nothing would be encrypted/ },
  'http_auth with half a pair': { text: 'auth.http_auth.auth_req { url = "https://x", ssl { cacertfile = "/ca.pem", certfile = "/c.pem" } }', path: 'auth.http_auth.auth_req.ssl.certfile', at: '1:76', says: /without keyfile/ },
  'persistence without dir': { text: 'persistence { }', path: 'persistence.dir', at: '1:1', says: /is missing/ },
  'a syslog server that is none': { text: 'log { to = [syslog], syslog_server = "tls://h:514" }', path: 'log.syslog_server', at: '1:22', says: /udp:\/\/HOST:PORT or tcp:\/\/HOST:PORT/ },
  'a level for a part that is none': { text: 'log.levels.brigde = debug', path: 'log.levels.brigde', at: '1:12', says: /Did you mean "bridge"\?/ },
  'a watchdog that would bark at a breath': { text: 'process.watchdog = 10ms', path: 'process.watchdog', at: '1:9', says: /from 1s/ },
  'a wrong log level': { text: 'log.level = wran', path: 'log.level', at: '1:5', says: /Did you mean "warn"\?/ },
  'a wrong log destination': { text: 'log.to = [consle]', path: 'log.to[0]', at: '1:11', says: /Did you mean "console"\?/ }
}

test('each refusal has its key, its place and a remedy', async t => {
  for (const [name, { text, path, at, says }] of Object.entries(rows)) {
    const { config, report } = inspectText(text)
    t.equal(config, null, `${name}: nothing is started`)
    const found = report.problems.find(problem => problem.path === path)
    if (found === undefined) {
      t.fail(`${name}: not at ${path} but ${report.problems.map(problem => `${problem.path} ${problem.message}`).join(' | ')}`)
      continue
    }
    t.equal(`${found.place?.line}:${found.place?.column}`, at, `${name}: place`)
    t.match(`${found.message}. ${found.hint}`, says, `${name}: reason`)
    t.notMatch(JSON.stringify(report), /hunter2/, `${name}: no secret`)
  }
})

test('what is switched off is not refused', async t => {
  const harmless = [
    'rules { }', 'rules.repub { rules = [] }',
    'bridges.aws.c { enable = false }',
    'bridges.mqtt.b { server = "mqtt-tcp://h:1", transparent = false, hybrid_bridging = false, hybrid_servers = ["mqtt-tcp://i:1"] }',
    'bridges.mqtt.b { server = "mqtt-tcp://h:1", conn_properties { session_expiry_interval = 60 } }',
    'auth.enable = true'
  ]
  for (const text of harmless) {
    const { report } = inspectText(text)
    t.same(report.problems, [], text)
    t.ok(report.warnings.length > 0, `${text}: but said`)
  }
})
