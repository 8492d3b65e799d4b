/** Whatever way a valid configuration is written, the same comes out; whatever else is written ends in a report. */
import { test } from 'tap'
import fc from 'fast-check'
import { inspectText } from '../support/config-text.ts'
import { HoconPrinter, type Printable } from '../support/hocon-printer.ts'
import { holds } from '../support/property.ts'

type Block = ReadonlyMap<string, Printable>

function block (fields: Readonly<Record<string, Printable | undefined>>): Block {
  return new Map(Object.entries(fields).flatMap(([key, value]) => value === undefined ? [] : [[key, value] as const]))
}

/** Writes a tree with the choices of a seed. */
function print (tree: Block, seed: number): string {
  let state = seed >>> 0
  return new HoconPrinter(bound => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % bound
  }).file(tree)
}

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined })
const level = fc.stringMatching(/^[a-zA-Z0-9_ äß日]{1,6}$/)
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map(levels => levels.join('/'))
const qos = fc.constantFrom(0, 1, 2)
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(text => !/\p{Cc}|\p{Cs}/u.test(text))
const seconds = fc.integer({ min: 1, max: 65_535 })

const forward = fc.record({ local: topic, remote: optional(topic), qos: optional(qos), retain: optional(fc.boolean()) })
const bridge = fc.record({
  host: fc.constantFrom('h', 'broker.example.com', '10.0.0.1', '[2001:db8::1]'),
  port: fc.integer({ min: 1, max: 65_535 }),
  secure: fc.boolean(),
  clientid: optional(word),
  username: word,
  password: optional(word),
  keepalive: optional(seconds),
  cleanStart: optional(fc.boolean()),
  queue: optional(fc.integer({ min: 1, max: 1_000_000 })),
  forwards: fc.array(forward, { maxLength: 3 })
})
type Bridge = typeof bridge extends fc.Arbitrary<infer T> ? T : never

function writeBridge (each: Bridge): Block {
  return block({
    server: `${each.secure ? 'tls+mqtt-tcp' : 'mqtt-tcp'}://${each.host}:${each.port}`,
    ssl: each.secure ? block({ cacertfile: '/ca.pem' }) : undefined,
    clientid: each.clientid,
    username: each.username,
    password: each.password,
    keepalive: each.keepalive === undefined ? undefined : `${each.keepalive}s`,
    clean_start: each.cleanStart === undefined ? undefined : String(each.cleanStart),
    max_send_queue_len: each.queue === undefined ? undefined : String(each.queue),
    forwards: each.forwards.length === 0
      ? undefined
      : each.forwards.map(rule => block({
        local_topic: rule.local,
        remote_topic: rule.remote ?? '',
        qos: rule.qos === undefined ? undefined : String(rule.qos),
        retain: rule.retain === undefined ? undefined : rule.retain ? '1' : '0'
      }))
  })
}

function expectBridge (each: Bridge, name: string): object {
  return {
    name,
    server: { secure: each.secure, host: each.host.replace(/[[\]]/g, ''), port: each.port },
    tls: each.secure ? { cacertfile: '/ca.pem' } : null,
    clientid: each.clientid ?? null,
    username: each.username,
    password: each.password ?? null,
    keepaliveSeconds: each.keepalive ?? 60,
    cleanStart: each.cleanStart ?? true,
    maxSendQueueLen: each.queue ?? 10_000,
    forwards: each.forwards.map(rule => ({ localTopic: rule.local, remoteTopic: rule.remote ?? '', qos: rule.qos ?? null, retain: rule.retain ?? null }))
  }
}

