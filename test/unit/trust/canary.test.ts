import { test } from 'tap'
import { tryCandidate } from '../../../src/trust/canary.ts'
import type { DialOptions } from '../../../src/trust/dial.ts'
import { testPki } from '../../support/certificates.ts'
import type { Material, TestPki } from '../../support/certificates.ts'
import { tlsRemote } from '../../support/tls-remote.ts'
import { dialOptions } from '../../support/verified-dial.ts'

async function options (pki: TestPki, client: Material | null, port: number): Promise<DialOptions> {
  return dialOptions(pki.caFile, port, {}, { certfile: client?.certFile ?? null, keyfile: client?.keyFile ?? null })
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`${version}: our certificate is judged before the canary counts as accepted`, async t => {
    const pki = await testPki(t)
    const stranger = await testPki(t)
    const held = { requestCert: true, rejectUnauthorized: true, ca: pki.root.certPem, minVersion: version, maxVersion: version }
    const remote = await tlsRemote(t, pki.server, held)
    t.equal((await tryCandidate(await options(pki, pki.client, remote.port))).kind, 'accepted')
    t.equal((await tryCandidate(await options(pki, stranger.client, remote.port))).kind, 'refused')
    t.equal((await tryCandidate(await options(pki, null, remote.port))).kind, 'refused')
    t.equal((await tryCandidate(await options(stranger, stranger.client, remote.port))).kind, 'refused')
    t.equal(remote.heard, 0, 'not a byte of MQTT')
  })
}

test('nobody there, and given up: nothing is proven', async t => {
  const pki = await testPki(t)
  t.equal((await tryCandidate(await options(pki, null, 1))).kind, 'unreachable')
  const remote = await tlsRemote(t, pki.server)
  t.equal((await tryCandidate({ ...await options(pki, null, remote.port), signal: AbortSignal.abort() })).kind, 'unreachable')
})
