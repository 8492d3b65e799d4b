/** Bridges are added, changed and taken away by HTTP; what is wrong changes nothing, and a link that is up is never given for one that can not be made. */
import { test } from 'tap'
import { connectAsync, type MqttClient } from 'mqtt'
import { type AdminRig, adminFor } from '../support/admin.ts'
import type { TestScope } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { scriptedRemote } from '../support/scripted-remote.ts'

const text = (port: number, more = ''): string => `bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${port}", clientid = north, clean_start = false, backoff_max = 100ms, forwards = [{ local_topic = "up/#", remote_topic = "" }], ${more} }`

async function isUp ({ edge }: AdminRig, name: string): Promise<void> {
  await eventually(`${name} is up`, () => edge.bridges.find(bridge => bridge.name === name)?.state.name === 'up', 15_000)
}

async function device (t: TestScope, { mqttPort }: AdminRig): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 })
  t.teardown(async () => client.endAsync(true))
  return client
}

async function site (t: TestScope): Promise<{ readonly remote: Mosquitto, readonly rig: AdminRig }> {
  const remote = await startMosquitto(t)
  const rig = await adminFor(t, text(remote.port))
  await isUp(rig, 'north')
  return { remote, rig }
}

test('a bridge is added, carries, and is taken away; a reload has the file again', { skip: mosquittoMissing }, async t => {
  const { remote, rig } = await site(t)
  const observer = await remote.observe('#')
  const publisher = await device(t, rig)
  const south = { server: `mqtt-tcp://127.0.0.1:${remote.port}`, clientid: 'south', password: 's3cret', username: 'u', forwards: [{ local_topic: 'a/#', remote_topic: '', prefix: 's/' }] }
  const added = await rig.ask('/api/v4/bridges', { method: 'POST', body: { south } })
  t.match(added, { status: 201, json: { code: 0, data: { changes: [{ part: 'bridges.mqtt.south', what: 'started' }], holds: /until the configuration is read again/, bridge: { name: 'south', enable: true } } } })
  t.notMatch(added.text, /s3cret/)
  await isUp(rig, 'south')
  await publisher.publishAsync('a/1', 'x', { qos: 1 })
  t.equal((await observer.received(1))[0]?.topic, 's/a/1')
  t.match(await rig.ask('/api/v4/bridges', { method: 'POST', body: { South: south } }), { status: 409, json: { code: 108, message: /a bridge south already/ } })
  t.match((await rig.ask('/api/v4/bridges')).json.data, { bridge: { nodes: [{ name: 'north', edited: false }, { name: 'south', edited: true }] } })
  t.match(await rig.ask('/api/v4/bridges/south', { method: 'DELETE' }), { status: 200, json: { code: 0, data: { changes: [{ what: 'removed' }] } } })
  t.match(await rig.ask('/api/v4/bridges/south', { method: 'DELETE' }), { status: 404, json: { code: 115 } })
  await rig.ask('/api/v4/bridges/switch/north', { method: 'POST', body: { data: { bridge_switch: false } } })
  t.equal(rig.edge.bridges[0]?.state.name, 'disabled')
  t.match(await rig.edge.reload(), { kind: 'applied', changes: [{ part: 'bridges.mqtt.north', what: 'started' }] })
  t.same([...rig.edge.editedBridges], [])
  await isUp(rig, 'north')
})

test('rules change on the link that is up, subscriptions come and go', { skip: mosquittoMissing }, async t => {
  const { remote, rig } = await site(t)
  const observer = await remote.observe('new/#')
  const local = await device(t, rig)
  t.match(await rig.ask('/api/v4/bridges/north', { method: 'PUT', body: { north: { forwards: [{ local_topic: 'new/#', remote_topic: '' }] } } }), { status: 200, json: { data: { changes: [{ what: 'rules, on the connection that is up' }] } } })
  await local.publishAsync('new/1', 'x', { qos: 1 })
  await observer.received(1)
  const subscription = [{ remote_topic: 'down/#', local_topic: '', qos: 1 }]
  t.match(await rig.ask('/api/v4/bridges/sub/north', { method: 'POST', body: { data: { subscription } } }), { status: 200, json: { code: 0, data: { bridge: { subscription: [{ remote_topic: 'down/#' }] } } } })
  await local.subscribeAsync('down/#', { qos: 1 })
  const arrived = new Promise(resolve => local.once('message', resolve))
  await eventually('the remote has granted it', () => remote.log.some(line => line.includes('Sending SUBACK to north')))
  await observer.client.publishAsync('down/1', 'y', { qos: 1 })
  t.equal(await arrived, 'down/1')
  t.match(await rig.ask('/api/v4/bridges/unsub/north', { method: 'POST', body: { data: { unsubscription: [{ topic: 'nothing/#' }] } } }), { status: 404, json: { message: /does not subscribe to nothing/ } })
  t.match(await rig.ask('/api/v4/bridges/unsub/north', { method: 'POST', body: { data: { unsubscription: [{ topic: 'down/#' }] } } }), { status: 200, json: { data: { bridge: { subscription: [] } } } })
  await eventually('the remote has heard of it', () => remote.log.some(line => line.includes('Received UNSUBSCRIBE from north')))
  t.match(rig.edge.bridges[0]?.counters, { connects: 1, takeOvers: 0, disconnects: 0 })
})

