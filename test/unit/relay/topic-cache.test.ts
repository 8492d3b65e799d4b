import { test } from 'tap'
import { TopicCache } from '../../../src/relay/topic-cache.ts'

interface Entry { used: boolean, readonly name: string }
const BUDGET = 100_000

/** As the Relay uses it: looks up, makes what is missing, offers it. True when it was there. */
function use (cache: TopicCache<Entry>, name: string): boolean {
  const known = cache.get(name)
  if (known === undefined) cache.offer(name, { used: false, name })
  else if (known.name !== name) throw new Error('another entry')
  return known !== undefined
}

test('it stays within its bytes, however many names come', async t => {
  const cache = new TopicCache<Entry>(BUDGET)
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 20_000; n++) {
      use(cache, `device/${n}/${'x'.repeat(n % 50)}`)
      if (cache.bytes > BUDGET) t.fail('over budget')
    }
  }
  t.ok(cache.size > 100)
  const long = 'x'.repeat(BUDGET)
  use(cache, long)
  t.equal(cache.get(long), undefined, 'a name that would fill it alone is not kept')
})

test('a device with random topics does not push the others out', async t => {
  const cache = new TopicCache<Entry>(BUDGET)
  const good = Array.from({ length: 200 }, (_, n) => `plant/${n}/temperature`)
  for (const name of good) use(cache, name)
  let hits = 0
  let asked = 0
  for (let n = 0; n < 200_000; n++) {
    use(cache, `random/${Math.imul(n, 2654435761) >>> 0}`)
    if (n % 10 !== 0) continue
    asked++
    if (use(cache, good[n / 10 % good.length] ?? '')) hits++
  }
  t.ok(hits / asked > 0.99, `${hits} of ${asked} found`)
})

test('a name that comes back gets a place, though it is full', async t => {
  const cache = new TopicCache<Entry>(BUDGET)
  for (let n = 0; n < 1000; n++) use(cache, `old/${n}`)
  use(cache, 'new')
  use(cache, 'new')
  t.equal(use(cache, 'new'), true)
})
