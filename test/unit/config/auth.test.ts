/** `auth`: users, rules in NanoMQ's forms, servers that are asked. */
import { test } from 'tap'
import { configOf, inspectText, warningsOf } from '../../support/config-text.ts'

test('the defaults', async t => {
  t.same(configOf('').auth, { allowAnonymous: true, noMatch: 'allow', denyAction: 'ignore', users: [], rules: [], http: null, cache: { maxSize: 10_000 } })
})

test('what NanoMQ\'s own file says', async t => {
  const { auth } = configOf('auth { allow_anonymous = false, no_match = deny, deny_action = disconnect, cache = { max_size = 32, ttl = 1m }\npassword = { admin: public, "#odd:name" = "p w" } }')
  t.match(auth, { allowAnonymous: false, noMatch: 'deny', denyAction: 'disconnect', cache: { maxSize: 32 } })
  t.same(auth.users, [{ username: 'admin', password: 'public' }, { username: '#odd:name', password: 'p w' }])
})

test('names of users are only names', async t => {
  t.same(configOf('auth.password { __proto__ = x, constructor = y }').auth.users, [{ username: '__proto__', password: 'x' }, { username: 'constructor', password: 'y' }])
})

test('a hash is taken as it stands', async t => {
  const hash = `scrypt$16384$8$1$${'A'.repeat(22)}==$${'B'.repeat(43)}=`
  t.same(configOf(`auth.password { u = "${hash}" }`).auth.users, [{ username: 'u', password: hash }])
})

test('rules', async t => {
  const { rules } = configOf(`auth.acl.rules = [
    {"permit": "allow", "username": "dashboard", "action": "subscribe", "topics": ["$SYS/#"]}
    {"permit": "deny", "username": "#", "action": "subscribe", "topics": ["$SYS/#", "#"]}
    {"permit": "allow", "clientid": c, "topics": ["u/%u/+", "c/%c/#"]}
    {"permit": "allow"}
  ]`).auth
  t.same(rules, [
    { permit: 'allow', username: 'dashboard', clientid: null, ipaddr: null, combine: 'and', action: 'subscribe', topics: ['$SYS/#'], place: 'test.conf:2:5' },
    { permit: 'deny', username: '#', clientid: null, ipaddr: null, combine: 'and', action: 'subscribe', topics: ['$SYS/#', '#'], place: 'test.conf:3:5' },
    { permit: 'allow', username: null, clientid: 'c', ipaddr: null, combine: 'and', action: 'pubsub', topics: ['u/%u/+', 'c/%c/#'], place: 'test.conf:4:5' },
    { permit: 'allow', username: null, clientid: null, ipaddr: null, combine: 'and', action: 'pubsub', topics: [], place: 'test.conf:5:5' }
  ])
})

/** Whom a rule is about, as `username/clientid/ipaddr`. */
function whom (rule: string): readonly string[] {
  return configOf(`auth.acl.rules = [{ permit = deny, ${rule} }]`).auth.rules.map(({ username, clientid, ipaddr }) => [username, clientid, ipaddr].map(each => each ?? '-').join(' '))
}

test('conditions come to one rule for each alternative', async t => {
  t.same(whom('and = [{ username = a }, { ipaddr = "1.1.1.1" }]'), ['a - 1.1.1.1'])
  t.same(whom('or = [{ username = a }, { clientid = b }, { username = c }]'), ['a - -', '- b -', 'c - -'])
  t.same(whom('ipaddrs = ["1.1.1.1", "2.2.2.2"]'), ['- - 1.1.1.1', '- - 2.2.2.2'])
  t.same(whom('and = [{ ipaddrs = ["1.1.1.1", "2.2.2.2"] }, { clientid = b }]'), ['- b 1.1.1.1', '- b 2.2.2.2'])
  t.same(whom('and = [{ username = a }, { username = b }]'), [], 'nobody is both')
})

test('where NanoMQ looks at the first condition only, all must hold, and it is said', async t => {
  const text = 'auth.acl.rules = [{ permit = allow, username = a, clientid = b }]'
  t.match(configOf(text).auth.rules, [{ username: 'a', clientid: 'b', combine: 'and' }])
  t.match(warningsOf(text).join(), /NanoMQ looks at username only; here all of username, clientid must hold/)
})

test('rules that are disabled do not hold, and it is said', async t => {
  const text = 'auth.acl { enable = false, rules = [{ permit = deny }] }'
  t.same(configOf(text).auth.rules, [])
  t.match(warningsOf(text).join(), /none of its rules holds/)
})

test('a server that is asked', async t => {
  const { http } = configOf(`auth.http_auth {
    timeout = 3s, connect_timeout = 2s, pool_size = 4, cache_ttl = 1m, on_error = cached
    auth_req { url = "https://auth.example/check", method = get, headers { X-Key = hunter2, Accept = "*/*" }, params { clientid = "%c", username = "%u", password = "%P" } }
    acl_req { url = "http://127.0.0.1:8080/acl", params { topic = "%t", access = "%A" } }
  }`).auth
  t.match(http, { timeoutMs: 3000, connectTimeoutMs: 2000, poolSize: 4, cacheTtlMs: 60_000, onError: 'cached', superuser: null })
  t.match(http?.auth, { url: 'https://auth.example/check', method: 'GET' })
  t.same(Object.entries(http?.auth?.headers ?? {}), [['X-Key', 'hunter2'], ['Accept', '*/*']])
  t.same(Object.entries(http?.auth?.params ?? {}), [['clientid', '%c'], ['username', '%u'], ['password', '%P']])
  t.match(http?.acl, { url: 'http://127.0.0.1:8080/acl', method: 'POST' })
})

test('names of headers are only names', async t => {
  const { http } = configOf('auth.http_auth.auth_req { url = "http://x", headers { __proto__ = x } }').auth
  t.same(Object.keys(http?.auth?.headers ?? {}), ['__proto__'])
  t.equal(Object.getPrototypeOf(http?.auth?.headers ?? {}), null)
})

test('a server that is disabled is not asked', async t => {
  t.equal(configOf('auth.http_auth { enable = false, auth_req { url = "http://x" } }').auth.http, null)
})

test('an open door beside a list of passwords is advised against', async t => {
  t.match(inspectText('auth.password { a = b }').report.advice, [{ path: 'auth.allow_anonymous' }])
  t.same(inspectText('auth { allow_anonymous = false, password { a = b } }').report.advice, [])
})
