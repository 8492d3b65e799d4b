/** Causeway beside a mosquitto that is already there: a client of it, and a bridge over TLS to another one. */
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { eventually } from '../support/eventually.ts'
import { sidecarSite } from '../support/sidecar-site.ts'

test('messages cross both ways with their QoS and retain flag, and each once, on # both ways', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t, { pki })
  const { edge } = await sidecarSite(t, local, { pki, remote, forwards: '#', subscription: '#' })
  t.same(edge.addresses, [], 'no listener is opened')
  await cross(local, remote)
  await cross(remote, local)

  async function cross (from: Mosquitto, to: Mosquitto): Promise<void> {
    const there = await to.observe('x/#')
    const here = await from.observe('x/#')
    for (const qos of [0, 1, 2] as const) await here.client.publishAsync(`x/${from.port}/${qos}`, `of ${qos}`, { qos })
    await here.client.publishAsync(`x/${from.port}/kept`, 'kept', { qos: 1, retain: true })
    await here.client.publishAsync(`x/${from.port}/last`, '', { qos: 1 })
    const got = await there.received(5)
    t.same(got.map(({ topic, payload, qos }) => [topic, payload.toString(), qos]).sort(), [
      [`x/${from.port}/0`, 'of 0', 0], [`x/${from.port}/1`, 'of 1', 1], [`x/${from.port}/2`, 'of 2', 2], [`x/${from.port}/kept`, 'kept', 1], [`x/${from.port}/last`, '', 1]
    ])
    const later = await to.observe(`x/${from.port}/kept`)
    const [kept] = await later.received(1)
    t.equal(kept?.retain, true, 'a retained message is retained there')
    await here.client.publishAsync(`x/${from.port}/kept`, '', { qos: 1, retain: true })
    await there.received(6)
    const none = await to.observe(`x/${from.port}/kept`)
    await none.client.publishAsync('end', '')
    await none.client.unsubscribeAsync(`x/${from.port}/kept`)
    t.equal(none.messages.length, 0, 'its deletion crosses')
    await here.client.publishAsync(`x/${from.port}/end`, '', { qos: 1 })
    await Promise.all([here.received(7), there.received(7)])
    t.equal(here.messages.length, 7, 'nothing comes back to where it was published')
    t.equal(there.messages.length, 7, 'nothing comes twice')
  }
})

test('with MQTT 3.1.1 to mosquitto the bridge bit keeps messages apart and retained', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t)
  await sidecarSite(t, local, { remote, forwards: '#', subscription: '#', sidecar: 'proto_ver = 4' })
  const there = await remote.observe('x/#')
  const here = await local.observe('x/#')
  await here.client.publishAsync('x/up', 'up', { qos: 2, retain: true })
  await there.received(1)
  await there.client.publishAsync('x/down', 'down', { qos: 2, retain: true })
  await eventually('both have both', () => here.messages.length >= 2 && there.messages.length >= 2)
  await here.client.publishAsync('x/after', '', { qos: 1 })
  await eventually('what came after is there', () => there.messages.length >= 3)
  for (const side of [here, there]) t.same(side.messages.map(({ topic }) => topic).sort(), ['x/after', 'x/down', 'x/up'])
  const later = await remote.observe('x/up')
  t.equal((await later.received(1))[0]?.retain, true)
})

test('filters of several bridges that meet bring each message once to each', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t)
  await sidecarSite(t, local, {
    remote,
    forwards: 'a/+/c',
    more: `bridges.mqtt.south { server = "mqtt-tcp://127.0.0.1:${remote.port}", clientid = south, clean_start = false
      forwards = [{ local_topic = "a/b/+", remote_topic = "", prefix = "south/" }, { local_topic = "a/b/c", remote_topic = "one" }] }`
  })
  const there = await remote.observe('#')
  const here = await local.observe(null)
  await here.client.publishAsync('a/b/c', '1', { qos: 1 })
  await here.client.publishAsync('a/x/x', 'nobody wants it', { qos: 1 })
  await here.client.publishAsync('a/b/d', '2', { qos: 1 })
  await there.received(4)
  t.same(there.messages.map(({ topic, payload }) => `${topic} ${payload.toString()}`).sort(), ['a/b/c 1', 'one 1', 'south/a/b/c 1', 'south/a/b/d 2'])
})

test('a message by HTTP reaches the local broker and the remote', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t)
  const { edge } = await sidecarSite(t, local, { remote, forwards: 'x/#' })
  const [here, there] = [await local.observe('x/#'), await remote.observe('x/#')]
  await edge.publish({ topic: 'x/http', payload: Buffer.from('1'), qos: 1, retain: false }, null)
  await Promise.all([here.received(1), there.received(1)])
  t.pass('both have it')
})

test('a reload changes what the local broker is asked for, on the connection that is up', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t)
  const site = await sidecarSite(t, local, { remote, forwards: 'x/#' })
  const there = await remote.observe('#')
  const here = await local.observe(null)
  t.equal((await site.reload({ remote, forwards: 'y/#' })).kind, 'applied')
  await here.client.publishAsync('x/1', '', { qos: 1 })
  await here.client.publishAsync('y/1', '', { qos: 1 })
  await there.received(1)
  t.same(there.messages.map(({ topic }) => topic), ['y/1'])
  t.equal(site.edge.sidecar?.link.counters.connects, 1)
  const refused = await site.reload({ remote, forwards: 'y/#', sidecar: 'keepalive = 30s' })
  t.match(refused, { kind: 'refused', keys: [{ key: 'sidecar.keepalive' }] }, 'what can not change is named')
})

test('properties of MQTT 5 cross both ways, and message expiry is counted', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const remote = await startMosquitto(t)
  await sidecarSite(t, local, { remote, forwards: 'up/#', subscription: 'down/#', bridge: 'proto_ver = 5' })
  const properties = { messageExpiryInterval: 100, contentType: 'text/plain', responseTopic: 'answers', correlationData: Buffer.from('7'), userProperties: { site: '7' } }
  for (const [from, to, topic] of [[local, remote, 'up/a'], [remote, local, 'down/a']] as const) {
    const there = await to.observe(null, { protocolVersion: 5 })
    const arrived = new Promise(resolve => there.client.once('message', (_topic, _payload, packet) => resolve(packet.properties)))
    await there.client.subscribeAsync(topic, { qos: 2 })
    const here = await from.observe(null, { protocolVersion: 5 })
    await here.client.publishAsync(topic, 'x', { qos: 1, properties })
    const { messageExpiryInterval, ...others } = await arrived as typeof properties
    t.match(others, { contentType: 'text/plain', responseTopic: 'answers', userProperties: { site: '7' } })
    t.ok(messageExpiryInterval > 90 && messageExpiryInterval <= 100, String(messageExpiryInterval))
  }
})

test('a mosquitto with its defaults is known, and its few messages in flight are warned of', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t)
  const { edge, log } = await sidecarSite(t, local, { remote: await startMosquitto(t), forwards: 'x/#' })
  t.match(edge.sidecar?.broker.version, /^mosquitto version 2/)
  t.equal(edge.sidecar?.broker.receiveMaximum, 20)
  t.match(log.filter(({ level, message }) => level === 'warn' && message.includes('in flight')), [{ receiveMaximum: 20 }])
})
