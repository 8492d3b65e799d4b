/** Dials that verify who answers, and what came of them. */
import type { Test } from 'tap'
import type { TLSSocket } from 'node:tls'
import { type DialOptions, dialVerified } from '../../src/trust/dial.ts'
import { HandshakeError } from '../../src/trust/errors.ts'
import { createTrustSnapshot, type TrustFiles } from '../../src/trust/snapshot.ts'
import type { TlsRemote } from './tls-remote.ts'

export async function dialOptions (caFile: string, port: number, more: Partial<DialOptions> = {}, files: Partial<TrustFiles> = {}): Promise<DialOptions> {
  const snapshot = await createTrustSnapshot({ cacertfile: caFile, certfile: null, keyfile: null, keyPassword: null, ...files }, 1)
  return { host: 'localhost', port, servername: null, snapshot, connectTimeoutMs: 5000, handshakeTimeoutMs: 5000, signal: null, nodelay: true, keepalive: true, localAddress: null, ...more }
}

/** Why it was refused; null: it was trusted. */
export async function refusalOf (dialling: DialOptions): Promise<HandshakeError | null> {
  try {
    const socket = await dialVerified(dialling)
    socket.destroy()
    return null
  } catch (error) {
    if (error instanceof HandshakeError) return error
    throw error
  }
}

export async function mustRefuse (dialling: DialOptions): Promise<HandshakeError> {
  const error = await refusalOf(dialling)
  if (error === null) throw new Error('it was trusted')
  return error
}

export async function assertSilent (t: Test, remote: TlsRemote): Promise<void> {
  await remote.ended()
  t.equal(remote.heard, 0, 'the refused server was told nothing')
}

export async function assertWorks (t: Test, dialling: DialOptions, remote: TlsRemote): Promise<void> {
  const socket: TLSSocket = await dialVerified(dialling)
  t.ok(socket.authorized)
  t.notOk(socket.isSessionReused())
  t.match(socket.getPeerCertificate(true), { raw: Buffer, issuerCertificate: { raw: Buffer } }, 'looking at the chain left it whole')
  t.match(socket.getProtocol(), /^TLSv1\.[23]$/)
  socket.destroy()
  await assertSilent(t, remote)
}
