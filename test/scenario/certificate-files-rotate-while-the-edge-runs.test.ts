import { connect } from 'node:tls'
import { once } from 'node:events'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import type { RotationStatus } from '../../src/trust/rotation-state.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { issue, keyNamed, revocationList } from '../support/issued.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridged, trustSite } from '../support/trust-site.ts'

test('a CA that was removed is gone, once the remote has moved on', { skip: mosquittoMissing }, async t => {
  const old = await testPki(t)
  const next = await testPki(t, { name: 'Next' })
  const remote = await startMosquitto(t, { pki: old })
  const { edge, put, bridgeTrust, isUp, isDownFor } = await trustSite(t, { 'ca.pem': old.root.certPem }, bridged(remote.tlsPort))
  await isUp()

  await put('ca.pem', old.root.certPem + next.root.certPem)
  await eventually('both are trusted', () => bridgeTrust().generation === 2)
  await put('ca.pem', next.root.certPem)
  await eventually('too early', () => bridgeTrust().stage.name === 'staged')
  t.equal(edge.bridges[0]?.state.name, 'up', 'the site is not lost for it')
  t.match(edge.trust[0]?.history.map(({ step }) => step), ['detected', 'valid', 'committed', 'detected', 'valid', 'proven', 'committed', 'cut over', 'detected', 'valid', 'refused'])

  await remote.stop()
  await remote.configure({ pki: next })
  await remote.start()
  await isUp()
  await edge.checkTrust()
  t.match(bridgeTrust(), { generation: 3, stage: { name: 'settled' }, last: { result: 'proven' } })

  await remote.stop()
  await remote.configure({ pki: old })
  await remote.start()
  await isDownFor('CW_TLS_UNKNOWN_CA')
})

test('revocation lists: a renewed one moves nothing, one that can not be right changes nothing, one that revokes the remote ends its link', { skip: mosquittoMissing }, async t => {
  const root = issue({ cn: 'Root', ca: true })
  const server = issue({ cn: 'localhost', names: ['localhost'], by: root })
  const pki = await testPki(t)
  const material = { ...pki.server, certFile: await pki.write('revocable.pem', server.sent), keyFile: await pki.write('revocable.key', server.key.export({ type: 'pkcs8', format: 'pem' })) }
  const remote = await startMosquitto(t, { pki: { ...pki, caFile: await pki.write('revocable-ca.pem', root.pem), server: material } })
  const { edge, put, bridgeTrust, isUp, isDownFor } = await trustSite(t, { 'ca.pem': root.pem, 'list.crl': revocationList({ by: root }) }, path =>
    bridged(remote.tlsPort)(path).replace('ssl {', `ssl { crlfile = "${path('list.crl')}",`))
  await isUp()

  await put('list.crl', revocationList({ by: root, days: [-0.5, 7] }))
  await eventually('the renewed list is in use', () => bridgeTrust().generation === 2)
  t.match(edge.trust[0]?.history.at(-1), { step: 'cut over', reason: /the link stays/ })
  t.equal(edge.bridges[0]?.counters.takeOvers, 0)

  await put('list.crl', revocationList({ by: root, revoked: [server], signer: keyNamed('somebody else') }))
  await eventually('the forged list is refused', () => bridgeTrust().stage.name === 'invalid')
  t.equal(edge.bridges[0]?.state.name, 'up')

  await put('list.crl', revocationList({ by: root, revoked: [server], days: [-0.2, 7] }))
  await isDownFor('CW_TLS_REVOKED')
  t.match(bridgeTrust(), { generation: 3, last: { result: 'forced', reason: /CN=localhost was revoked/ } })
})

