/** Each form of an access rule, as a table: rule, connection, action, topic, verdict. */
import { test } from 'tap'
import { AccessRules } from '../../../../src/broker/auth/access.ts'
import type { Identity } from '../../../../src/broker/auth/access.ts'
import type { AclRule } from '../../../../src/config/model.ts'
import { authConfig, rule } from '../../../support/auth-config.ts'

const ann: Identity = { username: 'ann', clientId: 'dev-a', address: '192.0.2.7' }
const nobody: Identity = { username: null, clientId: 'dev-n', address: '2001:db8::9' }

/** NanoMQ's own words for the placeholders. */
const NANOMQ_CLIENT = '$' + '{clientid}'
const NANOMQ_USER = '$' + '{username}'

interface Row {
  readonly name: string
  readonly rules: readonly AclRule[]
  readonly who?: Identity
  readonly noMatch?: 'allow' | 'deny'
  /** `p` publish, `s` subscribe, `r` receive, and the topic. */
  readonly yes?: readonly string[]
  readonly no?: readonly string[]
}

const deny = (over: Partial<AclRule> = {}): AclRule => rule({ permit: 'deny', ...over })

const rows: readonly Row[] = [
  { name: 'no rule, no_match = allow', rules: [], yes: ['p a', 's #', 'r a'] },
  { name: 'no rule, no_match = deny', rules: [], noMatch: 'deny', no: ['p a', 's #', 'r a'] },
  { name: 'a bare allow lets everything through', rules: [rule()], noMatch: 'deny', yes: ['p a', 's #', 's $SYS/#'] },
  { name: 'the first rule that matches decides', rules: [deny({ topics: ['a'] }), rule()], yes: ['p b'], no: ['p a', 's a'] },
  { name: 'and not the second', rules: [rule({ topics: ['a'] }), deny()], yes: ['p a'], no: ['p b'] },
  { name: 'user name', rules: [rule({ username: 'ann' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'another user name', rules: [rule({ username: 'bob' })], noMatch: 'deny', no: ['p a'] },
  { name: 'a user name against nobody', rules: [rule({ username: 'ann' })], who: nobody, noMatch: 'deny', no: ['p a'] },
  { name: '# is anybody', rules: [rule({ username: '#' })], who: nobody, noMatch: 'deny', yes: ['p a'] },
  { name: 'client identifier', rules: [rule({ clientid: 'dev-a' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'another client identifier', rules: [rule({ clientid: 'dev-b' })], noMatch: 'deny', no: ['p a'] },
  { name: 'an address', rules: [rule({ ipaddr: '192.0.2.7' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'a network', rules: [rule({ ipaddr: '192.0.2.0/24' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'another network', rules: [rule({ ipaddr: '198.51.100.0/24' })], noMatch: 'deny', no: ['p a'] },
  { name: 'an IPv6 network', rules: [rule({ ipaddr: '2001:db8::/32' })], who: nobody, noMatch: 'deny', yes: ['p a'] },
  { name: 'an IPv4 peer of a dual-stack socket', rules: [rule({ ipaddr: '192.0.2.0/24' })], who: { ...ann, address: '::ffff:192.0.2.7' }, noMatch: 'deny', yes: ['p a'] },
  { name: 'a peer without an address', rules: [rule({ ipaddr: '0.0.0.0/0' })], who: { ...ann, address: '' }, noMatch: 'deny', no: ['p a'] },
  { name: 'and: all', rules: [rule({ username: 'ann', clientid: 'dev-a', combine: 'and' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'and: not all', rules: [rule({ username: 'ann', clientid: 'dev-b', combine: 'and' })], noMatch: 'deny', no: ['p a'] },
  { name: 'or: one', rules: [rule({ username: 'ann', clientid: 'dev-b', combine: 'or' })], noMatch: 'deny', yes: ['p a'] },
  { name: 'or: none', rules: [rule({ username: 'bob', clientid: 'dev-b', combine: 'or' })], noMatch: 'deny', no: ['p a'] },
  { name: 'action publish', rules: [rule({ action: 'publish' })], noMatch: 'deny', yes: ['p a'], no: ['s a', 'r a'] },
  { name: 'action subscribe', rules: [rule({ action: 'subscribe' })], noMatch: 'deny', yes: ['s a', 'r a'], no: ['p a'] },
  { name: 'literal topic', rules: [rule({ topics: ['a/b'] })], noMatch: 'deny', yes: ['p a/b', 's a/b'], no: ['p a', 'p a/b/c', 's a/+', 's a/#', 's #'] },
  { name: '+', rules: [rule({ topics: ['a/+'] })], noMatch: 'deny', yes: ['p a/b', 's a/+', 's a/b'], no: ['p a', 'p a/b/c', 's a/#', 's +/b'] },
  { name: '#', rules: [rule({ topics: ['a/#'] })], noMatch: 'deny', yes: ['p a', 'p a/b/c', 's a/#', 's a/+/c', 's a'], no: ['p ab', 's #', 's +/b'] },
  { name: '# reaches $', rules: [deny({ topics: ['#'] })], no: ['s $SYS/#', 'p $x', 'p a'] },
  { name: 'several topics', rules: [rule({ topics: ['a', 'b/#'] })], noMatch: 'deny', yes: ['p a', 'p b/x'], no: ['p c'] },
  {
    name: 'a wider filter than a denied one is granted, and what it must not see is kept from it',
    rules: [deny({ action: 'subscribe', topics: ['secret/#'] }), rule()],
    yes: ['s #', 's +/x', 'r open/x', 'p secret/x'],
    no: ['s secret/#', 's secret/x', 'r secret/x', 'r secret']
  },
  { name: 'a shared filter is judged by what it matches', rules: [deny({ topics: ['secret/#'] })], yes: ['s $share/g/open'], no: ['s $share/g/secret/#'] },
  { name: '%u', rules: [rule({ topics: ['u/%u/#'] })], noMatch: 'deny', yes: ['p u/ann/x', 's u/ann/#'], no: ['p u/bob/x', 's u/+/#', 'p u/%u/x'] },
  { name: '%c inside a level', rules: [rule({ topics: ['c/x-%c'] })], noMatch: 'deny', yes: ['p c/x-dev-a'], no: ['p c/x-', 'p c/dev-a'] },
  { name: 'the words NanoMQ has for them', rules: [rule({ topics: [`${NANOMQ_CLIENT}/${NANOMQ_USER}`] })], noMatch: 'deny', yes: ['p dev-a/ann'], no: ['p x/ann'] },
  { name: '%u of nobody never matches', rules: [rule({ topics: ['u/%u/#'] })], who: nobody, noMatch: 'deny', no: ['p u//x', 'p u/x'] },
  { name: 'a name is put in as it is', rules: [rule({ topics: ['u/%u'] })], who: { ...ann, username: '$&%c' }, noMatch: 'deny', yes: ['p u/$&%c'], no: ['p u/%u%c'] }
]

for (const { name, rules, who = ann, noMatch = 'allow', yes = [], no = [] } of rows) {
  test(name, async t => {
    const access = new AccessRules(authConfig({ rules, noMatch })).classFor(who)
    const ask = (question: string): boolean => {
      const [action, topic = ''] = question.split(/ (.*)/)
      return action === 'p' ? access.publish(topic) : action === 's' ? access.subscribe(topic) : access.receive(topic)
    }
    for (const question of [...yes, ...yes]) t.equal(ask(question), true, `yes to ${question}`)
    for (const question of [...no, ...no]) t.equal(ask(question), false, `no to ${question}`)
  })
}

test('a name with + # or / is refused where a rule uses its placeholder, and nowhere else', async t => {
  const plain = new AccessRules(authConfig({ rules: [rule({ topics: ['a/+'] })] }))
  const user = new AccessRules(authConfig({ rules: [rule({ topics: ['a/%u'], place: 'f.conf:7:3' })] }))
  const client = new AccessRules(authConfig({ rules: [rule({ topics: [`a/${NANOMQ_CLIENT}`] })] }))
  for (const bad of ['+', '#', 'a/b', 'x+']) {
    t.equal(plain.refusal({ username: bad, clientId: bad }), null)
    t.match(user.refusal({ username: bad, clientId: 'c' }), { of: 'username', reason: /f\.conf:7:3/ })
    t.equal(user.refusal({ username: 'u', clientId: bad }), null)
    t.match(client.refusal({ username: null, clientId: bad }), { of: 'clientid' })
  }
  t.equal(user.refusal({ username: 'ann', clientId: 'c' }), null)
})

test('connections with the same rules left share a class; personal rules do not', async t => {
  const shared = new AccessRules(authConfig({ rules: [rule({ username: 'ann' }), rule({ topics: ['a'] })] }))
  t.equal(shared.classFor({ ...nobody, clientId: '1' }), shared.classFor({ ...nobody, clientId: '2' }))
  t.not(shared.classFor(nobody), shared.classFor(ann))
  const personal = new AccessRules(authConfig({ rules: [rule({ topics: ['%c'] })] }))
  t.not(personal.classFor({ ...nobody, clientId: '1' }), personal.classFor({ ...nobody, clientId: '2' }))
})

test('an address that is none is an error that names the place', async t => {
  for (const ipaddr of ['nonsense', '192.0.2.0/33', '192.0.2.0/', '2001:db8::/129', '192.0.2.0/2x']) {
    t.throws(() => new AccessRules(authConfig({ rules: [rule({ ipaddr, place: 'f.conf:9:5' })] })), { code: 'CW_AUTH_RULE', message: /^f\.conf:9:5: / }, ipaddr)
  }
})
