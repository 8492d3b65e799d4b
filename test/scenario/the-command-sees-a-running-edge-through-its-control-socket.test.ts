/** `causeway status`, `tail` and `trust status` find a running edge, show how it is, and say what to do when there is none. */
import { join } from 'node:path'
import { test } from 'tap'
import type { ReloadOutcome } from '../../src/reload/outcome.ts'
import { adminFor } from '../support/admin.ts'
import { cli } from '../support/cli-run.ts'
import { publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

test('status, tail and trust status of a running edge', async t => {
  const { dir } = await adminFor(t, 'bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }')
  const socket = join(dir, 'control.sock')
  const followed = await cli(['tail', '--socket', socket, '--recent', '--json'], /"bridge":"north","state":\{"name":"waiting"/)
  t.equal(followed.code, 0)
  const readable = await cli(['tail', '--socket', socket, '--recent'], /WARN {2}bridge is waiting bridge=north\n +cause: .*127\.0\.0\.1/)
  t.equal(readable.code, 0)
  const shown = await cli(['status', '--socket', socket])
  t.equal(shown.code, 0)
  t.match(shown.out, /^causeway 0\.0\.0-test, process \d+, up \d+ s, ready, 0 devices\n\nlisteners\n {2}tcp {4}tcp 127\.0\.0\.1:\d+ {2}0 connections\n\nbridges\n {2}north {2}\w+ \d+ s {2}mqtt-tcp:\/\/127\.0\.0\.1:1\n {6}sent 0, acknowledged 0, received 0, waiting 0, dropped 0; today 0 bytes up, 0 down\n/)
  t.notOk(shown.out.includes('\u001b'), 'no colour where no terminal is')
  const { out: json } = await cli(['status', '--socket', socket, '--json'])
  t.match(JSON.parse(json), { ready: true, bridges: [{ name: 'north', server: 'mqtt-tcp://127.0.0.1:1' }], trust: [] })
  t.match(await cli(['trust', 'status', '--socket', socket]), { code: 0, out: /no bridge and no listener/ })
})

test('status says how full a queue is', async t => {
  const { dir, mqttPort } = await adminFor(t, 'bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", clientid = n, max_send_queue_len = 4, forwards = [{ local_topic = "up/#", remote_topic = "" }] }')
  const device = await RawClient.open(mqttPort)
  device.send(...[1, 2, 3].map(id => publish('up/a', 'x', { qos: 1, id })))
  await device.until(() => device.ids(4).length === 3, 'acknowledgements')
  const socket = join(dir, 'control.sock')
  t.match((await cli(['status', '--socket', socket])).out, /waiting 3 \(75 % of what may\), dropped 0/)
  t.match(JSON.parse((await cli(['status', '--socket', socket, '--json'])).out), { bridges: [{ status: { queued: 3, queueFill: 0.75 } }] })
})

test('reload says what came into force, or what is in the way', async t => {
  const { dir, edge } = await adminFor(t, '')
  const socket = join(dir, 'control.sock')
  let outcome: ReloadOutcome = { kind: 'applied', changes: [{ part: 'log.level', what: 'changed', keys: [{ key: 'log.level', before: 'info', after: 'debug' }] }] }
  edge.reload = async () => outcome
  t.match(await cli(['reload', '--socket', socket]), { code: 0, out: 'log.level: changed\n  log.level: info -> debug\n' })
  outcome = { kind: 'refused', keys: [{ key: 'spool.dir', before: '/a', after: '/b' }] }
  t.match(await cli(['reload', '--socket', socket]), { code: 1, err: /these keys need a restart\s+spool\.dir: \/a -> \/b[^]*nothing was applied/ })
})

test('a decision on staged files is passed on, and one about nothing is refused', async t => {
  const { dir, edge } = await adminFor(t, '')
  const socket = join(dir, 'control.sock')
  const commit = async (...args: string[]) => cli(['trust', 'commit', ...args, '--socket', socket])
  t.match(await commit('bridge', 'north', '--force'), { code: 1, err: /no files of bridge north wait for a decision/ })
  t.match(await commit('bride', 'north', '--force'), { code: 2, err: /'kind'\. Allowed choices are bridge, listener/ })
  t.match(await commit('bridge', 'north'), { code: 1, err: /there are no files of bridge north/ })
  t.match(await commit('--force'), { code: 1, err: /no files wait for a decision/ })
  t.match(await commit('bridge', '--force'), { code: 2, err: /name the bridge or listener too/ })
  const asked: object[] = []
  edge.commitTrust = owner => asked.push({ commit: owner }) > 0
  edge.abortTrust = owner => asked.push({ abort: owner }) > 0
  t.equal((await commit('bridge', 'north', '--force')).code, 0)
  t.equal((await cli(['trust', 'abort', 'listener', 'ssl', '--socket', socket])).code, 0)
  t.strictSame(asked, [{ commit: { kind: 'bridge', name: 'north' } }, { abort: { kind: 'listener', name: 'ssl' } }])
})

test('a bridge is disabled and enabled, and it says how long that holds', async t => {
  const { dir, edge } = await adminFor(t, 'bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }')
  const socket = join(dir, 'control.sock')
  t.match(await cli(['bridge', 'disable', 'north', '--socket', socket]), { code: 0, out: /bridges\.mqtt\.north: stopped: enable is false\nThis holds until the configuration is read again/ })
  t.equal(edge.bridges[0]?.state.name, 'disabled')
  t.match(await cli(['bridge', 'disable', 'north', '--socket', socket]), { code: 0, out: 'bridge north is disabled already\n' })
  const { out } = await cli(['bridge', 'enable', 'north', '--socket', socket, '--json'])
  t.match(JSON.parse(out), { changes: [{ what: 'started' }], bridge: { name: 'north', enable: true } })
  t.match(await cli(['bridge', 'enable', 'south', '--socket', socket]), { code: 1, err: /there is no bridge south/ })
})

test('levels of the log are shown and changed, of all and of one part', async t => {
  const { dir, log } = await adminFor(t, '')
  const socket = join(dir, 'control.sock')
  t.match(await cli(['log', 'show', '--socket', socket]), { code: 0, out: 'all: silent\n' })
  t.match(await cli(['log', 'level', 'debug', 'trust', '--socket', socket]), { code: 0, out: 'all: silent\ntrust: debug\n' })
  t.strictSame(log.levels, { level: 'silent', components: { trust: 'debug' } })
  t.equal((await cli(['log', 'level', 'default', 'trust', '--socket', socket])).code, 0)
  t.match(JSON.parse((await cli(['log', 'level', 'warn', '--socket', socket, '--json'])).out), { level: 'warn', components: {} })
  t.match(await cli(['log', 'level', 'loud', '--socket', socket]), { code: 2, err: /Allowed choices are trace, debug/ })
  t.match(await cli(['log', 'level', 'debug', 'kitchen', '--socket', socket]), { code: 1, err: /the running edge says no/ })
})

test('where nobody answers it says what to do', async t => {
  const none = await cli(['status', '--socket', '/nowhere/control.sock'])
  t.equal(none.code, 1)
  t.match(none.err, /no running edge answers at \/nowhere\/control\.sock[\s\S]*what to do: Is it running[\s\S]*CW_CONTROL_UNREACHABLE/)
})

test('each verb that asks answers as JSON where it is asked to', async t => {
  const { dir, edge } = await adminFor(t, 'bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }')
  edge.commitTrust = edge.abortTrust = () => true
  const asked: readonly (readonly [verb: string, answer: object])[] = [
    ['status', { ready: true, bridges: [{ name: 'north' }] }],
    ['reload', { kind: 'unchanged' }],
    ['bridge disable north', { changes: [{ part: 'bridges.mqtt.north' }], bridge: { enable: false } }],
    ['bridge enable north', { bridge: { enable: true } }],
    ['trust status', []],
    ['trust check', []],
    ['trust commit bridge north --force', []],
    ['trust abort bridge north', []],
    ['log show', { level: 'silent' }],
    ['log level warn', { level: 'warn' }]
  ]
  for (const [verb, answer] of asked) {
    const { code, out, err } = await cli([...verb.split(' '), '--socket', join(dir, 'control.sock'), '--json'])
    t.same([code, err], [0, ''], verb)
    t.match(JSON.parse(out), answer, verb)
  }
  const { out } = await cli(['tail', '--socket', join(dir, 'control.sock'), '--recent', '--json'], /\n.*\n/)
  for (const line of out.trim().split('\n')) t.match(JSON.parse(line), { id: Number, at: Number, kind: String }, line)
})
