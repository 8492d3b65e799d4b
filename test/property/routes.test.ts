/** The route table against the plain reading of the rules: each rule asked in turn, duplicates struck out. */
import fc from 'fast-check'
import { test } from 'tap'
import { matches } from '../../src/mqtt/topic-filter.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { RouteTable } from '../../src/relay/route-table.ts'
import type { ForwardRule } from '../../src/relay/route-table.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { holds } from '../support/property.ts'

const level = fc.constantFrom('a', 'b', '', '$x')
const topic = fc.oneof(fc.array(level, { minLength: 1, maxLength: 4 }).map(levels => levels.join('/')), fc.constantFrom('$SYS', '$SYS/a', '$SYSa'))
  .filter(name => name !== '')
const filter = fc.tuple(fc.array(fc.oneof(level, fc.constantFrom('+', '$SYS')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => open ? [...levels, '#'].join('/') : levels.join('/'))
  .filter(text => text !== '')
const rule = fc.record({
  filter: fc.oneof(filter, fc.constant('#')),
  target: fc.constantFrom(null, '', 'p/', 'one', 'bad/+'),
  qos: fc.constantFrom(null, 0, 1, 2),
  retain: fc.constantFrom(null, true, false),
  exclude: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(filter, { maxLength: 3 }))
}).map(({ filter, exclude, target, qos, retain }): ForwardRule => ({
  filter,
  exclude,
  qos,
  retain,
  rename: target === null ? null : name => target === 'p/' || target === '' ? target + name : target
}))

const bridge = (name: string): Outbox => new Outbox(outboxOptions({ name }))
const outboxes = [bridge('one'), bridge('two')] as const

function isMeant ({ filter, exclude = [] }: ForwardRule, name: string): boolean {
  return matches(filter, name) && !exclude.some(each => matches(each, name))
}

function plainly (name: string, perBridge: readonly (readonly ForwardRule[])[]): string[] {
  if (name === '$SYS' || name.startsWith('$SYS/')) return []
  return perBridge.flatMap((rules, i) => {
    const seen = new Map<string, string>()
    for (const rule of rules) {
      const { rename, qos, retain } = rule
      const target = rename?.(name) ?? name
      if (!isMeant(rule, name) || target.includes('+') || seen.has(target)) continue
      seen.set(target, `${outboxes[i]?.name ?? ''} ${target} ${qos ?? -1} ${retain === null ? -1 : Number(retain)}`)
    }
    return [...seen.values()]
  })
}

test('a topic goes where its rules say, in their order, once for each name', async t => {
  await holds(t, fc.property(fc.array(rule, { maxLength: 8 }), fc.array(rule, { maxLength: 8 }), topic, (one, two, name) => {
    const table = new RouteTable([{ outbox: outboxes[0], rules: one }, { outbox: outboxes[1], rules: two }])
    const bytes = Buffer.from(`/${name}/`) // neighbours must not matter
    const routes = table.routesOf(bytes, 1, bytes.length - 1, { name }).map(({ outbox, topic, qos, retain }) => `${outbox.name} ${topic?.toString('utf8', 2) ?? name} ${qos} ${retain}`)
    const wanted = plainly(name, [one, two])
    if (routes.join('\n') !== wanted.join('\n')) throw new Error(`${routes.join(', ')} instead of ${wanted.join(', ')}`)
  }), { numRuns: 2000 })
})
