/** The smaller sections: mqtt, limits, log, persistence, and what NanoMQ has and Causeway has not. */
import { test } from 'tap'
import { bridgeOf, bridgeText, configOf, inspectText, problemsOf, warningsOf } from '../../support/config-text.ts'

test('mqtt, as in NanoMQ\'s shipped file', async t => {
  const text = 'mqtt { property_size = 32, max_packet_size = 256MB, max_mqueue_len = 2048, retry_interval = 10s, keepalive_multiplier = 1.25, max_inflight_window = 100, max_awaiting_rel = 10s, await_rel_timeout = 10s }'
  t.same(configOf(text).mqtt, { maxPacketSize: 268_435_456, maxMqueueLen: 2048, keepaliveMultiplier: 1.25, maxInflightWindow: 100, maxTopicAlias: 32, serverReference: null, serverMoved: false, responseInformation: null, versions: ['3.1', '3.1.1', '5.0'] })
  t.same(warningsOf(text).map(line => line.split(' ')[0]), ['mqtt.property_size', 'mqtt.retry_interval', 'mqtt.max_awaiting_rel', 'mqtt.await_rel_timeout'])
})

test('mqtt has defaults', async t => {
  t.same(configOf('').mqtt, { maxPacketSize: 10_485_760, maxMqueueLen: 1024, keepaliveMultiplier: 1.5, maxInflightWindow: 2048, maxTopicAlias: 32, serverReference: null, serverMoved: false, responseInformation: null, versions: ['3.1', '3.1.1', '5.0'] })
})

test('every limit is a key of the same name, with its unit', async t => {
  const written: readonly (readonly [string, string, string, number])[] = [
    ['maxConnections', 'max_connections', '5', 5],
    ['maxConnectionsPerAddress', 'max_connections_per_address', '6', 6],
    ['maxConnectRate', 'max_connect_rate', '7', 7],
    ['maxConcurrentHandshakes', 'max_concurrent_handshakes', '8', 8],
    ['connectTimeoutMs', 'connect_timeout', '9s', 9000],
    ['partialFrameBytes', 'partial_frame_bytes', '10KB', 10_240],
    ['maxSubscriptionsPerClient', 'max_subscriptions_per_client', '11', 11],
    ['maxTopicLevels', 'max_topic_levels', '12', 12],
    ['maxWillSize', 'max_will_size', '13KB', 13_312],
    ['maxQueuedBytesPerSession', 'max_queued_bytes_per_session', '14KB', 14_336],
    ['maxSessions', 'max_sessions', '15', 15],
    ['sessionExpiryMs', 'session_expiry', '0s', 0],
    ['maxRetainedMessages', 'max_retained_messages', '16', 16],
    ['maxRetainedBytes', 'max_retained_bytes', '17KB', 17_408],
    ['maxInboundQos2', 'max_inbound_qos2', '18', 18],
    ['maxOwedAcknowledgements', 'max_owed_acknowledgements', '19', 19],
    ['maxSubscriberBacklogBytes', 'max_subscriber_backlog_bytes', '20KB', 20_480],
    ['maxKeepaliveSeconds', 'max_keepalive', '2m', 120],
    ['qos0WaitMs', 'qos0_wait', '21s', 21_000]
  ]
  const { limits } = configOf(`limits {\n${written.map(([, key, value]) => `${key} = ${value}`).join('\n')}\n}`)
  t.same(limits, Object.fromEntries(written.map(([property, , , value]) => [property, value])))
  t.same(warningsOf('limits.max_keepalive = 0s'), [], 'a zero of our own is no slip')
})

test('log', async t => {
  const others = { levels: {}, rotation: { maxBytes: 10 * 1024 ** 2, count: 5 }, syslogServer: null }
  t.same(configOf('').log, { level: 'info', to: ['console'], file: null, ...others })
  t.same(configOf('log { to = [file, console], level = warn, dir = "/tmp", file = "nanomq.log" }').log, { level: 'warn', to: ['file', 'console'], file: '/tmp/nanomq.log', ...others })
  t.same(configOf('log { to = file }').log, { level: 'info', to: ['file'], file: '/site/nanomq.log', ...others })
  const full = 'log { to = [syslog], levels { bridge = debug, trust = null }, rotation { size = 1MB, count = 2 }, syslog_server = "udp://[::1]:5514" }'
  t.same(configOf(full).log, { level: 'info', to: ['syslog'], file: null, levels: { bridge: 'debug' }, rotation: { maxBytes: 1024 ** 2, count: 2 }, syslogServer: { protocol: 'udp', host: '::1', port: 5514 } })
  t.same(warningsOf(full), [])
  t.same(configOf('log.to = [uds]').log.to, ['console'], 'not silent')
  t.same(configOf('log { to = [syslog], syslog_server = "tcp://h:601" }').log.syslogServer, { protocol: 'tcp', host: 'h', port: 601 })
  t.same(warningsOf('log { to = [uds], syslog_server = "udp://h:1" }').map(line => line.split(' ')[0]), ['log.to', 'log.syslog_server'])
})

