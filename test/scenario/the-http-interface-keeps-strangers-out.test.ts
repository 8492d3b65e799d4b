/** What stands between the interface and who must not use it: nothing is open unasked, TLS, tokens, patience with guesses, limits, and no page of another site. */
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { SignJWT } from 'jose'
import { test } from 'tap'
import { adminFor, httpText } from '../support/admin.ts'
import { testPki } from '../support/certificates.ts'

const login = 'ada:lovelace'

test('no port is open unless it is asked for, and then to this machine alone', async t => {
  t.equal((await adminFor(t, '')).admin.address, null)
  t.match((await adminFor(t, httpText)).admin.address, { host: '127.0.0.1' })
})

test('by TLS from 1.2 on, and not without', async t => {
  const pki = await testPki(t)
  const { admin } = await adminFor(t, `http_server { port = 0, username = ada, password = lovelace, certfile = "${pki.server.certFile}", keyfile = "${pki.server.keyFile}" }`)
  const port = admin.address?.port ?? 0
  const ask = async (ca: string, maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<number> => {
    const asked = request({ host: 'localhost', port, path: '/api/v4/brokers', ca, minVersion: 'TLSv1', maxVersion, ciphers: 'DEFAULT@SECLEVEL=0', auth: login, agent: false }).end()
    const [response] = await once(asked, 'response') as [IncomingMessage]
    response.resume()
    return response.statusCode ?? 0
  }
  t.same([await ask(pki.root.certPem, 'TLSv1.2'), await ask(pki.root.certPem, 'TLSv1.3')], [200, 200])
  await t.rejects(ask(pki.root.certPem, 'TLSv1.1'))
  await t.rejects(ask((await testPki(t)).root.certPem, 'TLSv1.3'), 'a client that trusts another CA')
  const plain = connect(port, '127.0.0.1')
  plain.end('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  const heard: Buffer[] = []
  plain.on('data', (bytes: Buffer) => heard.push(bytes))
  await once(plain.on('error', () => {}), 'close')
  t.notMatch(Buffer.concat(heard).toString('latin1'), '200')
})

test('a token lets in where tokens are asked for, and a password does not', async t => {
  const pki = await testPki(t)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const keyfile = await pki.write('token.pub', publicKey.export({ type: 'spki', format: 'pem' }))
  const { ask } = await adminFor(t, `http_server { port = 0, auth_type = jwt, jwt.public.keyfile = "${keyfile}" }`)
  const token = async (expires: string): Promise<string> => new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).setExpirationTime(expires).sign(privateKey)
  const by = async (authorization: string): Promise<unknown[]> => {
    const { status, json, headers } = await ask('/api/v4/nodes', { by: 'http', headers: { authorization } })
    return [status, json.code, headers['www-authenticate']]
  }
  t.same(await by(`Bearer ${await token('1h')}`), [200, 0, undefined])
  t.same(await by(`Bearer ${await token('-1h')}`), [401, 116, 'Bearer realm="causeway"'])
  t.same(await by('Bearer a.b.c'), [401, 103, 'Bearer realm="causeway"'])
  t.same(await by(`Basic ${Buffer.from(login).toString('base64')}`), [401, 104, 'Bearer realm="causeway"'])
})

test('after ten failed logins an address has to wait, with the right password too', async t => {
  const { ask } = await adminFor(t, httpText)
  for (let i = 0; i < 10; i++) t.equal((await ask('/api/v4/nodes', { login: `ada:guess-${i}` })).status, 401)
  const { status, json, headers } = await ask('/api/v4/nodes', { login })
  t.same([status, json.code], [429, 103])
  t.ok(Number(headers['retry-after']) > 50 && Number(headers['retry-after']) <= 60, String(headers['retry-after']))
  t.equal((await ask('/api/v4/nodes')).status, 200, 'the control socket is not an address')
})

test('of many logins at once as many are judged as of those in a row, and those of other addresses do not wait', async t => {
  const { ask } = await adminFor(t, 'http_server { port = 0, username = ada, password = lovelace, limit_conn = 100 }')
  const status = async (login: string, from?: string): Promise<number> => (await ask('/api/v4/nodes', { login, ...(from === undefined ? {} : { from }) })).status
  const nine = Array.from({ length: 9 }, (_, i) => `ada:guess-${i}`)
  t.same(await Promise.all([...nine, login, login].map(async each => status(each))), [...nine.map(() => 401), 200, 200], 'below the limit the right ones pass')
  const more = await Promise.all(Array.from({ length: 40 }, async () => status('ada:guess')))
  t.same([more.filter(each => each === 401).length, more.filter(each => each === 429).length], [1, 39], 'the tenth is judged, and no other one')
  t.equal(await status(login), 429)
  t.equal(await status(login, '127.0.0.2'), 200)
})

test('many at once that nobody has looked at yet are judged one by one too', async t => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pki = await testPki(t)
  const keyfile = await pki.write('token.pub', publicKey.export({ type: 'spki', format: 'pem' }))
  const { ask } = await adminFor(t, `http_server { port = 0, limit_conn = 100, auth_type = jwt, jwt.public.keyfile = "${keyfile}" }`)
  const [header, body] = ['{"alg":"RS256"}', '{"exp":9999999999}'].map(text => Buffer.from(text).toString('base64url'))
  const statuses = await Promise.all(Array.from({ length: 60 }, async (_, i) => {
    const authorization = `Bearer ${header}.${body}.${Buffer.alloc(256, i).toString('base64url')}`
    return (await ask('/api/v4/nodes', { by: 'http', headers: { authorization } })).status
  }))
  t.equal(statuses.filter(status => status === 401).length, 10)
})