test('an operator gives up what is staged, or takes it all the same', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const next = await testPki(t, { name: 'Next' })
  const remote = await startMosquitto(t, { pki })
  const { edge, put, bridgeTrust, isUp } = await trustSite(t, { 'ca.pem': pki.root.certPem }, bridged(remote.tlsPort))
  await isUp()
  const owner = { kind: 'bridge', name: 'north' } as const
  t.equal(edge.commitTrust(owner), false, 'there is nothing')
  t.equal(edge.abortTrust({ kind: 'listener', name: 'north' }), false, 'nor anybody of that name')
  await put('ca.pem', next.root.certPem)
  await eventually('it is refused', () => bridgeTrust().stage.name === 'staged')
  t.equal(edge.abortTrust(owner), true)
  await edge.checkTrust()
  t.match(bridgeTrust(), { generation: 1, stage: { name: 'aborted' } })
  t.equal(edge.bridges[0]?.state.name, 'up')
  t.equal(edge.commitTrust(owner), true)
  t.match(bridgeTrust(), { generation: 2, last: { result: 'forced' } })
  await eventually('the new set does not accept the remote: the link is ended', () => edge.bridges[0]?.state.name === 'waiting')
  await eventually('it is told', () => edge.trust[0]?.history.at(-1)?.step === 'not cut over')
})

test('a remote that is down: what is valid is used, and said to be unproven; its return is met with it', { skip: mosquittoMissing }, async t => {
  const old = await testPki(t)
  const next = await testPki(t, { name: 'Next' })
  const remote = await startMosquitto(t, { pki: old })
  const { edge, put, bridgeTrust, isUp } = await trustSite(t, { 'ca.pem': old.root.certPem }, bridged(remote.tlsPort))
  await isUp()
  await remote.stop()
  await eventually('the link is down', () => edge.bridges[0]?.state.name === 'waiting')
  await put('ca.pem', next.root.certPem)
  await eventually('it is in use', () => bridgeTrust().generation === 2)
  t.equal(bridgeTrust().last?.result, 'unproven')
  await remote.configure({ pki: next })
  await remote.start()
  await isUp()
})

test('files that are bad at the start, or not there: the edge runs, and takes them when they are good', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const { put, bridgeTrust, isUp } = await trustSite(t, {}, bridged(remote.tlsPort))
  await eventually('it says why', () => bridgeTrust().stage.name === 'invalid')
  t.equal(bridgeTrust().generation, 0)
  await put('ca.pem', pki.root.certPem)
  await isUp()
  t.equal(bridgeTrust().generation, 1)
})

test('a listener: connected devices stay, new ones see the new certificate, a bad pair changes nothing', async t => {
  const pki = await testPki(t)
  const renewed = await pki.issueServer()
  const { edge, put } = await trustSite(t, { 'server.pem': pki.server.certPem, 'server.key': pki.server.keyPem }, path => `
listeners.ssl { bind = "127.0.0.1:0", certfile = "${path('server.pem')}", keyfile = "${path('server.key')}" }`)
  const port = edge.addresses.find(({ transport }) => transport === 'tls')?.port ?? 0
  const shown = async (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: pki.root.certPem })
    await once(socket, 'secureConnect')
    const print = socket.getPeerX509Certificate()?.fingerprint256 ?? ''
    socket.destroy()
    return print
  }
  const device = await connectAsync(`mqtts://localhost:${port}`, { ca: pki.root.certPem, reconnectPeriod: 0 })
  t.teardown(async () => device.endAsync(true))
  await device.subscribeAsync('x')
  t.equal(await shown(), pki.server.certificate.fingerprint256)
  const status = (): RotationStatus | undefined => edge.trust[0]?.status

  await put('server.pem', renewed.certPem)
  await eventually('the key is not here yet', () => status()?.stage.name === 'invalid')
  t.equal(await shown(), pki.server.certificate.fingerprint256)
  await put('server.key', renewed.keyPem)
  await eventually('the pair is whole', () => status()?.generation === 2)
  t.equal(await shown(), renewed.certificate.fingerprint256)
  const answered = new Promise<string>(resolve => device.once('message', (_topic, payload) => resolve(payload.toString())))
  await device.publishAsync('x', 'still here', { qos: 1 })
  t.equal(await answered, 'still here')
})
