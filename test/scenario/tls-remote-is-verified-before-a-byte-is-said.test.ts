/** Real TLS servers, each wrong in one way; what was refused, in which words, and that it was told nothing. */
import { test } from 'tap'
import type { Test } from 'tap'
import { once } from 'node:events'
import { createServer as createPlainServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import type { TrustFiles } from '../../src/trust/snapshot.ts'
import { diagnoseEstablished, dialVerified } from '../../src/trust/dial.ts'
import type { DialOptions } from '../../src/trust/dial.ts'
import { HandshakeError } from '../../src/trust/errors.ts'
import { testPki } from '../support/certificates.ts'
import type { LeafOptions, PkiOptions } from '../support/certificates.ts'
import { listening, tlsRemote } from '../support/tls-remote.ts'
import type { TlsRemote } from '../support/tls-remote.ts'

async function options (caFile: string, port: number, more: Partial<DialOptions> = {}, files: Partial<TrustFiles> = {}): Promise<DialOptions> {
  const snapshot = await createTrustSnapshot({ cacertfile: caFile, certfile: null, keyfile: null, keyPassword: null, ...files }, 1)
  return { host: 'localhost', port, servername: null, snapshot, connectTimeoutMs: 5000, handshakeTimeoutMs: 5000, signal: null, nodelay: true, keepalive: true, localAddress: null, ...more }
}

async function refusal (t: Test, dialling: DialOptions): Promise<HandshakeError> {
  try {
    const socket = await dialVerified(dialling)
    socket.destroy()
  } catch (error) {
    if (error instanceof HandshakeError) return error
    throw error
  }
  t.fail('it was trusted')
  throw new Error('it was trusted')
}

async function assertSilent (t: Test, remote: TlsRemote): Promise<void> {
  await remote.ended()
  t.equal(remote.heard, 0, 'the refused server was told nothing')
}

async function assertWorks (t: Test, dialling: DialOptions, remote: TlsRemote): Promise<void> {
  const socket: TLSSocket = await dialVerified(dialling)
  t.ok(socket.authorized)
  t.notOk(socket.isSessionReused())
  t.match(socket.getPeerCertificate(true), { raw: Buffer, issuerCertificate: { raw: Buffer } }, 'looking at the chain left it whole')
  t.match(socket.getProtocol(), /^TLSv1\.[23]$/)
  socket.destroy()
  await assertSilent(t, remote)
}

test('the count of what a server hears does count', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const socket = await dialVerified(await options(pki.caFile, remote.port))
  socket.end('CONNECT')
  await remote.ended()
  t.equal(remote.heard, 7)
})

test('a good remote is handed over, verified and with nothing written', async t => {
  for (const keys of ['ec', 'rsa', 'ed25519'] as const) {
    const pki = await testPki(t, { keys })
    const remote = await tlsRemote(t, pki.server)
    await assertWorks(t, await options(pki.caFile, remote.port), remote)
  }
})

test('an address is checked as an address, IPv6 too', async t => {
  const pki = await testPki(t)
  const four = await tlsRemote(t, pki.server)
  await assertWorks(t, await options(pki.caFile, four.port, { host: '127.0.0.1' }), four)
  const six = await tlsRemote(t, pki.server, {}, '::1')
  await assertWorks(t, await options(pki.caFile, six.port, { host: '::1' }), six)
})

test('a certificate without the address is refused for it', async t => {
  for (const [host, listen] of [['127.0.0.1', '127.0.0.1'], ['::1', '::1']] as const) {
    const pki = await testPki(t, { server: { ipAddresses: [] } })
    const remote = await tlsRemote(t, pki.server, {}, listen)
    const error = await refusal(t, await options(pki.caFile, remote.port, { host }))
    t.equal(error.code, 'CW_TLS_NAME_MISMATCH')
    t.match(error.message, `is not ${host}`)
    t.match(error.message, /DNS:localhost/)
    await assertSilent(t, remote)
  }
})