test('what is wrong is told with its key and changes nothing', { skip: mosquittoMissing }, async t => {
  const { rig } = await site(t)
  const before = JSON.stringify(rig.edge.config)
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ keepalive: '0s' }, /bridges\.mqtt\.north\.keepalive: must be/],
    [{ serveer: 'mqtt-tcp://a:1' }, /neither NanoMQ nor Causeway has this key here[^]*server/],
    [{ server: null }, /server: is missing/],
    [{ server: 'mqtt-tcp://a:1', proto_ver: 9, forwards: [{ local_topic: 'a/#/b' }] }, /^not valid\n {2}bridges\.mqtt\.north\.forwards\[0\][^]*proto_ver/],
    [{ enable: false, forwards: [{ local_topic: 'a/#/b', remote_topic: '' }] }, /forwards\[0\]/]
  ]
  for (const [north, words] of wrong) t.match(await rig.ask('/api/v4/bridges/north', { method: 'PUT', body: { north } }), { status: 400, json: { code: 108, message: words } })
  t.match(await rig.ask('/api/v4/bridges/north', { method: 'PUT', body: { north: { durability: 'remote' } } }), { status: 409, json: { message: /need a restart/ } })
  t.match(await rig.ask('/api/v4/bridges/north', { method: 'PUT', body: { south: {} } }), { status: 400, json: { code: 108, message: /no settings for north/ } })
  t.match(await rig.ask('/api/v4/bridges/south', { method: 'PUT', body: { south: { keepalive: '5s' } } }), { status: 404, json: { code: 115 } })
  t.match(await rig.ask('/api/v4/bridges/switch/south', { method: 'POST', body: { data: { bridge_switch: true } } }), { status: 404, json: { code: 115 } })
  const deep = JSON.stringify({ north: JSON.parse('{"a":'.repeat(200) + '1' + '}'.repeat(200)) as object })
  t.match(await rig.ask('/api/v4/bridges/north', { method: 'PUT', body: deep }), { status: 400 })
  t.equal(JSON.stringify(rig.edge.config), before)
  t.match(rig.edge.bridges[0]?.counters, { connects: 1, takeOvers: 0 })
})

test('a link that is up is not given for one that can not be made', { skip: mosquittoMissing }, async t => {
  const { remote, rig } = await site(t)
  const [bridge] = rig.edge.bridges
  const put = async (north: object): Promise<Awaited<ReturnType<AdminRig['ask']>>> => rig.ask('/api/v4/bridges/north', { method: 'PUT', body: { north } })
  t.match(await put({ server: 'mqtt-tcp://127.0.0.1:1' }), { status: 409, json: { message: /can not be dialled with the new settings: .*127\.0\.0\.1:1/ } }, 'nobody is there')
  const refusing = await scriptedRemote(t)
  const asked = put({ server: `mqtt-tcp://127.0.0.1:${refusing.port}`, no_local_v4: false })
  const trial = await refusing.connection()
  await trial.closed
  t.same(trial.frames, [], 'the trial says nothing')
  const second = await refusing.connection()
  await second.next(1)
  second.send([0x20, 2, 0, 5])
  t.match(await asked, { status: 409, json: { message: /could not be connected with the new settings/, hint: /serves on/ } }, 'it is refused')
  t.equal(bridge?.state.name, 'up')
  t.match(bridge?.counters, { connects: 1, takeOvers: 0, disconnects: 0 })
  t.equal(rig.edge.config.bridges[0]?.server.port, remote.port)
  const observer = await remote.observe('#')
  await (await device(t, rig)).publishAsync('up/1', 'x', { qos: 1 })
  await observer.received(1)
  t.match(await put({ keepalive: '5s' }), { status: 200, json: { data: { changes: [{ what: 'another connection takes over' }] } } })
  t.match(bridge?.counters, { connects: 1, takeOvers: 1, disconnects: 0 })
})
