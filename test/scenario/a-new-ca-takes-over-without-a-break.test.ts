import { test } from 'tap'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import type { TrustSnapshot } from '../../src/trust/snapshot.ts'
import { bridgeConfig, downRule, rig, rule, tlsOf } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const rounds = 20

for (const protoVer of [4, 5] as const) {
  test(`a link moves ${rounds} times under load both ways, MQTT ${protoVer === 4 ? '3.1.1' : '5'}`, { skip: mosquittoMissing }, async t => {
    const pki = await testPki(t)
    const other = await testPki(t, { name: 'Other' })
    const both = await pki.write('both.pem', pki.root.certPem + other.root.certPem)
    const remote = await startMosquitto(t, { pki })
    const observer = await remote.observe('#')
    const tls = tlsOf(pki)
    const sets = [await createTrustSnapshot(tls, 1), await createTrustSnapshot({ ...tls, cacertfile: both }, 2)]
    let trust: TrustSnapshot | undefined = sets[0]
    const north = rig(t, bridgeConfig(remote.tlsPort, {
      protoVer, tls, forwards: [rule('up/#', '')], subscription: [downRule('down/#', '')]
    }), { trust: () => { if (trust === undefined) throw new Error('no trust'); return trust } })
    await north.reaches('up')
    await eventually('the subscription', () => remote.log.some(line => line.includes('Sending SUBACK')))

    let sent = 0
    let sentDown = 0
    const over = new AbortController()
    const loadUp = async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const qos of [1, 2] as const) if (north.offer({ topic: `up/${qos}`, payload: `${sent}`, qos })) sent++
        await sleep(1)
      }
    }
    // one after the other: what floods mosquitto with QoS 2 has its messages thrown away there
    const loadDown = async (qos: 1 | 2): Promise<void> => {
      while (!over.signal.aborted) await observer.client.publishAsync(`down/${qos}`, `${sentDown++}`, { qos })
    }
    const loading = Promise.all([loadUp(), loadDown(1), loadDown(2)])
    for (let round = 1; round <= rounds; round++) {
      trust = sets[round % 2]
      await north.bridge.renew()
      await sleep(20)
    }
    over.abort()
    await loading
    t.equal(north.bridge.counters.takeOvers, rounds)
    t.equal(north.bridge.counters.connects, 1, 'it never went down')
    t.equal(north.bridge.counters.disconnects, 0)
    t.equal(await north.bridge.drain(5000), true)

    await eventually('all up', () => unique(observer.messages.filter(m => m.topic.startsWith('up/'))) >= sent)
    await eventually('all down', () => unique(north.landed) >= sentDown)
    const up = observer.messages.filter(m => m.topic.startsWith('up/'))
    t.equal(unique(up), sent, 'nothing is lost on the way up')
    t.equal(up.length, sent, 'nor sent twice')
    t.equal(north.bridge.counters.resent, 0)
    const down = (qos: number): typeof north.landed => north.landed.filter(m => m.topic === `down/${qos}`)
    t.equal(unique(down(2)), down(2).length, 'QoS 2 comes down exactly once')
    t.equal(unique(down(1)), down(1).length, 'and so does QoS 1: its last acknowledgements reach the remote before the session moves')
    const pauses = north.log.filter(line => line.message.startsWith('link has moved')).map(line => Number(line['pauseMs']))
    t.comment(`${sent} messages up, ${sentDown} down; pauses of the uplink ${Math.min(...pauses)} to ${Math.max(...pauses)} ms`)
    t.same(north.log.filter(line => line.level === 'warn' || line.level === 'error'), [])
    await north.bridge.stop()
  })
}

function unique (messages: readonly { readonly topic: string, readonly payload: Buffer }[]): number {
  return new Set(messages.map(({ topic, payload }) => `${topic} ${payload.toString()}`)).size
}

test('a remote that the new set does not accept loses its link', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const tls = tlsOf(pki)
  let trust = await createTrustSnapshot(tls, 1)
  const north = rig(t, bridgeConfig(remote.tlsPort, { tls }), { trust: () => trust })
  await north.reaches('up')
  trust = await createTrustSnapshot(tlsOf(stranger), 2)
  await north.bridge.renew()
  await north.reaches('waiting')
  const { state } = north.bridge
  t.equal(state.name === 'waiting' && state.reason.code, 'CW_TLS_UNKNOWN_CA')
  trust = await createTrustSnapshot(tls, 3)
  await north.bridge.renew()
  await north.reaches('up')
})

test('a remote that can not be reached for the moment keeps its link', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki, config: ['max_connections 1'] })
  const both = await pki.write('both.pem', pki.root.certPem + (await testPki(t)).root.certPem)
  const tls = tlsOf(pki)
  let trust = await createTrustSnapshot(tls, 1)
  const north = rig(t, bridgeConfig(remote.tlsPort, { tls, connectTimeoutMs: 300, forwards: [rule('up/#', '')] }), { trust: () => trust })
  await north.reaches('up')
  trust = await createTrustSnapshot({ ...tls, cacertfile: both }, 2)
  await north.bridge.renew()
  t.equal(north.bridge.state.name, 'up')
  t.match(north.log.filter(line => line.level === 'warn').map(line => line.message), ['link could not move'])
  north.offer({ topic: 'up/x', payload: 'still', qos: 1 })
  t.equal(await north.bridge.drain(2000), true)
})
