/** Real TLS servers, each wrong in one way; what was refused, in which words, and that it was told nothing. */
import { once } from 'node:events'
import { test } from 'tap'
import { diagnoseEstablished, dialVerified, type DialOptions } from '../../src/trust/dial.ts'
import type { HandshakeError } from '../../src/trust/errors.ts'
import { testPki } from '../support/certificates.ts'
import type { LeafOptions, PkiOptions } from '../support/certificates.ts'
import { tlsRemote } from '../support/tls-remote.ts'
import { assertSilent, assertWorks, dialOptions, mustRefuse } from '../support/verified-dial.ts'

test('the count of what a server hears does count', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const socket = await dialVerified(await dialOptions(pki.caFile, remote.port))
  socket.end('CONNECT')
  await remote.ended()
  t.equal(remote.heard, 7)
})

test('a good remote is handed over, verified and with nothing written', async t => {
  for (const keys of ['ec', 'rsa', 'ed25519'] as const) {
    const pki = await testPki(t, { keys })
    const remote = await tlsRemote(t, pki.server)
    await assertWorks(t, await dialOptions(pki.caFile, remote.port), remote)
  }
})

test('an address is checked as an address, IPv6 too', async t => {
  const pki = await testPki(t)
  const four = await tlsRemote(t, pki.server)
  await assertWorks(t, await dialOptions(pki.caFile, four.port, { host: '127.0.0.1' }), four)
  const six = await tlsRemote(t, pki.server, {}, '::1')
  await assertWorks(t, await dialOptions(pki.caFile, six.port, { host: '::1' }), six)
})

test('a certificate without the address is refused for it', async t => {
  for (const [host, listen] of [['127.0.0.1', '127.0.0.1'], ['::1', '::1']] as const) {
    const pki = await testPki(t, { server: { ipAddresses: [] } })
    const remote = await tlsRemote(t, pki.server, {}, listen)
    const error = await mustRefuse(await dialOptions(pki.caFile, remote.port, { host }))
    t.equal(error.code, 'CW_TLS_NAME_MISMATCH')
    t.match(error.message, `is not ${host}`)
    t.match(error.message, /DNS:localhost/)
    await assertSilent(t, remote)
  }
})

