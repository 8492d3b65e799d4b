/** Each route of the application, by the list the application keeps itself: a new one without a row in the contracts fails here. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'tap'
import { adminFor, type AdminRig, type Answered } from '../support/admin.ts'
import { packageRoot } from '../../src/package.ts'
import { type Ask, type Contract, contracts, contractText } from '../support/http-contracts.ts'

interface Route {
  readonly method: string
  /** As the application has it. */
  readonly pattern: string
  readonly path: string
  readonly contract: Contract
}

const login = 'ada:lovelace'
const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']
const PART = 'A part of the page.'

interface Listed { readonly path: string, readonly method: string, readonly descr: string }

async function listed ({ ask }: AdminRig): Promise<readonly Listed[]> {
  return (await ask('/api/v4/')).json.data as readonly Listed[] // as its schema says
}

async function routesOf (rig: AdminRig): Promise<readonly Route[]> {
  return (await listed(rig)).map(({ path: pattern, method, descr }) => {
    const contract = contracts[`${method} ${pattern}`] ?? (descr === PART ? {} : undefined)
    if (contract === undefined) throw new Error(`${method} ${pattern} has no contract: give it a row in test/support/http-contracts.ts`)
    return { method, pattern, path: contract.path ?? pattern, contract }
  })
}

/** All that a request could change, and each call that would change something. */
function watch (rig: AdminRig): () => string {
  const { edge, log } = rig
  const calls: string[] = []
  for (const name of ['publish', 'checkTrust', 'commitTrust', 'abortTrust', 'reload'] as const) {
    const real = (edge[name] as (...args: unknown[]) => unknown).bind(edge)
    Object.defineProperty(edge, name, {
      value: (...args: unknown[]) => {
        if (name !== 'commitTrust' && name !== 'abortTrust') calls.push(name)
        return real(...args)
      }
    })
  }
  void rig.stopped.then(() => calls.push('stopped'))
  return () => JSON.stringify([calls, edge.counters, edge.config, edge.bridges.map(({ name, state }) => [name, state]), [...edge.editedBridges], edge.trust, edge.reloads, edge.addresses, log.levels])
}

