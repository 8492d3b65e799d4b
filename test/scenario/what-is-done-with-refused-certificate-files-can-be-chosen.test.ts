import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridged, trustSite } from '../support/trust-site.ts'

const skip = mosquittoMissing

test('canary_grace: used all the same when the time is over, and then a remote that is not accepted loses its link', { skip }, async t => {
  const [old, next] = [await testPki(t), await testPki(t, { name: 'Next' })]
  const remote = await startMosquitto(t, { pki: old })
  const site = await trustSite(t, { 'ca.pem': old.root.certPem }, bridged(remote.tlsPort, 'canary_grace = 1s'))
  await site.isUp()
  const begun = performance.now()
  await site.put('ca.pem', next.root.certPem)
  await eventually('it waits', () => site.bridgeTrust().stage.name === 'staged')
  t.equal(site.edge.bridges[0]?.state.name, 'up')
  await eventually('it waits no more', () => site.bridgeTrust().generation === 2)
  t.ok(performance.now() - begun >= 1000, 'not before the second is over')
  t.match(site.bridgeTrust(), { stage: { name: 'settled' }, last: { result: 'forced', reason: /^canary_grace is over; / } })
  t.match(site.log.findLast(({ message }) => message === 'certificate files are in use'), { result: 'forced', reason: /canary_grace/ })
  await site.isDownFor('CW_TLS_UNKNOWN_CA')
  await remote.stop()
  await remote.configure({ pki: next })
  await remote.start()
  await site.isUp()
})

test('enforce: used at once without a trial; a link that it accepts moves, one that it does not accept is ended', { skip }, async t => {
  const [old, next] = [await testPki(t), await testPki(t, { name: 'Next' })]
  const remote = await startMosquitto(t, { pki: old })
  const site = await trustSite(t, { 'ca.pem': old.root.certPem }, bridged(remote.tlsPort, 'strategy = enforce'))
  await site.isUp()
  await site.put('ca.pem', old.root.certPem + next.root.certPem)
  await eventually('it has moved', () => site.edge.bridges[0]?.counters.takeOvers === 1)
  await site.put('ca.pem', next.root.certPem)
  await site.isDownFor('CW_TLS_UNKNOWN_CA')
  t.match(site.bridgeTrust(), { generation: 3, last: { result: 'unproven', reason: 'strategy is enforce' } })
  t.same(site.bridgeReport().history.slice(-4).map(({ step }) => step), ['detected', 'valid', 'committed', 'not cut over'], 'nobody was asked')
})

test('lazy: the link that is up stays, and the next one is made with it', { skip }, async t => {
  const [old, next] = [await testPki(t), await testPki(t, { name: 'Next' })]
  const remote = await startMosquitto(t, { pki: old })
  const observer = await remote.observe('up/#')
  const site = await trustSite(t, { 'ca.pem': old.root.certPem }, bridged(remote.tlsPort, 'strategy = lazy'))
  await site.isUp()
  await site.put('ca.pem', next.root.certPem)
  await eventually('it is in use', () => site.bridgeTrust().generation === 2)
  t.match(site.bridgeTrust().last, { result: 'unproven', reason: 'strategy is lazy' })
  await site.edge.publish({ topic: 'up/x', payload: Buffer.from('by the link of before'), qos: 1, retain: false }, null)
  await observer.received(1)
  t.match(site.edge.bridges[0]?.counters, { connects: 1, takeOvers: 0, disconnects: 0 })
  await remote.stop()
  await remote.start()
  await site.isDownFor('CW_TLS_UNKNOWN_CA')
})
