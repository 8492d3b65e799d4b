import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

test('what needs a restart is named with both values, and all else in the file waits with it', async t => {
  const bridge = (more: string): string => bridgeText('north', 1, `password = "the secret"\nusername = u\nforwards = [ { local_topic = "up/#", remote_topic = "" } ]\n${more}`)
  const site = await reloadSite(t, dir => listenerText + `spool { dir = "${dir}/one", max_age = 1h }\n` + bridge('proto_ver = 4'))
  const { config } = site.edge
  const outcome = await site.reload(`listeners.tcp { bind = "127.0.0.1:0" }
    listeners.tcp.more { bind = "127.0.0.1:0" }
    limits { max_sessions = 5, max_will_size = 2KB }
    persistence { dir = "${site.dir}/state" }
    log { to = [file] }
    spool { dir = "${site.dir}/two", max_age = 1h }` + bridge('proto_ver = 5, clean_start = true, required = false').replace('the secret', 'another secret'))
  const keys = new Map((outcome.kind === 'refused' ? outcome.keys : []).map(({ key, before, after }) => [key, [before, after]]))
  t.same([...keys.keys()].sort(), [
    'bridges.mqtt.north.proto_ver', 'bridges.mqtt.north.required', 'limits.max_sessions', 'log.to', 'persistence', 'persistence.dir', 'spool.dir'
  ])
  t.same(keys.get('bridges.mqtt.north.proto_ver'), ['4', '5'])
  t.same(keys.get('limits.max_sessions'), ['10000', '5'])
  t.match(keys.get('spool.dir'), [/one/, /two/])
  t.notMatch(JSON.stringify([outcome, site.log]), /secret/)
  t.match(site.log.filter(({ level }) => level === 'error'), [{ message: /some keys need a restart/ }])
  t.equal(site.edge.config, config)
  t.equal(site.edge.addresses.length, 1)
  t.match(site.edge.lastReload, { outcome: { kind: 'refused' } })
})

test('a port that is taken: nothing of the file is applied', async t => {
  const site = await reloadSite(t, listenerText)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const before = site.edge.addresses
  const outcome = await site.reload(listenerText + `listeners.tcp.free { bind = "127.0.0.1:0" }\nlisteners.tcp.taken { bind = "127.0.0.1:${port}" }\nlimits.max_connections = 1\n` +
    bridgeText('north', 1, 'forwards = [ { local_topic = "up/#", remote_topic = "" } ]'))
  t.match(outcome, { kind: 'invalid', problems: [{ code: 'CW_LISTENER_PORT_TAKEN', message: /taken/ }] })
  t.same(site.edge.addresses, before)
  t.same(site.edge.bridges, [])
  await site.device()
  t.ok((await site.device()).connected, 'as many as before')
})

test('a listener that is taken away ends the connections that came in by it, and no others', async t => {
  const site = await reloadSite(t, listenerText + 'listeners.tcp.two { bind = "127.0.0.1:0" }')
  const [stays, goes] = [await site.device({}, 'tcp'), await site.device({}, 'tcp.two')]
  const ended = new Promise<void>(resolve => goes.once('close', () => resolve()))
  t.match(await site.reload(listenerText), { kind: 'applied', changes: [{ part: 'listeners.tcp.two', what: 'closed' }] })
  await ended
  await stays.publishAsync('x', 'y', { qos: 1 })
  t.ok(stays.connected)
  t.equal(site.edge.addresses.length, 1)
})

test('limits and listeners of now hold for who comes now', async t => {
  const site = await reloadSite(t, listenerText)
  await site.device()
  const port = site.edge.addresses[0]?.port ?? 0
  t.match(await site.reload('listeners.tcp { bind = "127.0.0.1:0" }\nlimits { max_connections = 1 }'), { kind: 'applied', changes: [{ part: 'limits', keys: [{ key: 'limits.max_connections', after: '1' }] }] })
  t.equal(site.edge.addresses[0]?.port, port, 'not opened anew')
  await once(connect(port, '127.0.0.1'), 'close')
  await eventually('it is said', () => site.log.some(({ message }) => message.includes('too many connections')))
})
