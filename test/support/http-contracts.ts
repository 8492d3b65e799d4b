/**
 * What each route of the HTTP interface promises: one row for each that there is, and the test fails when one has none. Rows are in an order in
 * which what is right can be asked one after the other, of an edge with the one bridge of `contractText`.
 */
export interface Ask {
  readonly path?: string
  readonly body?: unknown
}

export interface Contract {
  /** An instance of the path. @default the path itself, which has no parameter then */
  readonly path?: string
  /** No password is asked for. */
  readonly isOpen?: true
  /** What is right. @default no body, 200 */
  readonly right?: Ask & { readonly status?: number }
  /** What is wrong with this one, beside what is wrong with all: NanoMQ's code, and what is asked. */
  readonly wrong?: readonly (readonly [status: number, code: number, ask: Ask])[]
}

export const contractText = `
http_server { port = 0, username = ada, password = lovelace, max_body = 1024 }
bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "down/#", local_topic = "" }] }
`

const off = { enable: false, server: 'mqtt-tcp://127.0.0.1:1', clientid: 's' }
const north = '/api/v4/bridges/north'
const nobody = 'no-such-bridge'
const noOwner: Contract['wrong'] = [
  [400, 108, { body: {} }], [400, 108, { body: { kind: 'bridge' } }], [400, 108, { body: { kind: 'remote', name: 'north' } }], [400, 108, { body: { kind: 'bridge', name: 1 } }],
  [400, 108, { body: { kind: 'bridge', name: 'north', force: true } }], [404, 115, { body: { kind: 'bridge', name: nobody } }], [404, 115, { body: { kind: 'listener', name: 'north' } }]
]
/** Bodies of messages that can not be published. */
const unpublishable: readonly (readonly [code: number, message: object])[] = [
  [108, { topic: 'a/#', payload: '' }], [108, { topic: '', payload: '' }], [107, { payload: '' }], [108, { topic: '$SYS/brokers', payload: '' }], [108, { topic: 'a', payload: 1 }], [108, { topic: 'a' }],
  [108, { topic: 'a', payload: '', qos: 3 }], [108, { topic: 'a', payload: '', retain: 1 }], [108, { topic: 'a', payload: '%%', encoding: 'base64' }], [108, { topic: 'a', payload: '', encoding: 'hex' }],
  [108, { topic: 'a', payload: '', properties: {} }], [108, { topic: 'a\u0000', payload: '' }], [108, { topics: 'good,bad/+', payload: '' }]
]

