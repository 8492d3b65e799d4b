/** Against a plain list: whatever comes and goes, `wants` says who is there, and a change is told when the answer changed. */
import fc from 'fast-check'
import { test } from 'tap'
import { LocalInterest } from '../../src/broker/local-interest.ts'
import { matches } from '../../src/mqtt/topic-filter.ts'

const filters = ['a', 'a/b', 'a/+', 'a/#', '+', '#', '+/b', '$x/#', '$SYS/#']
const topics = ['a', 'a/b', 'a/b/c', 'b', '$x', '$x/y', '$SYS/z']
const step = fc.record({ act: fc.constantFrom('hold' as const, 'drop' as const), client: fc.constantFrom('one', 'two'), filter: fc.constantFrom(...filters) })

test('stored subscriptions', async t => {
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), steps => {
    const interest = new LocalInterest()
    const held = new Set<string>()
    let told = 0
    let changes = 0
    interest.onChange(() => told++)
    const holders = (filter: string): number => [...held].filter(one => one.endsWith(` ${filter}`)).length
    for (const { act, client, filter } of steps) {
      const before = holders(filter)
      if (act === 'hold') {
        interest.stored(client, filter)
        held.add(`${client} ${filter}`)
      } else {
        interest.dropped(client, filter)
        held.delete(`${client} ${filter}`)
      }
      if (filter !== '$SYS/#' && (before === 0) !== (holders(filter) === 0)) changes++
      for (const topic of topics) {
        const wanted = filters.some(one => one !== '$SYS/#' && holders(one) > 0 && matches(one, topic))
        if (interest.wants(topic) !== wanted || interest.isStored(topic) !== wanted) return false
      }
    }
    return told === changes
  }))
  t.pass('for each history')
})

test('live subscriptions last until the emitter lets go of them', async t => {
  const interest = new LocalInterest()
  const one = (): void => {}
  const two = (): void => {}
  interest.emitter.on('a/#', one)
  interest.emitter.on('a/#', two)
  await new Promise<void>(resolve => interest.emitter.removeListener('a/#', one, resolve))
  await new Promise<void>(resolve => interest.emitter.removeListener('a/#', one, resolve))
  t.ok(interest.wants('a/b'), 'who leaves twice leaves once')
  interest.emitter.removeListener('a/#', two)
  t.ok(interest.wants('a/b'), 'the emitter still has it in this turn')
  await new Promise(resolve => setImmediate(resolve))
  t.notOk(interest.wants('a/b'))
})
