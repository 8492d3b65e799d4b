/** Against a real HTTPS server: who is asked, with which certificate, and what happens when its CA, or ours, is changed. */
import { createServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { test } from 'tap'
import type { Test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import type { HttpTlsConfig } from '../../src/config/model.ts'
import { authConfig, credentials, httpAuthConfig } from '../support/auth-config.ts'
import { keepingLogger } from '../support/bridge-rig.ts'
import type { LogLine } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import type { Material, TestPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { listening } from '../support/tls-remote.ts'

interface AuthServer {
  readonly url: string
  /** Requests that were heard, and the names of the certificates they came with. */
  readonly heard: string[]
  connections: number
}

async function authServer (t: Test, { certPem, keyPem }: Material, options: ServerOptions = {}): Promise<AuthServer> {
  const server = createServer({ cert: certPem, key: keyPem, ...options }, (request, response) => {
    const { subject } = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string } } : {}
    made.heard.push(subject?.CN ?? 'nobody')
    request.resume()
    response.writeHead(200).end()
  })
  const made: AuthServer = { url: '', heard: [], connections: 0 }
  server.on('secureConnection', (socket: Socket) => {
    made.connections++
    socket.on('error', () => {})
  })
  server.on('tlsClientError', () => {})
  return Object.assign(made, { url: `https://localhost:${await listening(t, server, 'localhost')}/auth?secret` })
}

function asking (t: Test, url: string, files: Partial<HttpTlsConfig> & Pick<HttpTlsConfig, 'cacertfile'>): { readonly log: LogLine[], readonly answer: () => Promise<string> } {
  const log: LogLine[] = []
  const tls = { certfile: null, keyfile: null, keyPassword: null, ...files }
  const http = httpAuthConfig({ auth: { url, tls, method: 'POST', headers: {}, params: { u: '%u', p: '%P' } } })
  const gatekeeper = new AuthGatekeeper(authConfig({ http }), { logger: keepingLogger(log) })
  t.teardown(() => gatekeeper.close())
  let asked = 0
  return {
    log,
    async answer () {
      const given = await gatekeeper.authenticate(credentials({ username: `user ${asked++}`, password: Buffer.from('hunter2') }))
      return given.allow ? 'allow' : given.reason
    }
  }
}

async function put (pki: TestPki, file: string, content: string): Promise<void> {
  await writeFile(join(pki.dir, 'next'), content)
  await rename(join(pki.dir, 'next'), file)
}

test('a server of the CA in the file is asked, over one connection; another hears not a byte', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const server = await authServer(t, pki.server)
  const good = asking(t, server.url, { cacertfile: pki.caFile })
  t.equal(await good.answer(), 'allow')
  t.equal(await good.answer(), 'allow')
  t.same(server.heard, ['nobody', 'nobody'])
  t.equal(server.connections, 1, 'it is kept')

  const bad = asking(t, server.url, { cacertfile: stranger.caFile })
  t.match(await bad.answer(), /can not be asked/)
  t.equal(server.heard.length, 2, 'nothing was asked')
  const told = bad.log.find(({ message }) => message.startsWith('authorization server can not be asked'))
  t.match(told, { reason: /^localhost:\d+ is not trusted: .*has another key/, server: /^https:\/\/localhost:\d+\/auth$/ })
  t.notMatch(JSON.stringify(bad.log), /hunter2|secret/)
})

test('a name that is not in the certificate, and a file that is not there, ask nobody', async t => {
  const pki = await testPki(t)
  const server = await authServer(t, await pki.issueServer({ names: ['other.example'], ipAddresses: [] }))
  t.match(await asking(t, server.url, { cacertfile: pki.caFile }).answer(), /can not be asked/)
  const missing = asking(t, server.url, { cacertfile: join(pki.dir, 'none.pem') })
  t.match(await missing.answer(), /can not be asked/)
  t.match(missing.log.find(({ message }) => message.startsWith('authorization server can not be asked')), { reason: /none\.pem:1: the file does not exist/ })
  t.same(server.heard, [])
})

test('this broker shows its certificate where the server wants one', async t => {
  const pki = await testPki(t)
  const server = await authServer(t, pki.server, { requestCert: true, rejectUnauthorized: true, ca: pki.root.certPem })
  t.equal(await asking(t, server.url, { cacertfile: pki.caFile, certfile: pki.client.certFile, keyfile: pki.client.keyFile }).answer(), 'allow')
  t.same(server.heard, ['device'])
  t.match(await asking(t, server.url, { cacertfile: pki.caFile }).answer(), /can not be asked/)
})

test('the CA file is changed: what was verified by the old one is not used any more', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const server = await authServer(t, pki.server)
  const cacertfile = await pki.write('auth-ca.pem', pki.root.certPem)
  const site = asking(t, server.url, { cacertfile })
  t.equal(await site.answer(), 'allow')
  const inUse = (): number => site.log.filter(({ message }) => message === 'certificate files are in use').length

  await put(pki, cacertfile, 'no certificate')
  await eventually('it is told', () => site.log.some(({ message }) => message.startsWith('certificate files can not be used')))
  t.equal(await site.answer(), 'allow', 'the last good ones serve on')

  const before = inUse()
  await put(pki, cacertfile, stranger.root.certPem)
  await eventually('it is in use', () => inUse() > before)
  t.match(await site.answer(), /can not be asked/, 'the connection that was kept is not used')

  await put(pki, cacertfile, stranger.root.certPem + pki.root.certPem)
  await eventually('it is in use', () => inUse() > before + 1)
  t.equal(await site.answer(), 'allow')
})
