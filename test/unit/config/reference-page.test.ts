/** The manual's page of keys is made from the tables, and holds them all. */
import { readFileSync } from 'node:fs'
import { test } from 'tap'
import { referencePage } from '../../../src/config/reference-page.ts'
import { packageRoot } from '../../../src/package.ts'

test('docs/reference/config.md is what the source says', async t => {
  const written = readFileSync(new URL('docs/reference/config.md', packageRoot), 'utf8')
  t.ok(written === referencePage(), 'stale: run npm run docs:config')
})

/** Section 1 of what is known of NanoMQ: none may be without a fate. */
const nanomqKeys: Readonly<Record<string, string>> = {
  'bridges.mqtt.NAME': `server enable proto_ver clientid keepalive backoff_max clean_start username password transparent retry_qos_0 no_local_v4 hybrid_bridging
    hybrid_servers max_parallel_processes max_send_queue_len max_recv_queue_len resend_interval resend_wait cancel_timeout busy_wait ssl tcp will conn_properties sub_properties
    forwards subscription quic_keepalive quic_idle_timeout quic_discon_timeout quic_handshake_timeout quic_send_idle_timeout quic_initial_rtt_ms quic_max_ack_delay_ms
    quic_multi_stream quic_qos_priority quic_0rtt`,
  'bridges.mqtt.NAME.ssl': 'enable keyfile certfile cacertfile key_password verify_peer fail_if_no_peer_cert sni',
  'bridges.mqtt.NAME.tcp': 'nodelay keepalive quickack keepidle keepintvl keepcnt sendtimeo recvtimeo bind_interface',
  'bridges.mqtt.NAME.will': 'topic payload qos retain properties',
  'bridges.mqtt.NAME.will.properties': 'payload_format_indicator message_expiry_interval content_type response_topic correlation_data will_delay_interval user_property',
  'bridges.mqtt.NAME.conn_properties': `session_expiry_interval receive_maximum maximum_packet_size topic_alias_maximum request_problem_infomation request_response_infomation
    user_property`,
  'bridges.mqtt.NAME.sub_properties': 'identifier user_property',
  'bridges.mqtt.NAME.forwards[ ]': 'remote_topic local_topic qos retain prefix suffix',
  'bridges.mqtt.NAME.subscription[ ]': 'remote_topic local_topic qos prefix suffix retain retain_as_published retain_handling nolocal stream_id',
  'bridges.mqtt.cache': 'enable disk_cache_size mounted_file_path flush_mem_threshold resend_interval',
  bridges: 'mqtt aws nng',
  system: 'num_taskq_thread max_taskq_thread parallel daemon enable_ipc_internal hook_ipc_url cmd_ipc_url',
  mqtt: 'property_size max_packet_size max_mqueue_len max_topic_alias retry_interval keepalive_multiplier max_inflight_window max_awaiting_rel await_rel_timeout batch_resend',
  'listeners.ssl[.NAME]': 'bind enable keyfile certfile cacertfile key_password verify_peer fail_if_no_peer_cert',
  listeners: 'tcp ssl ws wss',
  http_server: 'port ip_addr limit_conn max_body username password auth_type jwt',
  'http_server.jwt.public': 'keyfile',
  log: 'to level dir file rotation uds_addr',
  'log.rotation': 'size count',
  auth: 'allow_anonymous no_match deny_action cache password acl http_auth',
  'auth.cache': 'max_size ttl',
  'auth.acl': 'rules',
  'auth.acl.rules[ ]': 'permit username clientid ipaddr action topics and or',
  'auth.http_auth': 'timeout connect_timeout pool_size cache_ttl auth_req super_req acl_req',
  'auth.http_auth.auth_req': 'url method headers params',
  sqlite: 'disk_cache_size mounted_file_path flush_mem_threshold',
  webhook: 'enable url headers body pool_size cancel_timeout events',
  'webhook.body': 'encoding',
  'webhook.events[ ]': 'event topic',
  rules: 'sqlite repub mysql postgresql timescaledb',
  'The file': 'bridges system mqtt listeners http_server log auth sqlite webhook preset rules plugin exchange_client parquet'
}

test('every key of NanoMQ has a fate', async t => {
  const chapters = new Map(referencePage().split('\n## ').slice(1).flatMap(chapter => {
    const [titles = '', ...lines] = chapter.split('\n')
    return titles.replaceAll('`', '').split(', ').map(title => [title, lines.join('\n')] as const)
  }))
  for (const [title, keys] of Object.entries(nanomqKeys)) {
    for (const key of keys.split(/\s+/)) {
      t.match(chapters.get(title), new RegExp(`^\\| \`${key.replaceAll('.', '\\.')}\`[^|]*\\|.*\\| (works|no effect|refused)[^|]* \\| [^|]+ \\|$`, 'm'), `${title}: ${key}`)
    }
  }
})

test('each line says something, in a sentence', async t => {
  const rows = referencePage().split('\n').filter(line => line.startsWith('| `'))
  t.ok(rows.length > 150)
  for (const row of rows) t.match(row, /[.?!] \|$/, row.slice(0, 60))
})
