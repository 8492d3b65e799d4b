/** Invariant 9: what came from a bridge does not go back to it. */
import { test } from 'tap'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeConfig, downRule, rig, rule } from '../support/bridge-rig.ts'

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

async function subscribed (log: readonly string[]): Promise<void> {
  while (!log.some(line => line.includes('Sending SUBACK to bridge-under-test'))) await new Promise(resolve => setImmediate(resolve))
}