test('sni is what is sent and checked', async t => {
  const pki = await testPki(t, { server: { names: ['broker.example'] } })
  const remote = await tlsRemote(t, pki.server)
  await assertWorks(t, await options(pki.caFile, remote.port, { servername: 'broker.example' }), remote)
  const error = await refusal(t, await options(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_NAME_MISMATCH')
  t.match(error.message, /is not localhost: its certificate CN=localhost .*is for DNS:broker\.example/)
  t.match(error.hint, /sni/)
})

test('a name with other than ASCII dots is not dialled', async t => {
  const pki = await testPki(t, { server: { names: ['*.example.com'] } })
  const remote = await tlsRemote(t, pki.server)
  for (const servername of ['foo\u3002bar.example.com', 'a\u0000.example.com', '', 'a..b']) {
    const error = await refusal(t, await options(pki.caFile, remote.port, { servername }))
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
      const error = await refusal(t, await options(pki.caFile, remote.port))
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
    const error = await refusal(t, await options(ours.caFile, remote.port))
    t.equal(error.code, 'CW_TLS_UNKNOWN_CA')
    t.match(error.message, message)
    await assertSilent(t, remote)
    const withRoot = await tlsRemote(t, { certPem: theirs.server.certPem + theirs.root.certPem, keyPem: theirs.server.keyPem })
    t.equal((await refusal(t, await options(ours.caFile, withRoot.port))).code, 'CW_TLS_UNKNOWN_CA')
    await assertSilent(t, withRoot)
  })
}

test('what is in the file is trusted: an intermediate alone, a self-signed certificate', async t => {
  const pki = await testPki(t)
  const leafOnly = await pki.issueServer({ intermediate: 'omitted' })
  const remote = await tlsRemote(t, leafOnly)
  await assertWorks(t, await options(pki.intermediate.certFile, remote.port), remote)
  const own = await pki.issueServer({ selfSigned: true })
  const second = await tlsRemote(t, own)
  await assertWorks(t, await options(own.certFile, second.port), second)
})

test('a certificate made for clients is refused as a server', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, await pki.issueClient({ names: ['localhost'] }))
  const error = await refusal(t, await options(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_BAD_CHAIN')
  t.match(error.message, /not made for servers/)
  await assertSilent(t, remote)
})

test('a port that speaks something else is called that', async t => {
  const pki = await testPki(t)
  const talker = await listening(t, createPlainServer(socket => socket.end('220 mail.example ESMTP\r\n')))
  const spoken = await refusal(t, await options(pki.caFile, talker))
  t.equal(spoken.code, 'CW_TLS_NOT_TLS')
  t.match(spoken.message, /does not speak TLS on this port/)
  const closer = await listening(t, createPlainServer(socket => socket.once('data', () => socket.destroy())))
  const closed = await refusal(t, await options(pki.caFile, closer))
  t.equal(closed.code, 'CW_TLS_REFUSED')
  t.match(closed.message, /closed the connection during the handshake/)
})

test('a silent server is given up in time', async t => {
  const pki = await testPki(t)
  let ended: Promise<unknown> = Promise.resolve()
  const silent = await listening(t, createPlainServer(socket => {
    ended = once(socket.resume(), 'close')
  }))
  const error = await refusal(t, await options(pki.caFile, silent, { handshakeTimeoutMs: 50 }))
  t.equal(error.code, 'CW_TLS_TIMEOUT')
  t.match(error.message, /within 50 ms/)
  await ended
})

test('a server of TLS 1.1 is refused', async t => {
  const pki = await testPki(t, { keys: 'rsa' })
  const remote = await tlsRemote(t, pki.server, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  const error = await refusal(t, await options(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_VERSION')
  t.match(error.message, /no TLS version from 1\.2 up/)
  await assertSilent(t, remote)
})

test('a server that wants a client certificate: given, missing, and of another CA', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t, { name: 'Stranger' })
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const remote = await tlsRemote(t, pki.server, { maxVersion, requestCert: true, rejectUnauthorized: true, ca: [pki.root.certPem] })
    const files = { certfile: pki.client.certFile, keyfile: pki.client.keyFile }
    await assertWorks(t, await options(pki.caFile, remote.port, {}, files), remote)

    const without = await options(pki.caFile, remote.port)
    const missing = maxVersion === 'TLSv1.2' ? await refusal(t, without) : await lateRefusal(without)
    t.equal(missing.code, 'CW_TLS_CLIENT_CERT', maxVersion)
    t.match(missing.message, /requires a client certificate and none is configured/)
    await assertSilent(t, remote)
  }
  const remote = await tlsRemote(t, pki.server, { maxVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true, ca: [pki.root.certPem] })
  const foreign = await refusal(t, await options(pki.caFile, remote.port, {}, { certfile: stranger.client.certFile, keyfile: stranger.client.keyFile }))
  t.match(foreign.code, /CW_TLS_(CLIENT_CERT|REFUSED)/)
  t.match(foreign.message + foreign.hint, /client certificate/)
})

/** With TLS 1.3 the verdict comes after the hand-over. */
async function lateRefusal (dialling: DialOptions): Promise<HandshakeError> {
  const socket = await dialVerified(dialling)
  const [error] = await once(socket.resume(), 'error').catch((thrown: unknown) => [thrown]) as [unknown]
  return diagnoseEstablished(error, dialling)
}

test('nobody there, no such name, and given up on the way', async t => {
  const pki = await testPki(t)
  const gone = createPlainServer()
  gone.listen(0, '127.0.0.1')
  await once(gone, 'listening')
  const { port } = gone.address() as AddressInfo
  gone.close()
  await once(gone, 'close')
  const refused = await refusal(t, await options(pki.caFile, port, { host: '127.0.0.1' }))
  t.equal(refused.code, 'CW_TLS_UNREACHABLE')
  t.match(refused.message, /nothing listens there/)
  t.equal((await refusal(t, await options(pki.caFile, port, { host: 'localhost' }))).code, 'CW_TLS_UNREACHABLE')
  t.equal((await refusal(t, await options(pki.caFile, port, { host: 'nowhere.invalid' }))).code, 'CW_TLS_UNREACHABLE')

  const silent = await listening(t, createPlainServer(socket => socket.resume()))
  const giveUp = new AbortController()
  const waiting = refusal(t, await options(pki.caFile, silent, { signal: giveUp.signal }))
  giveUp.abort()
  t.equal((await waiting).code, 'CW_TLS_ABORTED')
  t.equal((await refusal(t, await options(pki.caFile, silent, { signal: giveUp.signal }))).code, 'CW_TLS_ABORTED')
})

test('a second dial is verified as the first was, never resumed', async t => {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const dialling = await options(pki.caFile, remote.port)
  await assertWorks(t, dialling, remote)
  await assertWorks(t, dialling, remote)
})
