/** Against a real HTTP server: what is asked, what the answer means, what happens when there is none. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'tap'
import type { Test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import type { Answer, Rights } from '../../src/broker/auth/rights.ts'
import type { HttpAuthConfig, HttpAuthRequest } from '../../src/config/model.ts'
import { silentLogger } from '../../src/logger.ts'
import { authConfig, credentials, httpAuthConfig, rule, topicEntry } from '../support/auth-config.ts'

interface Seen { readonly method: string, readonly url: string, readonly type: string, readonly body: string }
type Reply = (seen: Seen, response: ServerResponse, count: number) => void

class AuthServer {
  readonly seen: Seen[] = []
  readonly #server: Server
  reply: Reply
  open = 0
  mostOpen = 0
  connections = 0

  constructor (reply: Reply) {
    this.reply = reply
    this.#server = createServer((request, response) => { this.#answer(request, response).catch(() => response.destroy()) })
    this.#server.on('connection', socket => {
      this.connections++
      this.mostOpen = Math.max(this.mostOpen, ++this.open)
      socket.on('close', () => { this.open-- })
    })
  }

  async listen (t: Test): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    t.teardown(() => this.stop())
    return this
  }

  get url (): string { return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}` }

  stop (): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  async #answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const seen = { method: request.method ?? '', url: request.url ?? '', type: request.headers['content-type'] ?? '', body }
    this.seen.push(seen)
    this.reply(seen, response, this.seen.length)
  }
}

const status = (code: number): Reply => (_, response) => { response.writeHead(code).end('ignored') }
const request = (url: string, over: Partial<HttpAuthRequest> = {}): HttpAuthRequest =>
  ({ url, tls: null, method: 'POST', headers: {}, params: { u: '%u', c: '%c', p: '%P' }, ...over })
const device = credentials({ username: 'ann', password: Buffer.from('s&c=r+t %') })

function gatekeeper (t: Test, http: Partial<HttpAuthConfig>, over: Partial<Parameters<typeof authConfig>[0]> = {}, now: () => number = Date.now): AuthGatekeeper {
  const made = new AuthGatekeeper(authConfig({ ...over, http: httpAuthConfig(http) }), { logger: silentLogger, now })
  t.teardown(() => made.close())
  return made
}

function rightsOf (answer: Answer): Rights {
  if (!answer.allow) throw new Error(answer.reason)
  return answer.rights
}

const codeOf = (answer: Answer): number => answer.allow ? 0 : answer.returnCode

test('200 lets in, 4xx refuses, anything else is no answer', async t => {
  const server = await new AuthServer(status(200)).listen(t)
  const keeper = gatekeeper(t, { auth: request(`${server.url}/auth`) })
  for (const [code, expected] of [[200, 0], [400, 5], [401, 5], [403, 5], [404, 5], [500, 3], [503, 3], [302, 3], [204, 3], [429, 3]] as const) {
    server.reply = (_, response) => { response.writeHead(code, { location: `${server.url}/elsewhere` }).end() }
    t.equal(codeOf(await keeper.authenticate(device)), expected, `status ${code}`)
  }
  t.notOk(server.seen.some(({ url }) => url === '/elsewhere'), 'no redirect is followed')
  t.equal(server.connections <= 2, true, `connections are kept: ${server.connections}`)
})

test('what is asked: form, JSON and query, each placeholder, nothing injected', async t => {
  const server = await new AuthServer(status(200)).listen(t)
  const params = { u: '%u', c: 'id-%c', a: '%a', r: '%r', P: '%P', p: '%p', C: '%C', d: '%d', A: '%A', t: '%t', m: '%m', fixed: 'x&y', __proto__x: '%u' }
  const who = { ...device, clientId: 'a&admin=1', certificate: { commonName: 'cn', subject: 'CN=cn' } }
  const expected = { u: 'ann', c: 'id-a&admin=1', a: '192.0.2.7', r: 'MQTT', P: 's&c=r+t %', p: '1883', C: 'cn', d: 'CN=cn', fixed: 'x&y', __proto__x: 'ann' }

  await gatekeeper(t, { auth: request(`${server.url}/f`, { params }) }).authenticate(who)
  t.equal(server.seen[0]?.type, 'application/x-www-form-urlencoded')
  t.strictSame(Object.fromEntries(new URLSearchParams(server.seen[0]?.body)), expected)

  await gatekeeper(t, { auth: request(`${server.url}/j`, { params, headers: { 'Content-Type': 'application/json' } }) }).authenticate(who)
  t.strictSame(JSON.parse(server.seen[1]?.body ?? ''), expected)

  await gatekeeper(t, { auth: request(`${server.url}/g?site=7`, { params, method: 'GET' }) }).authenticate(who)
  const asked = new URL(server.seen[2]?.url ?? '', server.url)
  t.strictSame(Object.fromEntries(asked.searchParams), { site: '7', ...expected })
  t.equal(server.seen[2]?.body, '')
})

test('acl: access 2 publishes, 1 subscribes; a superuser is not asked further; the rules of the file hold first', async t => {
  const server = await new AuthServer((seen, response) => {
    const allow = seen.url === '/super' ? seen.body.includes('u=root') : !seen.body.includes('secret')
    response.writeHead(allow ? 200 : 403).end()
  }).listen(t)
  const params = { u: '%u', A: '%A', t: '%t' }
  const keeper = gatekeeper(t,
    { superuser: request(`${server.url}/super`, { params }), acl: request(`${server.url}/acl`, { params }), cacheTtlMs: 60_000 },
    { rules: [rule({ permit: 'deny', topics: ['never/#'] }), rule()] })
  const rights = rightsOf(await keeper.authenticate(credentials({ username: 'ann' })))
  t.equal(await rights.publish(topicEntry('open')), true)
  t.equal(rights.publish(topicEntry('open')), true, 'known: answered at once')
  t.equal(await rights.publish(topicEntry('secret')), false)
  t.equal(await rights.subscribe('open/#'), true)
  t.equal(await rights.subscribe('secret/#'), false)
  t.equal(rights.receive('open/x'), true)
  const before = server.seen.length
  t.equal(rights.publish(topicEntry('never/x')), false)
  t.equal(await rights.subscribe('never/x'), false)
  t.equal(rights.receive('never/x'), false)
  t.equal(server.seen.length, before, 'the server was not asked')
  t.ok(server.seen.some(({ url, body }) => url === '/acl' && body === 'u=ann&A=2&t=open'))
  t.ok(server.seen.some(({ url, body }) => url === '/acl' && body === 'u=ann&A=1&t=open%2F%23'))

  const root = rightsOf(await keeper.authenticate(credentials({ username: 'root' })))
  t.equal(await root.publish(topicEntry('secret')), true)
  t.notOk(server.seen.some(({ url, body }) => url === '/acl' && body.includes('u=root')))
})

test('no answer in time, no server, an endless body', async t => {
  const server = await new AuthServer(() => {}).listen(t)
  const keeper = gatekeeper(t, { auth: request(server.url), timeoutMs: 100 })
  const started = Date.now()
  t.equal(codeOf(await keeper.authenticate(device)), 3)
  t.ok(Date.now() - started < 2_000, 'within the time-out')

  server.reply = (_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write(Buffer.alloc(16_384)), 1)
    response.on('close', () => clearInterval(timer))
  }
  const endless = gatekeeper(t, { auth: request(server.url) })
  t.equal(codeOf(await endless.authenticate(device)), 0, 'the status is enough')

  server.stop()
  t.equal(codeOf(await keeper.authenticate(device)), 3)
  t.equal(keeper.httpCounters.errors, 2)
})

test('the pool bounds connections, equal questions are asked once', async t => {
  const held: ServerResponse[] = []
  const server = await new AuthServer((_, response) => { held.push(response) }).listen(t)
  const keeper = gatekeeper(t, { auth: request(server.url), poolSize: 3 })
  const answers = Array.from({ length: 12 }, (_, n) => keeper.authenticate(credentials({ clientId: `d${n % 6}` })))
  let released = 0
  while (released < 6) {
    await new Promise(resolve => setImmediate(resolve))
    for (const response of held.splice(0)) {
      released++
      response.writeHead(200).end()
    }
  }
  t.ok((await Promise.all(answers)).every(({ allow }) => allow))
  t.equal(server.seen.length, 6, 'twelve devices, six different questions')
  t.ok(server.mostOpen <= 3, `connections: ${server.mostOpen}`)
})

test('the cache holds for its time, and holds no refusal for long', async t => {
  let now = 0
  const server = await new AuthServer(status(200)).listen(t)
  const keeper = gatekeeper(t, { auth: request(server.url), cacheTtlMs: 60_000 }, {}, () => now)
  await keeper.authenticate(device)
  await keeper.authenticate(device)
  t.equal(server.seen.length, 1)
  await keeper.authenticate({ ...device, password: Buffer.from('other') })
  t.equal(server.seen.length, 2, 'another password is another question')
  now = 60_001
  server.reply = status(403)
  t.equal(codeOf(await keeper.authenticate(device)), 5, 'asked again after its time')
  t.equal(codeOf(await keeper.authenticate(device)), 5)
  t.equal(server.seen.length, 3)
  now += 10_001
  server.reply = status(200)
  t.equal(codeOf(await keeper.authenticate(device)), 0)
})

test('on_error = cached: an earlier answer holds while the server can not be asked; a stranger stays out', async t => {
  let now = 0
  const server = await new AuthServer(status(200)).listen(t)
  const http = { auth: request(server.url), cacheTtlMs: 1_000, onError: 'cached' as const }
  const keeper = gatekeeper(t, http, {}, () => now)
  const closed = gatekeeper(t, { ...http, onError: 'deny' }, {}, () => now)
  t.equal(codeOf(await keeper.authenticate(device)), 0)
  t.equal(codeOf(await closed.authenticate(device)), 0)
  now = 3_600_000
  server.reply = status(500)
  t.equal(codeOf(await keeper.authenticate(device)), 0)
  t.equal(keeper.httpCounters.stale, 1)
  t.equal(codeOf(await closed.authenticate(device)), 3)
  t.equal(codeOf(await keeper.authenticate(credentials({ clientId: 'stranger' }))), 3)
  now += 8 * 24 * 3_600_000
  t.equal(codeOf(await keeper.authenticate(device)), 3, 'not for ever')
})

test('a password of the file is checked first, then the server', async t => {
  const server = await new AuthServer(status(200)).listen(t)
  const users = [{ username: 'ann', password: 'secret' }]
  const strict = gatekeeper(t, { auth: request(server.url) }, { users, allowAnonymous: false })
  t.equal(codeOf(await strict.authenticate(device)), 4)
  t.equal(codeOf(await strict.authenticate(credentials({ username: 'bob', password: Buffer.from('x') }))), 4)
  t.equal(server.seen.length, 0)
  t.equal(codeOf(await strict.authenticate(credentials({ username: 'ann', password: Buffer.from('secret') }))), 0)
  const open = gatekeeper(t, { auth: request(server.url) }, { users })
  t.equal(codeOf(await open.authenticate(credentials({ username: 'bob', password: Buffer.from('x') }))), 0, 'known to the server')
  server.reply = status(403)
  t.equal(codeOf(await strict.authenticate(credentials({ username: 'ann', password: Buffer.from('secret') }))), 5)
})

test('a reload keeps the server it had, and refuses who another one let in', async t => {
  const server = await new AuthServer(status(200)).listen(t)
  const http = httpAuthConfig({ auth: request(server.url) })
  const keeper = gatekeeper(t, http)
  const rights = rightsOf(await keeper.authenticate(device))
  keeper.replace(authConfig({ http: { ...http } }))
  const renewed = rightsOf(keeper.renew(rights))
  keeper.replace(authConfig({ http: { ...http, auth: request(`${server.url}/other`) } }))
  t.match(keeper.renew(renewed), { allow: false, returnCode: 5 })
})
