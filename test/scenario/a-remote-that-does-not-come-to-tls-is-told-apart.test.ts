/** Remotes that speak something else, too old a TLS, or nothing: each in words of its own. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { listening, tlsRemote } from '../support/tls-remote.ts'
import { assertSilent, dialOptions, mustRefuse } from '../support/verified-dial.ts'

test('a port that speaks something else is called that', async t => {
  const pki = await testPki(t)
  const talker = await listening(t, createServer(socket => socket.end('220 mail.example ESMTP\r\n')))
  const spoken = await mustRefuse(await dialOptions(pki.caFile, talker))
  t.equal(spoken.code, 'CW_TLS_NOT_TLS')
  t.match(spoken.message, /does not speak TLS on this port/)
  const closer = await listening(t, createServer(socket => socket.once('data', () => socket.destroy())))
  const closed = await mustRefuse(await dialOptions(pki.caFile, closer))
  t.equal(closed.code, 'CW_TLS_REFUSED')
  t.match(closed.message, /closed the connection during the handshake/)
})

test('a silent server is given up in time', async t => {
  const pki = await testPki(t)
  let ended: Promise<unknown> = Promise.resolve()
  const silent = await listening(t, createServer(socket => {
    ended = once(socket.resume(), 'close')
  }))
  const error = await mustRefuse(await dialOptions(pki.caFile, silent, { handshakeTimeoutMs: 50 }))
  t.equal(error.code, 'CW_TLS_TIMEOUT')
  t.match(error.message, /within 50 ms/)
  await ended
})

test('a server of TLS 1.1 is refused', async t => {
  const pki = await testPki(t, { keys: 'rsa' })
  const remote = await tlsRemote(t, pki.server, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
  const error = await mustRefuse(await dialOptions(pki.caFile, remote.port))
  t.equal(error.code, 'CW_TLS_VERSION')
  t.match(error.message, /no TLS version from 1\.2 up/)
  await assertSilent(t, remote)
})

test('nobody there, no such name, and given up on the way', async t => {
  const pki = await testPki(t)
  const port = await freePort()
  const refused = await mustRefuse(await dialOptions(pki.caFile, port, { host: '127.0.0.1' }))
  t.equal(refused.code, 'CW_TLS_UNREACHABLE')
  t.match(refused.message, /nothing listens there/)
  t.equal((await mustRefuse(await dialOptions(pki.caFile, port, { host: 'localhost' }))).code, 'CW_TLS_UNREACHABLE')
  t.equal((await mustRefuse(await dialOptions(pki.caFile, port, { host: 'nowhere.invalid' }))).code, 'CW_TLS_UNREACHABLE')

  const silent = await listening(t, createServer(socket => socket.resume()))
  const giveUp = new AbortController()
  const waiting = mustRefuse(await dialOptions(pki.caFile, silent, { signal: giveUp.signal }))
  giveUp.abort()
  t.equal((await waiting).code, 'CW_TLS_ABORTED')
  t.equal((await mustRefuse(await dialOptions(pki.caFile, silent, { signal: giveUp.signal }))).code, 'CW_TLS_ABORTED')
})
