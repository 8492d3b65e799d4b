import { test } from 'tap'
import { X509Certificate } from 'node:crypto'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { connect, createServer } from 'node:tls'
import { once } from 'node:events'
import { testPki } from '../../support/certificates.ts'
import { createKey, issueCertificate } from '../../../src/trust/issuance.ts'

const openssl = spawnSync('openssl', ['version']).status === 0

for (const keys of ['ec', 'rsa', 'ed25519'] as const) {
  test(`a chain with ${keys} keys is what node and openssl take for good`, async t => {
    const pki = await testPki(t, { keys })
    t.equal(pki.server.certificate.checkHost('localhost'), 'localhost')
    t.equal(pki.server.certificate.checkIP('127.0.0.1'), '127.0.0.1')
    t.ok(pki.server.certificate.checkIP('::1'))
    t.ok(pki.server.certificate.checkIssued(pki.intermediate.certificate))
    t.ok(pki.intermediate.certificate.verify(pki.root.certificate.publicKey))
    t.ok(pki.root.certificate.ca)
    t.notOk(pki.client.certificate.ca)
    t.ok(pki.client.certificate.checkPrivateKey(pki.client.key))

    const server = createServer({ cert: pki.server.certPem, key: pki.server.keyPem, ca: [pki.root.certPem], requestCert: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const socket = connect({ host: '127.0.0.1', port, ca: [await readFile(pki.caFile)], cert: pki.client.certPem, key: pki.client.keyPem })
    await once(socket, 'secureConnect')
    t.ok(socket.authorized)
    socket.destroy()
    server.close()

    if (!openssl) return t.comment('no openssl here: its own verdict is left out')
    const verdict = execFileSync('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', pki.caFile, '-untrusted', pki.intermediate.certFile, pki.server.certFile])
    t.match(verdict.toString(), /: OK/)
  })
}

test('every way of writing an IPv6 address becomes the same sixteen bytes', async t => {
  const key = await createKey('ec')
  for (const [written, checked] of [['::', '::'], ['::1', '0:0:0:0:0:0:0:1'], ['fe80::1:2', 'fe80::1:2'], ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'], ['::ffff:1.2.3.4', '::ffff:102:304']] as const) {
    const certificate = issueCertificate({ commonName: 'x', role: 'server', ipAddresses: [written], notBefore: new Date(0), notAfter: new Date() }, key, null)
    t.ok(certificate.checkIP(checked), written)
  }
})

test('the bad ones are bad in the way their option says', async t => {
  const pki = await testPki(t)
  const now = Date.now()
  const expired = await pki.issueServer({ validity: 'expired' })
  t.ok(Date.parse(expired.certificate.validTo) < now)
  const future = await pki.issueServer({ validity: 'not yet' })
  t.ok(Date.parse(future.certificate.validFrom) > now)
  const own = await pki.issueServer({ selfSigned: true })
  t.equal(own.certificate.issuer, own.certificate.subject)
  const alone = await pki.issueServer({ intermediate: 'omitted' })
  t.equal(alone.certPem.match(/BEGIN/g)?.length, 1)
  const twin = await testPki(t)
  t.equal(twin.root.certificate.subject, pki.root.certificate.subject)
  t.notOk(pki.intermediate.certificate.verify(twin.root.certificate.publicKey))
})

test('dates after 2049 and serial numbers are encoded as RFC 5280 says', async t => {
  const key = await createKey('ec')
  const certificate = issueCertificate({
    commonName: 'Zürich \u2713',
    role: 'authority',
    pathLength: 1,
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2060-06-01T00:00:00Z')
  }, key, null)
  t.equal(new Date(certificate.validTo).toISOString(), '2060-06-01T00:00:00.000Z')
  t.match(certificate.serialNumber, /^[4-7][0-9A-F]{31}$/)
  t.ok(new X509Certificate(certificate.toString()).verify(certificate.publicKey))
  t.throws(() => issueCertificate({ commonName: 'x', role: 'server', ipAddresses: ['1.2.3'], notBefore: new Date(), notAfter: new Date() }, key, null), /not an IP address/)
})
