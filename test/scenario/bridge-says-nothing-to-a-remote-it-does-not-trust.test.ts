import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { testPki } from '../support/certificates.ts'
import { scriptedRemote } from '../support/scripted-remote.ts'
import { bridgeConfig, rig, tlsOf } from '../support/bridge-rig.ts'

test('a remote of another CA sees no CONNECT, and the log says why', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const north = rig(t, bridgeConfig(remote.tlsPort, { tls: tlsOf(stranger), password: 'secret', username: 'u' }))
  await north.reaches('waiting')
  t.match(north.bridge.state, { name: 'waiting', reason: { code: /^CW_TLS_/ }, failures: 1 })
  t.match(north.log.at(-1), { level: 'warn', hint: /./ })
  t.notMatch(remote.log.join('\n'), /bridge-under-test/)
  await north.reaches('dialling')
  await north.reaches('waiting')
  t.equal(north.log.filter(line => line.level === 'warn').length, 1, 'the same failure is said once')
})

test('without a readable CA file nothing is dialled', async t => {
  const pki = await testPki(t)
  const remote = await scriptedRemote(t)
  const empty = await pki.write('empty.pem', '')
  const north = rig(t, bridgeConfig(remote.port, { tls: { ...tlsOf(pki), cacertfile: empty } }))
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_TRUST_PEM_INVALID', message: /^X509 - The CRT\/CRL\/CSR format is invalid: .*empty\.pem/ } })
  t.equal(remote.count, 0)
  await pki.write('empty.pem', 'x')
  await north.reaches('dialling')
})

test('when the file becomes good the next dial uses it', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const file = await pki.write('late.pem', '')
  const north = rig(t, bridgeConfig(remote.tlsPort, { tls: { ...tlsOf(pki), cacertfile: file } }))
  await north.reaches('waiting')
  await pki.write('late.pem', pki.root.certPem)
  await north.reaches('up')
  const connects = (): number => remote.log.filter(line => line.includes('New bridge connected')).length
  await eventually('the remote has logged it', () => connects() > 0)
  t.equal(connects(), 1, 'and nothing before it said CONNECT')
})