test('sni is what is sent and checked', async t => {
  const pki = await testPki(t, { server: { names: ['broker.example'] } })
  const remote = await tlsRemote(t, pki.server)
  await assertWorks(t, await dialOptions(pki.caFile, remote.port, { servername: 'broker.example' }), remote)
  const error = await mustRefuse(await dialOptions(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_NAME_MISMATCH')
  t.match(error.message, /is not localhost: its certificate CN=localhost .*is for DNS:broker\.example/)
  t.match(error.hint, /sni/)
})

test('a name with other than ASCII dots is not dialled', async t => {
  const pki = await testPki(t, { server: { names: ['*.example.com'] } })
  const remote = await tlsRemote(t, pki.server)
  for (const servername of ['foo\u3002bar.example.com', 'a\u0000.example.com', '', 'a..b']) {
    const error = await mustRefuse(await dialOptions(pki.caFile, remote.port, { servername }))
    t.equal(error.code, 'CW_TLS_FAILED')
    t.match(error.message, /neither a host name nor an IP address/)
  }
})

const wrongLeaves: readonly [what: string, leaf: LeafOptions, code: string, message: RegExp, hint: RegExp][] = [
  ['an expired certificate', { validity: 'expired' }, 'CW_TLS_EXPIRED', /CN=localhost \(issued by CN=Test Intermediate, O=Causeway tests, valid .*expired on \d{4}-\d\d-\d\d/, /renewed/],
  ['one that is not yet valid', { validity: 'not yet' }, 'CW_TLS_NOT_YET_VALID', /CN=localhost .* is not valid before \d{4}-\d\d-\d\d/, /clock/],
  ['a self-signed one', { selfSigned: true }, 'CW_TLS_SELF_SIGNED', /signed by itself and is not in .*ca\.pem/, /SHA-256 ([0-9A-F]{2}:){31}/],
  ['one whose intermediate the server leaves out', { intermediate: 'omitted' }, 'CW_TLS_UNKNOWN_CA', /CN=localhost .* leads to CN=Test Intermediate, O=Causeway tests, which is not in .*ca\.pem/, /send its intermediate/]
]

for (const [what, leaf, code, message, hint] of wrongLeaves) {
  test(`${what} is refused`, async t => {
    const pki = await testPki(t, { server: leaf })
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const remote = await tlsRemote(t, pki.server, { maxVersion })
      const error = await mustRefuse(await dialOptions(pki.caFile, remote.port))
      t.equal(error.code, code)
      t.match(error.message, message)
      t.match(error.message, `localhost:${remote.port}`)
      t.match(error.hint, hint)
      await assertSilent(t, remote)
    }
  })
}

const strangers: readonly [what: string, stranger: PkiOptions, message: RegExp][] = [
  ['another CA', { name: 'Stranger' }, /leads to CN=Stranger Root, O=Causeway tests, which is not in/],
  ['another CA with the same subject', {}, /signed by a CA called CN=Test Root.* has another key/]
]

for (const [what, stranger, message] of strangers) {
  test(`a certificate of ${what} is refused`, async t => {
    const ours = await testPki(t)
    const theirs = await testPki(t, stranger)
    const remote = await tlsRemote(t, theirs.server)
    const error = await mustRefuse(await dialOptions(ours.caFile, remote.port))
    t.equal(error.code, 'CW_TLS_UNKNOWN_CA')
    t.match(error.message, message)
    await assertSilent(t, remote)
    const withRoot = await tlsRemote(t, { certPem: theirs.server.certPem + theirs.root.certPem, keyPem: theirs.server.keyPem })
    t.equal((await mustRefuse(await dialOptions(ours.caFile, withRoot.port))).code, 'CW_TLS_UNKNOWN_CA')
    await assertSilent(t, withRoot)
  })
}

test('what is in the file is trusted: an intermediate alone, a self-signed certificate', async t => {
  const pki = await testPki(t)
  const leafOnly = await pki.issueServer({ intermediate: 'omitted' })
  const remote = await tlsRemote(t, leafOnly)
  await assertWorks(t, await dialOptions(pki.intermediate.certFile, remote.port), remote)
  const own = await pki.issueServer({ selfSigned: true })
  const second = await tlsRemote(t, own)
  await assertWorks(t, await dialOptions(own.certFile, second.port), second)
})

test('a certificate made for clients is refused as a server', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, await pki.issueClient({ names: ['localhost'] }))
  const error = await mustRefuse(await dialOptions(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_BAD_CHAIN')
  t.match(error.message, /not made for servers/)
  await assertSilent(t, remote)
})

test('a server that wants a client certificate: given, missing, and of another CA', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t, { name: 'Stranger' })
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const remote = await tlsRemote(t, pki.server, { maxVersion, requestCert: true, rejectUnauthorized: true, ca: [pki.root.certPem] })
    const files = { certfile: pki.client.certFile, keyfile: pki.client.keyFile }
    await assertWorks(t, await dialOptions(pki.caFile, remote.port, {}, files), remote)

    const without = await dialOptions(pki.caFile, remote.port)
    const missing = maxVersion === 'TLSv1.2' ? await mustRefuse(without) : await lateRefusal(without)
    t.equal(missing.code, 'CW_TLS_CLIENT_CERT', maxVersion)
    t.match(missing.message, /requires a client certificate and none is configured/)
    await assertSilent(t, remote)
  }
  const remote = await tlsRemote(t, pki.server, { maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true, ca: [pki.root.certPem] })
  const foreign = await mustRefuse(await dialOptions(pki.caFile, remote.port, {}, { certfile: stranger.client.certFile, keyfile: stranger.client.keyFile }))
  t.match(foreign.code, /CW_TLS_(CLIENT_CERT|REFUSED)/)
  t.match(foreign.message + foreign.hint, /client certificate/)
})

/** With TLS 1.3 the verdict comes after the hand-over. */
async function lateRefusal (dialling: DialOptions): Promise<HandshakeError> {
  const socket = await dialVerified(dialling)
  const [error] = await once(socket.resume(), 'error').catch((thrown: unknown) => [thrown]) as [unknown]
  return diagnoseEstablished(error, dialling)
}

test('a second dial is verified as the first was, never resumed', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const dialling = await dialOptions(pki.caFile, remote.port)
  await assertWorks(t, dialling, remote)
  await assertWorks(t, dialling, remote)
})
