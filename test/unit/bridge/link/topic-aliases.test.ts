import { test } from 'tap'
import { TopicAliases } from '../../../../src/bridge/link/topic-aliases.ts'

/** Sends the name twice, so that it is worth an alias. */
function twice (aliases: TopicAliases, name: string): number {
  aliases.of(name)
  return aliases.of(name)
}

test('a name gets one when it comes the second time, and keeps it', async t => {
  const aliases = new TopicAliases(2)
  t.same(['a', 'a', 'a', 'b', 'a', 'b', 'b'].map(name => aliases.of(name)), [0, -1, 1, 0, 1, -2, 2])
})

test('names that come once take none, however many there are', async t => {
  const aliases = new TopicAliases(1)
  for (let i = 0; i < 100_000; i++) if (aliases.of(`random/${i}`) !== 0) t.fail('one was given')
  t.equal(twice(aliases, 'a'), -1)
})

test('one that is not used gives way, one that is used does not', async t => {
  const aliases = new TopicAliases(2)
  t.same([twice(aliases, 'busy'), twice(aliases, 'idle')], [-1, -2])
  const given: number[] = []
  for (let i = 0; i < 20 && !given.includes(-2); i++) {
    t.equal(aliases.of('busy'), 1)
    given.push(twice(aliases, `new/${i}`))
  }
  t.ok(given.includes(-2), 'in the end that of the idle one')
  t.notOk(given.includes(-1))
  t.equal(aliases.of('idle'), 0, 'which is sent in full again')
})

test('the names that are held take a bounded number of bytes', async t => {
  const aliases = new TopicAliases(65_535)
  let held = 0
  for (let i = 0; i < 2000; i++) {
    const name = `${i}`.padEnd(1000, 'x')
    if (twice(aliases, name) < 0) held += name.length
  }
  t.ok(held <= 1024 * 1024 && held > 1_000_000, `${held} bytes`)
})
