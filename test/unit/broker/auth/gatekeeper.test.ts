import { test } from 'tap'
import { AuthGatekeeper } from '../../../../src/broker/auth/gatekeeper.ts'
import type { Answer, Credentials, Rights } from '../../../../src/broker/auth/rights.ts'
import type { AuthConfig } from '../../../../src/config/model.ts'
import { silentLogger } from '../../../../src/logger.ts'
import { authConfig, credentials, httpAuthConfig, rule, topicEntry } from '../../../support/auth-config.ts'

const keeper = (over: Partial<AuthConfig>): AuthGatekeeper => new AuthGatekeeper(authConfig(over), { logger: silentLogger })
const users = [{ username: 'ann', password: 'secret' }]
const ann = credentials({ username: 'ann', password: Buffer.from('secret') })
const certificate = { commonName: 'pump-7', subject: 'CN=pump-7,O=works' }

function rightsOf (answer: Answer): Rights {
  if (!answer.allow) throw new Error(answer.reason)
  return answer.rights
}

interface Row { readonly name: string, readonly config: Partial<AuthConfig>, readonly who: Partial<Credentials>, readonly code: 0 | 2 | 3 | 4 | 5 }
const wrong = Buffer.from('wrong')

const rows: readonly Row[] = [
  { name: 'anybody, where anonymous access is allowed', config: {}, who: {}, code: 0 },
  { name: 'nobody, where it is not', config: { allowAnonymous: false }, who: {}, code: 5 },
  { name: 'a name without a list is as good as none', config: {}, who: { username: 'ann' }, code: 0 },
  { name: 'a name without a list does not help', config: { allowAnonymous: false }, who: { username: 'ann', password: wrong }, code: 4 },
  { name: 'the right password', config: { allowAnonymous: false, users }, who: ann, code: 0 },
  { name: 'the wrong password', config: { allowAnonymous: false, users }, who: { username: 'ann', password: wrong }, code: 4 },
  { name: 'the wrong password where anonymous access is allowed', config: { users }, who: { username: 'ann', password: wrong }, code: 4 },
  { name: 'no password', config: { users }, who: { username: 'ann' }, code: 4 },
  { name: 'no password, where the password is empty', config: { users: [{ username: 'ann', password: '' }] }, who: { username: 'ann' }, code: 4 },
  { name: 'an unknown name where anonymous access is allowed', config: { users }, who: { username: 'bob', password: wrong }, code: 4 },
  { name: 'an unknown name', config: { allowAnonymous: false, users }, who: { username: 'bob', password: wrong }, code: 4 },
  { name: 'no name beside users', config: { users }, who: {}, code: 0 },
  { name: 'no name beside users, anonymous access not allowed', config: { allowAnonymous: false, users }, who: {}, code: 5 },
  { name: 'a certificate, where there is no other way', config: { allowAnonymous: false }, who: { certificate }, code: 0 },
  { name: 'a certificate, where passwords are asked for', config: { allowAnonymous: false, users }, who: { certificate }, code: 5 },
  { name: 'an id that would widen a rule', config: { rules: [rule({ topics: ['%c'] })] }, who: { clientId: 'a/b' }, code: 2 },
  { name: 'a user name that would widen a rule', config: { rules: [rule({ topics: ['%u'] })] }, who: { username: '#' }, code: 4 },
  { name: 'a certificate name that would widen a rule', config: { allowAnonymous: false, rules: [rule({ topics: ['%u'] })] }, who: { certificate: { ...certificate, commonName: '+' } }, code: 4 }
]

for (const { name, config, who, code } of rows) {
  test(name, async t => {
    const gatekeeper = keeper(config)
    const answer = await gatekeeper.authenticate(credentials(who))
    t.equal(answer.allow ? 0 : answer.returnCode, code)
    if (!answer.allow) t.match(answer.reason, /^[a-z]/)
    t.strictSame([gatekeeper.counters.allowed, gatekeeper.counters.refused], code === 0 ? [1, 0] : [0, 1])
  })
}

