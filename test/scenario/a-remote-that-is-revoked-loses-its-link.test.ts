/** OCSP after the dial: the link of a remote that its authority has revoked meanwhile is ended, and it is not let in again. */
import { test } from 'tap'
import { startBridge } from '../../src/bridge/bridge.ts'
import { BridgeTrust } from '../../src/reload/bridge-trust.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { bridgeConfig, keepingLogger, tlsOf } from '../support/bridge-rig.ts'
import type { LogLine } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { issue } from '../support/issued.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { ocspReply, ocspResponder } from '../support/ocsp.ts'

test('good at the dial, revoked a while later', { skip: mosquittoMissing }, async t => {
  let status: 'good' | 'revoked' = 'good'
  const responder = await ocspResponder(t, () => ocspReply({ about: server, status, hours: [-24, 0.0008] }))
  const root = issue({ cn: 'Root', ca: true })
  const server = issue({ cn: 'localhost', names: ['localhost'], by: root, ocspUrl: responder.url })
  const pki = await testPki(t)
  const pem = { certFile: await pki.write('ocsp.pem', server.sent), keyFile: await pki.write('ocsp.key', server.key.export({ type: 'pkcs8', format: 'pem' })), caFile: await pki.write('ocsp-ca.pem', root.pem) }
  const remote = await startMosquitto(t, { pki: { ...pki, caFile: pem.caFile, server: { ...pki.server, ...pem } } })
  const tls = { ...tlsOf(pem), ocsp: 'direct' } as const
  const config = bridgeConfig(remote.tlsPort, { tls })
  const log: LogLine[] = []
  const trust = new BridgeTrust(config, tls, keepingLogger(log))
  t.teardown(async () => trust.rotation.stop())
  const bridge = startBridge({ config, relay: createRelay({ interest: null }), delivery: { deliver: (_message, done) => done(null) }, trust: trust.source, trustListener: trust, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => bridge.stop())
  trust.serve(bridge)
  await eventually('the link is up', () => bridge.state.name === 'up', 15_000)
  t.match(trust.inUse.filter(({ kind }) => kind === 'OCSP answer'), [{ subject: 'CN=localhost' }])
  t.equal(responder.questions.length, 1)

  await eventually('the answer has ended', () => (trust.inUse.find(({ kind }) => kind === 'OCSP answer')?.notAfter ?? 0) < Date.now(), 15_000)
  await trust.reprove()
  t.equal(bridge.state.name, 'up')
  t.equal(responder.questions.length, 2, 'it was asked again, and is good')
  t.equal(bridge.counters.takeOvers, 0, 'for that nothing moves')

  status = 'revoked'
  await eventually('the answer has ended', () => (trust.inUse.find(({ kind }) => kind === 'OCSP answer')?.notAfter ?? 0) < Date.now(), 15_000)
  await trust.reprove()
  await eventually('the link is ended', () => bridge.state.name === 'waiting' && bridge.state.reason.code === 'CW_TLS_REVOKED', 15_000)
  t.match(log.filter(({ level }) => level === 'warn').map(({ message }) => message), [/not accepted any more/])
})
