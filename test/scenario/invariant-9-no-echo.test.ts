/** Invariant 9: what came from a bridge does not go back to it. */
import { test } from 'tap'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { brokerFor } from '../support/broker.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeConfig, downRule, rig, rule } from '../support/bridge-rig.ts'
import { outboxOptions } from '../support/outbox-options.ts'

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

async function subscribed (log: readonly string[]): Promise<void> {
  while (!log.some(line => line.includes('Sending SUBACK to bridge-under-test'))) await new Promise(resolve => setImmediate(resolve))
}