test('the process watches over itself unless told not to', async t => {
  t.same(configOf('').process, { watchdogMs: 60_000 })
  t.same(configOf('process.watchdog = never').process, { watchdogMs: null })
})

test('what survives a restart', async t => {
  t.equal(configOf('').persistence, null)
  t.same(configOf('persistence { dir = data }').persistence, { dir: '/site/data' })
  t.same(configOf('sqlite { }').persistence, { dir: '/site/causeway' })
  t.same(configOf('sqlite { disk_cache_size = 102400, mounted_file_path = "/tmp/", flush_mem_threshold = 100 }').persistence, { dir: '/tmp/causeway' })
  const both = 'persistence { dir = "/a" }\nsqlite { mounted_file_path = "/b" }'
  t.same(configOf(both).persistence, { dir: '/a' })
  t.match(warningsOf(both).join(), /sqlite 2:1 has no effect beside persistence/)
})

test('names of one\'s own are for use in the file', async t => {
  // eslint-disable-next-line no-template-curly-in-string -- it is how the file is written
  const { config, report } = inspectText('vars { port = 1999 }\nlisteners.tcp { bind = "127.0.0.1:"${vars.port} }')
  t.equal(config?.listeners[0]?.port, 1999)
  t.same(report.entries.filter(entry => entry.path.startsWith('vars')).map(entry => [entry.path, entry.value]), [['vars.port', '***']])
})

test('what is harmless to leave out is left out and said', async t => {
  const text = 'system { parallel = 8, daemon = true }\nlog.uds_addr = x'
  t.ok(configOf(text))
  t.same(warningsOf(text).map(line => line.split(' ')[0]), ['system', 'log.uds_addr'])
})

test('null takes a key out', async t => {
  t.equal(configOf('mqtt.max_mqueue_len = null').mqtt.maxMqueueLen, 1024)
})

test('a place on disk makes bridges keep there what waits', async t => {
  const spool = { fsync: 'always', spoolAfterMs: 0, maxBytes: 1024 ** 3, maxMessages: 1_000_000, maxAgeMs: 0, minFreeBytes: 64 * 1024 ** 2, onFull: 'backpressure' } as const
  t.same(bridgeOf(`${bridgeText()}\nspool.dir = q`), { ...bridgeOf(bridgeText()), durability: 'spool', spool: { ...spool, dir: '/site/q/b' } })
  t.match(bridgeOf(`${bridgeText('durability = remote')}\nspool.dir = q`), { durability: 'remote', spool: null })
  const all = 'spool { dir = "/q", fsync = never, spool_after = 200ms, max_bytes = 1MB, max_messages = 7, max_age = 2d, min_free = 0, on_full = drop_oldest }'
  t.same(configOf(all).spool, { dir: '/q', fsync: 'never', spoolAfterMs: 200, maxBytes: 1024 ** 2, maxMessages: 7, maxAgeMs: 172_800_000, minFreeBytes: 0, onFull: 'drop_oldest' })
})

test('a rule that keeps its messages on disk gives its bridge a place there', async t => {
  const text = bridgeText('durability = memory').replace('forwards = [', 'forwards = [{ local_topic = "k", remote_topic = "", durability = spool, priority = low }, ')
  t.match(bridgeOf(`${text}\nspool.dir = "/q"`), { durability: 'memory', spool: { dir: '/q/b' } })
})

test('NanoMQ\'s cache is a place on disk', async t => {
  const cached = (cache: string): string => `${bridgeText()}\nbridges.mqtt.cache { ${cache} }`
  t.match(bridgeOf(cached('enable = true, disk_cache_size = 500, mounted_file_path = "/tmp/", flush_mem_threshold = 9')), { durability: 'spool', spool: { dir: '/tmp/causeway/spool/b', maxMessages: 500 } })
  t.match(bridgeOf(cached('disk_cache_size = 0')), { spool: { dir: '/site/causeway/spool/b', maxMessages: 1_000_000 } })
  t.match(bridgeOf(cached('enable = false')), { durability: 'memory', spool: null })
  t.match(bridgeOf(`${cached('mounted_file_path = "/a"')}\nspool.dir = "/b"`), { spool: { dir: '/b/b' } })
  t.match(warningsOf(`${cached('mounted_file_path = "/a"')}\nspool.dir = "/b"`).join(), /cache \d+:\d+ has no effect beside spool/)
  t.match(problemsOf(cached('enable = false').replace('forwards', 'durability = spool, forwards')).join(), /b\.durability \d+:\d+ is spool, and no directory/)
})