test('more than a hundred requests in a second are not answered', async t => {
  const { ask } = await adminFor(t, httpText)
  const statuses: number[] = []
  // a machine that is slow does not get to a hundred in its first second
  for (let round = 0; round < 100 && !statuses.includes(429); round++) statuses.push(...await Promise.all(Array.from({ length: 20 }, async () => (await ask('/healthz', { by: 'http' })).status)))
  t.ok(statuses.includes(429))
  t.ok(statuses.filter(status => status === 200).length >= 80, 'fewer are')
  t.same([...new Set(statuses)].sort(), [200, 429])
})

test('more connections than there may be are closed at once', async t => {
  const { admin } = await adminFor(t, 'http_server { port = 0, username = ada, password = lovelace, limit_conn = 3 }')
  const sockets = Array.from({ length: 4 }, () => connect(admin.address?.port ?? 0, '127.0.0.1').on('error', () => {}))
  t.teardown(() => { for (const socket of sockets) socket.destroy() })
  await Promise.race(sockets.map(async socket => once(socket, 'close')))
  t.equal(sockets.filter(({ closed }) => closed).length, 1)
})

test('a page of another site learns nothing and changes nothing', async t => {
  const { ask, edge } = await adminFor(t, httpText)
  const published: string[] = []
  edge.publish = async ({ topic }) => { published.push(topic) }
  const origin = 'https://elsewhere.example'
  const message = { topic: 'a', payload: '' }
  const publish = async (headers: Record<string, string>): Promise<number> => (await ask('/api/v4/mqtt/publish', { method: 'POST', login, body: message, headers })).status
  const answers = [
    await ask('/api/v4/nodes', { login, headers: { origin } }),
    await ask('/api/v4/mqtt/publish', { method: 'OPTIONS', by: 'http', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
  ]
  for (const { headers } of answers) t.same(Object.keys(headers).filter(name => name.startsWith('access-control')), [])
  t.equal(answers[1]?.status, 401, 'what a browser asks beforehand is refused')
  t.same([await publish({ origin }), await publish({ 'sec-fetch-site': 'cross-site' }), await publish({ 'sec-fetch-site': 'same-site' })], [403, 403, 403])
  t.same(published, [])
  t.equal(await publish({ 'sec-fetch-site': 'same-origin' }), 200)
  t.same(published, ['a'])
})
