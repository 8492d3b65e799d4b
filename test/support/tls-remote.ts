/** TLS servers for tests, that count what they are told. */
import type { Test } from 'tap'
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import type { Material } from './certificates.ts'

export interface TlsRemote {
  readonly port: number
  /** Settles when every connection so far has ended. */
  ended (): Promise<unknown>
  /** Application bytes that reached the server. */
  heard: number
}

/** Listens until the test ends; answers the port. */
export async function listening (t: Test, server: Server, host = '127.0.0.1'): Promise<number> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket.on('error', () => {}))
  })
  server.listen(0, host)
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** @param options `staple`: an OCSP response that is sent to those who ask for one */
export async function tlsRemote (t: Test, material: Pick<Material, 'certPem' | 'keyPem'>, { staple, ...options }: TlsOptions & { readonly staple?: Buffer } = {}, host?: string): Promise<TlsRemote> {
  const server = createServer({ cert: material.certPem, key: material.keyPem, ...options })
  if (staple !== undefined) server.on('OCSPRequest', (_certificate: Buffer, _issuer: Buffer, answer: (error: Error | null, response: Buffer) => void) => answer(null, staple))
  const ends: Promise<unknown>[] = []
  const remote = { port: 0, heard: 0, ended: async () => Promise.all(ends) }
  server.on('connection', (socket: Socket) => ends.push(new Promise(resolve => socket.once('close', resolve))))
  server.on('secureConnection', socket => socket.on('error', () => {}).on('data', (data: Buffer) => {
    remote.heard += data.length
  }))
  server.on('tlsClientError', () => {})
  remote.port = await listening(t, server, host)
  return remote
}
