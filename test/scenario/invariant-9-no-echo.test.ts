/** Invariant 9: what came from a bridge does not go back to it, and with MQTT 5 not over more nodes than it may. */
import { test } from 'tap'
import { viaMark } from '../../src/mqtt/v5/via.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeConfig, downRule, rig, rule } from '../support/bridge-rig.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { publish } from '../support/packets.ts'
import { publishFrame, viewOf } from '../support/publish-frames.ts'
import { RawClient } from '../support/raw-client.ts'
import { listenerText, reloadSite } from '../support/reload-site.ts'

test('a bridge on # both ways does not echo, with either version', { skip: mosquittoMissing }, async t => {
  for (const protoVer of [4, 5] as const) {
    const remote = await startMosquitto(t)
    const observer = await remote.observe('#')
    const north = rig(t, bridgeConfig(remote.port, { protoVer, forwards: [rule('#', '')], subscription: [downRule('#', '')] }))
    await north.reaches('up')
    await subscribed(remote.log)
    north.offer({ topic: 'up', payload: 'from here', qos: 1 })
    await observer.received(1)
    await observer.client.publishAsync('down', 'from there', { qos: 1 })
    const [landed] = await north.landedCount(1)
    t.match(landed, { topic: 'down', bridge: 'north' })
    await observer.client.publishAsync('last', '', { qos: 1 })
    await north.landedCount(2)
    t.same(north.landed.map(({ topic }) => topic), ['down', 'last'], 'what we sent does not come back')
    t.equal(observer.messages.length, 3)
  }
})

test('what a bridge has brought goes to none, but to others that are to have it', async t => {
  const made = (name: string, forwardBridged: boolean): Outbox => new Outbox(outboxOptions({ name, forwardBridged }))
  const outboxes = [made('north', true), made('south', false), made('chain', true)]
  const { broker } = await brokerFor(t, {
    relay: interest => {
      const relay = createRelay({ interest })
      for (const outbox of outboxes) relay.attach(outbox, [{ filter: '#', rename: null, qos: null, retain: null }])
      return relay
    }
  })
  const error = await new Promise(resolve => broker.deliver({ topic: 'down', payload: Buffer.from('x'), qos: 1, retain: false, bridge: 'north' }, resolve))
  t.equal(error, null)
  t.same(outboxes.map(({ queued }) => queued), [0, 0, 1])
})

test('messages of MQTT 5 go over so many nodes and no further, and never to one that they have left', t => {
  const relay = createRelay({ node: 'here', interest: null })
  const outbox = new Outbox(outboxOptions({ name: 'north', level: 5, maxHops: 2 }))
  relay.attach(outbox, [{ filter: '#', rename: null, qos: null, retain: null }])
  const admitted = (...nodes: readonly string[]): number => {
    const before = outbox.queued
    const view = viewOf(publishFrame({ topic: 'a', payload: 'x', qos: 1, properties: Buffer.concat(nodes.map(viaMark)) }), 0, 5)
    if (!relay.isOwn(view)) relay.admit(relay.lookup(view.bytes, view.topicStart, view.topicEnd), view, { bridge: null }, null, 0)
    return outbox.queued - before
  }
  t.same([admitted(), admitted('a'), admitted('a', 'b'), admitted('a', 'b', 'c')], [1, 1, 0, 0], 'two nodes are the limit')
  t.same([admitted('here'), admitted('a', 'here'), admitted('her'), admitted('here-too')], [0, 0, 1, 1], 'our own come round')
  t.end()
})

test('a ring of two edges, each with two bridges, ends where a message comes round', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('#', { protocolVersion: 5 })
  const edges = await Promise.all(['one', 'two'].map(async name => reloadSite(t, `${listenerText}
    bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${remote.port}", proto_ver = 5, clientid = ${name}, max_hops = 8, forward_bridged = true
      forwards = [{ local_topic = "#", remote_topic = "" }], subscription = [{ remote_topic = "#", local_topic = "", qos = 1 }] }
    bridges.mqtt.again { server = "mqtt-tcp://127.0.0.1:${remote.port}", proto_ver = 5, clientid = ${name}-again, max_hops = 8, forward_bridged = true
      forwards = [{ local_topic = "#", remote_topic = "" }], subscription = [{ remote_topic = "#", local_topic = "", qos = 1 }] }`)))
  for (const { edge } of edges) await eventually('its bridges are up', () => edge.bridges.every(({ state }) => state.name === 'up'))
  const device = await RawClient.open(edges[0]?.edge.addresses[0]?.port ?? 0, { clientId: 'device' })
  const copies = (topic: string): number => observer.messages.filter(message => message.topic === topic).length
  for (const [at, topic] of ['round', 'mark'].entries()) {
    device.send(publish(topic, 'x', { qos: 1, id: at + 1 }))
    // two by the bridges of the first, and each of those by one of the second
    await eventually(`all of ${topic} has come`, () => copies(topic) >= 6)
  }
  t.equal(copies('round'), 6, 'what would have gone on was ahead of the mark')
})

async function subscribed (log: readonly string[]): Promise<void> {
  while (!log.some(line => line.includes('Sending SUBACK to bridge-under-test'))) await new Promise(resolve => setImmediate(resolve))
}
