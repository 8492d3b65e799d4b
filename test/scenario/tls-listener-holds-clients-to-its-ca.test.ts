/** A real listener with the context made of its files: who may come in, and what happens to whom when the files change. */
import { test } from 'tap'
import type { Test } from 'tap'
import { once } from 'node:events'
import { connect, createServer } from 'node:tls'
import type { ConnectionOptions, Server, TLSSocket } from 'node:tls'
import { createListenerContext } from '../../src/trust/listener-context.ts'
import type { ListenerContext, ListenerTrustFiles } from '../../src/trust/listener-context.ts'
import { testPki } from '../support/certificates.ts'
import type { Material, TestPki } from '../support/certificates.ts'
import { listening } from '../support/tls-remote.ts'

interface Running {
  readonly server: Server
  readonly port: number
  context: ListenerContext
}

async function running (t: Test, files: ListenerTrustFiles): Promise<Running> {
  const context = await createListenerContext(files)
  const server = createServer({ ...context.secure, ...context.peers })
  const listener = { server, port: await listening(t, server), context }
  server.on('tlsClientError', () => {})
  server.on('secureConnection', socket => {
    socket.on('error', () => {})
    const refusal = listener.context.refusal(socket)
    socket.end(refusal ?? 'welcome')
  })
  return listener
}

/** What the listener says, or that it ended the connection. */
async function answer (listener: Running, pki: TestPki, client: Material | null, more: ConnectionOptions = {}): Promise<string> {
  const socket: TLSSocket = connect({ host: 'localhost', port: listener.port, ca: [pki.root.certPem], ...(client === null ? {} : { cert: client.certPem, key: client.keyPem }), ...more })
  let said = ''
  socket.on('data', (data: Buffer) => {
    said += data.toString()
  })
  try {
    await once(socket, 'close')
    return said
  } catch {
    return 'refused'
  }
}

function filesOf (pki: TestPki, more: Partial<ListenerTrustFiles> = {}): ListenerTrustFiles {
  return { certfile: pki.server.certFile, keyfile: pki.server.keyFile, keyPassword: null, cacertfile: pki.caFile, verifyPeer: true, failIfNoPeerCert: true, ...more }
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`who may come in with ${maxVersion}`, async t => {
    const pki = await testPki(t)
    const stranger = await testPki(t)
    const expired = await pki.issueClient({ validity: 'expired' })

    const required = await running(t, filesOf(pki))
    t.equal(await answer(required, pki, pki.client, { maxVersion }), 'welcome')
    t.equal(await answer(required, pki, null, { maxVersion }), 'refused')
    // a stranger's client with TLS 1.3 sees a bare end
    for (const other of [stranger.client, expired, pki.server]) t.notMatch(await answer(required, pki, other, { maxVersion }), /welcome/)

    const optional = await running(t, filesOf(pki, { failIfNoPeerCert: false }))
    t.equal(await answer(optional, pki, pki.client, { maxVersion }), 'welcome')
    t.equal(await answer(optional, pki, null, { maxVersion }), 'welcome')
    t.match(await answer(optional, pki, stranger.client, { maxVersion }), /its certificate CN=device is not accepted: /)
    t.match(await answer(optional, pki, expired, { maxVersion }), /its certificate CN=device is not accepted: CERT_HAS_EXPIRED/)

    const open = await running(t, filesOf(pki, { verifyPeer: false }))
    t.equal(await answer(open, pki, null, { maxVersion }), 'welcome')
    t.equal(await answer(open, pki, stranger.client, { maxVersion }), 'welcome')
    t.match(open.context.warnings, [/cacertfile .* has no effect while verify_peer = false/, /fail_if_no_peer_cert has no effect/])
  })
}

test('TLS 1.1 is not spoken', async t => {
  const pki = await testPki(t, { keys: 'rsa' })
  const listener = await running(t, filesOf(pki, { verifyPeer: false }))
  t.equal(await answer(listener, pki, null, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), 'refused')
  t.equal(await answer(listener, pki, null, { maxVersion: 'TLSv1.2' }), 'welcome')
})

test('new files count from the next handshake on, also for a client with a ticket', async t => {
  const [old, fresh] = [await testPki(t, { name: 'Old' }), await testPki(t, { name: 'Fresh' })]
  const listener = await running(t, filesOf(old))
  let ticket: Buffer | undefined
  const first = connect({ host: 'localhost', port: listener.port, ca: [old.root.certPem], cert: old.client.certPem, key: old.client.keyPem, maxVersion: 'TLSv1.2' })
  first.on('session', (session: Buffer) => {
    ticket = session
  })
  await once(first.resume(), 'close')
  t.ok(ticket)

  const next = await createListenerContext(filesOf(fresh))
  t.not(next.fingerprint, listener.context.fingerprint)
  listener.server.setSecureContext(next.secure)
  listener.context = next
  t.equal(await answer(listener, fresh, fresh.client), 'welcome')
  t.notMatch(await answer(listener, fresh, old.client), /welcome/)
  t.notMatch(await answer(listener, old, old.client, { session: ticket, maxVersion: 'TLSv1.2' }), /welcome/, 'a ticket of before opens nothing')
})

test('files that are refused before listening', async t => {
  const pki = await testPki(t)
  await t.rejects(createListenerContext(filesOf(pki, { cacertfile: null })), { code: 'CW_TRUST_CLIENT_CA_MISSING', hint: /verify_peer = false/ })
  await t.rejects(createListenerContext(filesOf(pki, { keyfile: pki.client.keyFile })), { code: 'CW_TRUST_KEY_MISMATCH' })
  await t.rejects(createListenerContext(filesOf(pki, { cacertfile: await pki.write('empty.pem', '') })), { code: 'CW_TRUST_PEM_INVALID', message: /empty\.pem:1: the file is empty/ })
  const expired = await pki.issueServer({ validity: 'expired' })
  await t.rejects(createListenerContext(filesOf(pki, { certfile: expired.certFile, keyfile: expired.keyFile })), { code: 'CW_TRUST_CERT_EXPIRED' })
  const context = await createListenerContext(filesOf(pki, { cacertfile: null, verifyPeer: false, failIfNoPeerCert: false }))
  t.strictSame(context.warnings, [])
  t.ok(Object.isFrozen(context) && Object.isFrozen(context.secure))
})
