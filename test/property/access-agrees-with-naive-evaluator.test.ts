/** The compiled rules say what a naive reading of the rules says, and a granted filter reaches no topic that is not granted. */
import fc from 'fast-check'
import { test } from 'tap'
import { AccessRules } from '../../src/broker/auth/access.ts'
import type { Identity } from '../../src/broker/auth/access.ts'
import type { AclRule } from '../../src/config/model.ts'
import { authConfig, rule } from '../support/auth-config.ts'
import { holds } from '../support/property.ts'

const level = fc.constantFrom('a', 'b', 'ann', 'd1', '$x')
const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map(levels => levels.join('/'))
const filter = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.constantFrom('#', '+', 'a', '%u', '%c'))
  .map(([levels, last]) => [...levels, last].join('/'))
const asked = filter.map(text => text.replace('%u', 'ann').replace('%c', 'd1'))
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null })
const rules = fc.array(fc.record({
  permit: fc.constantFrom('allow' as const, 'deny' as const),
  username: maybe(fc.constantFrom('ann', 'bob', '#')),
  clientid: maybe(fc.constantFrom('d1', 'd2', '#')),
  ipaddr: maybe(fc.constantFrom('192.0.2.0/24', '198.51.100.1')),
  combine: fc.constantFrom('and' as const, 'or' as const),
  action: fc.constantFrom('publish' as const, 'subscribe' as const, 'pubsub' as const),
  topics: fc.array(filter, { maxLength: 3 })
}).map(over => rule(over)), { maxLength: 5 })
const who: fc.Arbitrary<Identity> = fc.record({
  username: fc.constantFrom('ann', 'bob', null),
  clientId: fc.constantFrom('d1', 'd2'),
  address: fc.constantFrom('192.0.2.9', '198.51.100.1')
})

interface Question {
  readonly is: Identity
  readonly action: 'publish' | 'subscribe'
  readonly name: string
}

function naive (list: readonly AclRule[], noMatch: boolean, question: Question): boolean {
  const first = list.find(one => (one.action === 'pubsub' || one.action === question.action) &&
    naiveHolds(one, question.is) && naiveHits(one, question))
  return first === undefined ? noMatch : first.permit === 'allow'
}

function naiveHolds (one: AclRule, is: Identity): boolean {
  const conditions: boolean[] = []
  if (one.username !== null) conditions.push(one.username === '#' || one.username === is.username)
  if (one.clientid !== null) conditions.push(one.clientid === '#' || one.clientid === is.clientId)
  if (one.ipaddr !== null) conditions.push(one.ipaddr.startsWith('192') ? is.address.startsWith('192.0.2.') : is.address === one.ipaddr)
  if (conditions.length === 0) return true
  return one.combine === 'and' ? !conditions.includes(false) : conditions.includes(true)
}

function naiveHits (one: AclRule, { is, name }: Question): boolean {
  return one.topics.length === 0 || one.topics.some(pattern => {
    if (pattern.includes('%u') && is.username === null) return false
    return naiveMatch(pattern.replaceAll('%u', is.username ?? '').replaceAll('%c', is.clientId), name)
  })
}

/** A regular expression instead of a walk. `$` is nothing special to a rule. */
function naiveMatch (pattern: string, name: string): boolean {
  if (pattern === '#') return true
  const escaped = pattern.replace(/[$.*?^|()[\]{}\\]/g, '\\$&')
  return new RegExp(`^${escaped.replace(/\/#$/, '(/.*)?').replaceAll('+', '[^/]*')}$`).test(name)
}

test('compiled and naive agree on topic names', async t => {
  await holds(t, fc.property(rules, who, topic, fc.boolean(), (list, is, name, noMatch) => {
    const access = new AccessRules(authConfig({ rules: list, noMatch: noMatch ? 'allow' : 'deny' })).classFor(is)
    return access.publish(name) === naive(list, noMatch, { is, action: 'publish', name }) &&
      access.receive(name) === naive(list, noMatch, { is, action: 'subscribe', name })
  }), { numRuns: 3_000 })
  t.pass('no counter-example')
})

test('with rules that only allow, a granted filter matches only topics that are granted', async t => {
  const allowing = rules.map(list => list.map(one => ({ ...one, permit: 'allow' as const })))
  await holds(t, fc.property(allowing, who, asked, topic, (list, is, wanted, name) => {
    const access = new AccessRules(authConfig({ rules: list, noMatch: 'deny' })).classFor(is)
    return !access.subscribe(wanted) || !naiveMatch(wanted, name) || access.receive(name)
  }), { numRuns: 5_000 })
  t.pass('no counter-example')
})