test('a valid configuration means the same however it is written', async t => {
  await holds(t, fc.property(fc.array(bridge, { maxLength: 3 }), fc.integer(), fc.integer({ min: 1, max: 10_000_000 }), (bridges, seed, queue) => {
    const written = block({
      mqtt: block({ max_mqueue_len: String(queue) }),
      bridges: bridges.length === 0 ? undefined : block({ mqtt: new Map(bridges.map((each, i) => [`b${i}`, writeBridge(each)])) })
    })
    const text = print(written, seed)
    const { config, report } = inspectText(text)
    if (config === null) throw new Error(`${JSON.stringify(report.problems)}\n${text}`)
    const same = config.mqtt.maxMqueueLen === queue && config.bridges.length === bridges.length &&
      bridges.every((each, i) => t.match(config.bridges[i], expectBridge(each, `b${i}`)))
    if (!same) throw new Error(text)
  }), { numRuns: 60 })
})

const names = fc.constantFrom('bridges', 'mqtt', 'listeners', 'tcp', 'ssl', 'wss', 'auth', 'password', 'acl', 'rules', 'and', 'http_auth', 'auth_req', 'headers', 'params', 'log', 'to',
  'sqlite', 'vars', 'cache', 'server', 'enable', 'bind', 'qos', 'forwards', 'local_topic', 'remote_topic', 'prefix', 'will', 'keepalive', 'certfile', 'verify_peer', '__proto__',
  'constructor', 'limits', 'max_connections', 'north', 'permit', 'topics', 'ipaddrs', 'username', 'webhook', 'system', '')
const values = fc.oneof(word, fc.constantFrom('true', '0', '-1', '10ms', '10MB', 'mqtt-tcp://h:1', 'tls+mqtt-tcp://h:1', 'a/#', '#', '+/x', '', '1e999', '0.0.0.0:1883', 'null'))
const { tree } = fc.letrec<{ tree: Block, node: Printable }>(tie => ({
  node: fc.oneof({ maxDepth: 5 }, values, fc.array(tie('node'), { maxLength: 3 }), tie('tree')),
  tree: fc.dictionary(names, tie('node'), { maxKeys: 5, noNullPrototype: false }).map(fields => new Map(Object.entries(fields)))
}))

test('anything that can be read ends in a report, with a key for each problem', async t => {
  await holds(t, fc.property(tree, fc.integer(), (root, seed) => {
    const { config, report } = inspectText(print(root, seed))
    const sound = report.problems.every(({ message, place }) => message !== '' && (place === null || place.line > 0))
    if (!sound || (config === null) !== (report.problems.length > 0)) throw new Error(JSON.stringify(report.problems))
  }), { numRuns: 200 })
  t.equal(Object.getPrototypeOf({}), Object.prototype)
  t.notOk('x' in {})
})

/** A mebibyte of each; the reader of HOCON has its own limits. */
const hostile: Readonly<Record<string, (i: number) => string>> = {
  'unknown keys': i => `kepalive${i} = x\n`,
  'listeners on one port': i => `listeners.tcp.l${i}.bind = "10.0.${i >> 8 & 255}.${i & 255}:1883"\n`,
  'listeners on many ports': i => `listeners.tcp.l${i}.bind = ":${i % 60_000}"\n`,
  'faulty bridges': i => `bridges.mqtt.b${i}.server = "tls+mqtt-tcp://h:1"\n`,
  'faulty rules': () => 'bridges.mqtt.b.forwards += { local_topic = "a/#", remote_topic = "b/#" }\n',
  users: i => `auth.password.u${i} = "scrypt$"\n`,
  'rules with many filters': i => `auth.acl.rules += { permit = allow, topics = ["${'+/'.repeat(50)}${i}/#/"] }\n`,
  'long words': i => `mqtt.${'m'.repeat(1000)}${i} = 1\n`
}

test('a hostile file ends in a short report, soon', async t => {
  for (const [name, line] of Object.entries(hostile)) {
    let text = ''
    for (let i = 0; text.length < 900_000 && i < 20_000; i++) text += line(i)
    const start = process.cpuUsage()
    const { config, report } = inspectText(text)
    const { user } = process.cpuUsage(start)
    t.comment(`${name}: ${Math.round(user / 1000)} ms`)
    t.ok(user < 5_000_000, `${name}: seconds`)
    t.equal(config, null, name)
    t.ok(report.problems.length <= 501, `${name}: problems`)
  }
})
