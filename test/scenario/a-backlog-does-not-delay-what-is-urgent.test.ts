/** A backlog in the lane of low priority drains through TLS, and what comes in the others meanwhile does not wait for its end. */
import { test } from 'tap'
import { bridgeConfig, rig, rule, tlsOf } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'

const BACKLOG = 20_000
const LIVE = 40
const numbersOf = (messages: readonly Received[], topic: string): number[] => messages.filter(each => each.topic === topic).map(({ payload }) => Number(payload.toString()))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test('live messages of high and normal priority pass a backlog of low priority, each lane in its order', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  await remote.observe('#', { clientId: 'observer', clean: false })
  await remote.stop()
  const site = rig(t, bridgeConfig(remote.tlsPort, {
    protoVer: 5, // mosquitto says then that it takes 20 at a time, which all lanes share
    maxSendQueueLen: 3 * BACKLOG,
    tls: tlsOf(pki),
    forwards: [rule('up/log', '', { priority: 'low' }), rule('up/alarm', '', { priority: 'high' }), rule('up/#', '')]
  }))
  let taken = 0
  for (let i = 0; i < BACKLOG; i++) if (site.offer({ topic: 'up/log', payload: String(i), qos: 1 })) taken++
  t.equal(taken, BACKLOG)
  await remote.start()
  const observer = await remote.observe(null, { clientId: 'observer', clean: false })
  await observer.received(100)
  const tookMs: number[] = []
  for (let i = 0; i < LIVE; i++) {
    const begun = performance.now()
    t.ok(site.offer({ topic: 'up/alarm', payload: String(i), qos: i % 2 === 0 ? 1 : 2 }))
    t.ok(site.offer({ topic: 'up/news', payload: String(i), qos: 1 }))
    await eventually('both arrive', () => numbersOf(observer.messages.slice(-1000), 'up/alarm').includes(i) && numbersOf(observer.messages.slice(-1000), 'up/news').includes(i))
    tookMs.push(performance.now() - begun)
  }
  const passed = numbersOf(observer.messages, 'up/log').length
  t.comment(`${passed} of ${BACKLOG} had gone; live messages took ${tookMs.sort((a, b) => a - b)[LIVE >> 1]?.toFixed(1)} ms, ${tookMs.at(-1)?.toFixed(1)} ms at most`)
  t.ok(passed < BACKLOG, `all live ones are there, and ${BACKLOG - passed} of the backlog still wait`)
  await observer.received(BACKLOG + 2 * LIVE)
  t.same(numbersOf(observer.messages, 'up/log'), upTo(BACKLOG))
  t.same(numbersOf(observer.messages, 'up/alarm'), upTo(LIVE))
  t.same(numbersOf(observer.messages, 'up/news'), upTo(LIVE))
  await eventually('the remote has acknowledged all', () => site.bridge.queued === 0)
})