test('each route has a contract, each contract a route, and the document has each that is not part of the page', async t => {
  const rig = await adminFor(t, contractText)
  const all = await listed(rig)
  const named = all.filter(({ descr }) => descr !== PART).map(({ method, path }) => `${method} ${path}`)
  t.strictSame([...named].sort(), Object.keys(contracts).sort())
  const { paths } = (await rig.ask('/api/v1/openapi.json')).json as unknown as { paths: Record<string, object> } // an OpenAPI document
  const documented = Object.entries(paths).flatMap(([path, operations]) => Object.keys(operations).map(method => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`))
  t.strictSame(documented.sort(), named.filter(name => name !== 'GET /').sort())
  const page = await readFile(new URL('docs/reference/http.md', packageRoot), 'utf8')
  const written = [...page.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`]*)`/g)].map(([, name = '']) => name.replace(/\{(\w+)\}/g, ':$1'))
  t.same([...new Set(written)].sort(), Object.keys(contracts).sort(), 'docs/reference/http.md has each')
  for (const { path, descr } of all) t.not(descr, '', `${path} says what it is`)
})

test('who is not known gets no answer and changes nothing', async t => {
  const rig = await adminFor(t, contractText)
  const routes = await routesOf(rig)
  const standing = watch(rig)
  const before = standing()
  for (const { method, path, contract: { isOpen, right } } of routes) {
    const { status, json, headers } = await rig.ask(path, { method, by: 'http', ...(right?.body === undefined ? {} : { body: right.body }) })
    if (isOpen) t.equal(status, 200, `${method} ${path} is open`)
    else t.strictSame([status, json.code, headers['www-authenticate']], [401, 104, 'Basic realm="causeway"'], `${method} ${path} without credentials`)
  }
  for (const path of ['/no/such/path', '/healthz/', '/healthz?x=1', '/healthz/x']) {
    const { status } = await rig.ask(path, { by: 'http' })
    t.equal(status, path === '/healthz/' || path === '/healthz?x=1' ? 200 : 401, path)
  }
  t.match(await rig.ask('/api/v4/bridges/%zz', { by: 'http' }), { status: 400, json: { code: 108 } }, 'a path that is none is not looked at')
  t.equal((await rig.ask('/healthz', { method: 'POST', by: 'http' })).status, 401, 'only its GET is open')
  t.match(await rig.ask('/api/v4/ctrl/stop', { method: 'POST', login: 'ada:byron' }), { status: 401, json: { code: 103 } }, 'a wrong password')
  t.equal(standing(), before)
})

/** What is wrong with each route of its kind. */
function wrongsOf ({ method, pattern, path, contract: { wrong = [] } }: Route, hasBody: boolean): readonly (readonly [status: number, code: number, ask: Ask, why: string])[] {
  const hasParameter = pattern.includes(':')
  const above = path.slice(0, path.lastIndexOf('/'))
  return [
    ...(method === 'GET' ? [] : [[400, 109, { body: '{"topic": ' }, 'broken JSON'] as const, [413, 108, { body: JSON.stringify('x'.repeat(2000)) }, 'a body that is too large'] as const]),
    ...(hasBody ? [[400, 108, { body: { no_such_key: 1 } }, 'a wrong key'] as const, [400, 108, { body: 'null' }, 'null'] as const, [400, 108, {}, 'no body'] as const] : []),
    ...(hasParameter ? [[400, 108, { path: `${above}/%zz` }, 'a path that is no text'] as const, [414, 108, { path: `${above}/${'x'.repeat(501)}` }, 'a name that is too long'] as const] : []),
    ...wrong.map(([status, code, ask]) => [status, code, ask, JSON.stringify(ask)] as const)
  ]
}

test('what is malformed is refused and changes nothing', async t => {
  const rig = await adminFor(t, contractText)
  const { paths } = (await rig.ask('/api/v1/openapi.json')).json as unknown as { paths: Record<string, Record<string, { requestBody?: object }>> } // an OpenAPI document
  const standing = watch(rig)
  const before = standing()
  for (const route of await routesOf(rig)) {
    const { method, pattern, path } = route
    const hasBody = paths[pattern.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.requestBody !== undefined
    for (const [status, code, { path: asked = path, body }, why] of wrongsOf(route, hasBody)) {
      // by HTTP a hundred requests a second are answered, and its bodies are bounded as configured
      const way = status === 413 ? { login } : {}
      const answer = await rig.ask(asked, { method, ...way, ...(body === undefined ? {} : { body }) })
      t.strictSame([answer.status, answer.json.code], [status, code], `${method} ${pattern}: ${why}`)
      t.equal(typeof answer.json['message'], 'string', 'says what is wrong')
    }
    if (method === 'GET') continue
    for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
      const { status, json } = await rig.ask(path, { method, body: 'payload=1', headers: { 'content-type': type } })
      t.strictSame([status, json.code], [415, 109], `${method} ${pattern}: ${type}`)
    }
  }
  t.equal(standing(), before)
})

test('a method that a path has not is 405 with those it has; a path that is not there is 404', async t => {
  const rig = await adminFor(t, contractText)
  const routes = await routesOf(rig)
  const standing = watch(rig)
  const before = standing()
  for (const path of new Set(routes.map(route => route.path))) {
    const has = routes.filter(route => route.path === path).map(({ method }) => method).sort()
    for (const method of methods.filter(each => !has.includes(each))) {
      const { status, headers } = await rig.ask(path, { method })
      t.strictSame([status, headers['allow']], [405, has.join(', ')], `${method} ${path}`)
    }
  }
  for (const path of ['/no/such/path', '/api/v4/rules', '/api/v4/bridges/a/b/c', '/../etc/passwd', '/api/v4/configuration/']) {
    const { status, json } = await rig.ask(path)
    t.strictSame([status, json.code], path === '/api/v4/configuration/' ? [200, 0] : [404, 102], path)
  }
  t.equal(standing(), before)
})

async function headOf ({ admin }: AdminRig, path: string): Promise<number> {
  const asked = request({ socketPath: admin.controlSocket ?? '', path, agent: false }).end()
  const [{ statusCode }] = await once(asked, 'response') as [IncomingMessage]
  asked.on('error', () => {})
  asked.destroy()
  return statusCode ?? 0
}

/** The events have no end: their head is the answer. */
async function answerOf (rig: AdminRig, { method, path, contract: { right } }: Route): Promise<Pick<Answered, 'status' | 'json'> & { readonly isJson: boolean }> {
  if (path === '/api/v1/events') return { status: await headOf(rig, path), json: { code: 0, data: null }, isJson: false }
  const { status, json, headers } = await rig.ask(path, { method, ...(right?.body === undefined ? {} : { body: right.body }) })
  return { status, json, isJson: String(headers['content-type']).startsWith('application/json') }
}

test('what is right is answered, in the order of the contracts', async t => {
  const rig = await adminFor(t, contractText)
  const place = ({ method, pattern }: Route): number => Object.keys(contracts).indexOf(`${method} ${pattern}`)
  for (const route of [...await routesOf(rig)].sort((a, b) => place(a) - place(b))) {
    const { status = 200 } = route.contract.right ?? {}
    const answer = await answerOf(rig, route)
    t.equal(answer.status, status, `${route.method} ${route.pattern}`)
    if (answer.isJson && route.pattern.startsWith('/api/v4') && route.pattern !== '/api/v4/metrics') t.equal(answer.json.code === 0, status < 300, `${route.method} ${route.pattern}: code`)
  }
  await rig.stopped
})