export const contracts: Readonly<Record<string, Contract>> = {
  'GET /healthz': { isOpen: true },
  'GET /readyz': { isOpen: true },
  'GET /': {},
  'GET /api/v4': {},
  'GET /api/v1/openapi.json': {},
  'GET /api/v1/status': {},
  'GET /api/v4/brokers': {},
  'GET /api/v4/nodes': {},
  'GET /api/v4/configuration': {},
  'GET /api/v4/configuration/:part': { path: '/api/v4/configuration/basic', wrong: [[400, 108, { path: '/api/v4/configuration/no-such-part' }], [400, 108, { path: '/api/v4/configuration/__proto__' }]] },
  'GET /api/v4/clients': { wrong: [[400, 108, { path: '/api/v4/clients?no_such_key=1' }], [400, 108, { path: '/api/v4/clients?clientid=a&clientid=b' }]] },
  'GET /api/v4/clients/:clientid': { path: '/api/v4/clients/d1' },
  'GET /api/v4/clients/username/:username': { path: '/api/v4/clients/username/ada' },
  'GET /api/v4/subscriptions': {},
  'GET /api/v4/subscriptions/:clientid': { path: '/api/v4/subscriptions/d1' },
  'GET /api/v4/topic-tree': {},
  'GET /api/v4/bridges': {},
  'GET /api/v4/bridges/:name': { path: north, wrong: [[404, 115, { path: `/api/v4/bridges/${nobody}` }], [404, 115, { path: '/api/v4/bridges/__proto__' }]] },
  'GET /api/v4/metrics': {},
  'GET /api/v4/prometheus': {},
  'GET /api/v1/trust': {},
  'GET /api/v1/certificates': {},
  'GET /api/v1/alerts': {},
  'GET /api/v1/log': {},
  'GET /api/v1/events': { wrong: [[400, 108, { path: '/api/v1/events?recent=yes' }], [400, 108, { path: '/api/v1/events?no_such_key=1' }]] },
  'PUT /api/v1/log': {
    right: { body: { level: 'warn', components: { 'bridge:north': 'debug' } } },
    wrong: [
      [400, 108, { body: {} }], [400, 108, { body: { level: 'loud' } }], [400, 108, { body: { components: { nobody: 'info' } } }], [400, 108, { body: { components: { broker: 'loud' } } }],
      [400, 108, { body: { level: 'warn', components: [] } }], [404, 115, { body: { level: 'warn', components: { 'bridge:south': 'info' } } }]
    ]
  },
  'POST /api/v4/mqtt/publish': {
    right: { body: { topic: 'a', payload: 'x' } },
    wrong: [...unpublishable.map(([code, body]): [number, number, Ask] => [400, code, { body }]), [400, 108, { body: [] }]]
  },
  'POST /api/v4/mqtt/publish_batch': {
    right: { body: [{ topic: 'a', payload: 'x' }, { topic: 'b', payload: 'y', qos: 1 }] },
    wrong: [...unpublishable.map(([code, message]): [number, number, Ask] => [400, code, { body: [{ topic: 'good', payload: '' }, message] }]), [400, 108, { body: [] }], [400, 108, { body: { topic: 'a', payload: '' } }]]
  },
  'POST /api/v4/bridges': {
    right: { body: { south: off }, status: 201 },
    wrong: [
      [400, 108, { body: {} }], [400, 108, { body: { south: off, west: off } }], [400, 108, { body: { south: 'mqtt-tcp://127.0.0.1:1' } }], [400, 108, { body: { south: { ...off, no_such_key: 1 } } }],
      [400, 108, { body: { south: { ...off, server: 'ftp://127.0.0.1' } } }], [400, 108, { body: { south: { ...off, keepalive: 'soon' } } }], [409, 108, { body: { north: off } }]
    ]
  },
  'PUT /api/v4/bridges/:name': {
    path: north,
    right: { body: { north: { keepalive: '30s' } } },
    wrong: [
      [400, 108, { body: { south: off } }], [400, 108, { body: { north: { no_such_key: 1 } } }], [400, 108, { body: { north: { server: '' } } }], [400, 108, { body: { north: { enable: 'perhaps' } } }],
      [404, 115, { path: `/api/v4/bridges/${nobody}`, body: { [nobody]: { keepalive: '30s' } } }]
    ]
  },
  'POST /api/v4/bridges/sub/:name': {
    path: '/api/v4/bridges/sub/north',
    right: { body: { data: { subscription: [{ remote_topic: 'more/#', local_topic: '' }] } } },
    wrong: [
      [400, 108, { body: { data: { subscription: [] } } }], [400, 108, { body: { data: { subscription: [{ local_topic: 'a' }] } } }], [400, 108, { body: { data: { subscription: [{ remote_topic: 'a/#/b', local_topic: '' }] } } }],
      [400, 108, { body: { data: { subscription: [{ remote_topic: 'a', local_topic: '', qos: 3 }] } } }], [404, 115, { path: `/api/v4/bridges/sub/${nobody}`, body: { data: { subscription: [{ remote_topic: 'a', local_topic: '' }] } } }]
    ]
  },
  'POST /api/v4/bridges/unsub/:name': {
    path: '/api/v4/bridges/unsub/north',
    right: { body: { data: { unsubscription: [{ topic: 'down/#' }] } } },
    wrong: [
      [400, 108, { body: { data: { unsubscription: [] } } }], [400, 108, { body: { data: { unsubscription: ['down/#'] } } }], [400, 108, { body: { data: { unsubscription: [{ topic: 'down/#', qos: 1 }] } } }],
      [404, 115, { body: { data: { unsubscription: [{ topic: 'no/such/topic' }] } } }], [404, 115, { path: `/api/v4/bridges/unsub/${nobody}`, body: { data: { unsubscription: [{ topic: 'down/#' }] } } }]
    ]
  },
  'POST /api/v4/bridges/switch/:name': {
    path: '/api/v4/bridges/switch/north',
    right: { body: { data: { bridge_switch: false } } },
    wrong: [
      [400, 108, { body: { data: {} } }], [400, 108, { body: { bridge_switch: true } }], [400, 108, { body: { data: { bridge_switch: 'on' } } }],
      [404, 115, { path: `/api/v4/bridges/switch/${nobody}`, body: { data: { bridge_switch: true } } }]
    ]
  },
  'DELETE /api/v4/bridges/:name': { path: north, wrong: [[404, 115, { path: `/api/v4/bridges/${nobody}` }]] },
  'POST /api/v1/trust/check': {},
  // nothing waits for a decision here; the browser's scenario takes one
  'POST /api/v1/trust/commit': { right: { body: { kind: 'bridge', name: 'north' }, status: 404 }, wrong: noOwner },
  'POST /api/v1/trust/abort': { right: { body: { kind: 'bridge', name: 'north' }, status: 404 }, wrong: noOwner },
  'POST /api/v4/reload': {},
  'POST /api/v4/ctrl/stop': {}
}