test('who is let in by its certificate has the certificate\'s name, whatever it calls itself', async t => {
  const gatekeeper = keeper({ allowAnonymous: false, noMatch: 'deny', rules: [rule({ topics: ['d/%u'] })] })
  const rights = rightsOf(await gatekeeper.authenticate(credentials({ username: 'boss', certificate })))
  t.equal(rights.publish(topicEntry('d/pump-7')), true)
  t.equal(rights.publish(topicEntry('d/boss')), false)
  t.equal(rights.subscribe('d/pump-7'), true)
  t.equal(rights.receive('d/boss'), false)
})

test('a reload decides again: rules, users, anonymous access', async t => {
  const gatekeeper = keeper({ users })
  const named = rightsOf(await gatekeeper.authenticate(ann))
  const nameless = rightsOf(await gatekeeper.authenticate(credentials()))
  t.equal(gatekeeper.generation, 1)
  let told = 0
  const stop = gatekeeper.onReplaced(() => { told++ })

  gatekeeper.replace(authConfig({ users, rules: [rule({ permit: 'deny', topics: ['a'] })], denyAction: 'disconnect' }))
  t.equal(gatekeeper.generation, 2)
  t.equal(gatekeeper.denyAction, 'disconnect')
  t.equal(told, 1)
  t.equal(named.publish(topicEntry('a')), true, 'old rights are what they were')
  const renewed = rightsOf(gatekeeper.renew(named))
  t.equal(renewed.publish(topicEntry('a')), false)

  gatekeeper.replace(authConfig({ users, allowAnonymous: false }))
  t.match(gatekeeper.renew(nameless), { allow: false, returnCode: 5 })
  t.match(gatekeeper.renew(renewed), { allow: true })

  gatekeeper.replace(authConfig({ users: [{ username: 'ann', password: 'other' }] }))
  t.match(gatekeeper.renew(renewed), { allow: false, returnCode: 4 }, 'another password')
  gatekeeper.replace(authConfig({ users: [{ username: 'bob', password: 'secret' }] }))
  t.match(gatekeeper.renew(renewed), { allow: false, returnCode: 4 }, 'no such user any more')
  gatekeeper.replace(authConfig({ users: [{ username: 'ann', password: 'secret' }] }))
  t.match(gatekeeper.renew(nameless), { allow: true })
  stop()
  gatekeeper.replace(authConfig())
  t.equal(told, 5)
  t.match(gatekeeper.renew({ publish: () => true, subscribe: () => true, receive: () => true }), { allow: false }, 'rights from elsewhere')
})

test('a reload that can not be compiled changes nothing', async t => {
  const gatekeeper = keeper({ users })
  const rights = rightsOf(await gatekeeper.authenticate(ann))
  t.throws(() => gatekeeper.replace(authConfig({ rules: [rule({ ipaddr: 'nonsense' })] })), { code: 'CW_AUTH_RULE' })
  t.throws(() => gatekeeper.replace(authConfig({ users: [{ username: 'ann', password: 'scrypt$x' }] })), { code: 'CW_AUTH_HASH' })
  const request = { tls: null, url: 'ftp://h/', method: 'GET' as const, headers: {}, params: {} }
  t.throws(() => gatekeeper.replace(authConfig({ http: httpAuthConfig({ auth: request }) })), { code: 'CW_AUTH_HTTP' })
  t.equal(gatekeeper.generation, 1)
  t.match(gatekeeper.renew(rights), { allow: true })
})

test('users that are replaced while a password is hashed', async t => {
  const { makeScryptHash } = await import('../../../../src/broker/auth/scrypt-hash.ts')
  const gatekeeper = keeper({ users: [{ username: 'ann', password: await makeScryptHash('secret') }] })
  const answer = gatekeeper.authenticate(ann)
  gatekeeper.replace(authConfig({ users: [{ username: 'ann', password: 'other' }] }))
  t.match(await answer, { allow: false, returnCode: 4 })
})
