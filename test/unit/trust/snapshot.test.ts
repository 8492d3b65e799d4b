import { existsSync, readFileSync } from 'node:fs'
import { test } from 'tap'
import { createTrustSnapshot } from '../../../src/trust/snapshot.ts'
import { testPki } from '../../support/certificates.ts'

test('a snapshot is frozen and has the fingerprint of its content', async t => {
  const pki = await testPki(t)
  const files = { cacertfile: pki.caFile, certfile: pki.client.certFile, keyfile: pki.client.keyFile, keyPassword: null }
  const first = await createTrustSnapshot(files, 1)
  t.equal(first.generation, 1)
  t.match(first.fingerprint, /^[0-9a-f]{64}$/)
  for (const part of [first, first.files, first.anchors, first.chain, first.warnings]) t.ok(Object.isFrozen(part))

  const [root, intermediate] = [pki.root.certPem, pki.intermediate.certificate.toString()]
  const print = async (content: string, more = {}): Promise<string> => (await createTrustSnapshot({ ...files, cacertfile: await pki.write('set.pem', content), ...more }, 2)).fingerprint
  t.equal(await print('# a comment\n' + root.replaceAll('\n', '\r\n')), first.fingerprint, 'form does not count')
  const both = await print(root + intermediate)
  t.not(both, first.fingerprint)
  t.equal(await print(intermediate + root + root), both, 'nor order, nor repetition')
  t.not(await print(root, { certfile: null, keyfile: null }), first.fingerprint)
  const renewed = await pki.issueClient()
  t.not(await print(root, { certfile: renewed.certFile, keyfile: renewed.keyFile }), first.fingerprint)
  await t.rejects(createTrustSnapshot({ ...files, cacertfile: await pki.write('empty.pem', '') }, 3), { message: /^X509 - The CRT\/CRL\/CSR format is invalid: .*empty\.pem:1: the file is empty/ })
})

test('equal files have one context, whoever reads them', async t => {
  const pki = await testPki(t)
  const files = { cacertfile: pki.caFile, certfile: null, keyfile: null, keyPassword: null }
  const [north, south] = await Promise.all([createTrustSnapshot(files, 1), createTrustSnapshot({ ...files, cacertfile: await pki.write('copy.pem', pki.root.certPem) }, 4)])
  t.equal(north.context, south.context)
  t.equal(north.fingerprint, south.fingerprint)
  t.equal((await createTrustSnapshot({ ...files, pins: [`sha256//${'A'.repeat(43)}=`] }, 1)).context, north.context, 'what is checked after the handshake needs no other')
  t.not((await createTrustSnapshot({ ...files, tlsVersions: ['tlsv1.3'] }, 1)).context, north.context)
  t.not((await createTrustSnapshot({ ...files, certfile: pki.client.certFile, keyfile: pki.client.keyFile }, 1)).context, north.context)
})

test('what is demanded is part of the generation', async t => {
  const pki = await testPki(t)
  const files = { cacertfile: pki.caFile, certfile: null, keyfile: null, keyPassword: null }
  const plain = await createTrustSnapshot(files, 1)
  for (const demands of [{ alpn: ['mqtt'] }, { crlExpired: 'accept' }, { ciphers: ['TLS_AES_128_GCM_SHA256'] }] as const) {
    t.not((await createTrustSnapshot({ ...files, ...demands }, 1)).fingerprint, plain.fingerprint)
  }
})

const systemBundle = '/etc/ssl/certs/ca-certificates.crt'

test('a bundle of the system is read in many turns of the event loop, and made into one context for all', { skip: existsSync(systemBundle) ? false : 'this system has none' }, async t => {
  const pki = await testPki(t)
  const files = { cacertfile: systemBundle, certfile: null, keyfile: null, keyPassword: null }
  let turns = 0
  let reading = true
  const count = (): void => {
    turns++
    if (reading) setImmediate(count)
  }
  setImmediate(count)
  const copy = await pki.write('bundle.pem', readFileSync(systemBundle))
  const [north, south] = await Promise.all([createTrustSnapshot(files, 1), createTrustSnapshot({ ...files, cacertfile: copy }, 1)])
  reading = false
  t.ok(north.anchors.length > 50)
  t.equal(north.context, south.context, 'two that read it at the same time have one')
  t.ok(turns > 5, `${turns} turns`)
  const before = performance.now()
  t.equal((await createTrustSnapshot(files, 2)).context, north.context)
  t.comment(`again: ${(performance.now() - before).toFixed(1)} ms`)
})
