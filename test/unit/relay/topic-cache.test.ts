import { test } from 'tap'
import { TopicCache } from '../../../src/relay/topic-cache.ts'
import { topicHash } from '../../../src/relay/topic-hash.ts'

interface Entry { readonly key: string }
const BUDGET = 100_000

function find (cache: TopicCache<Entry>, name: string): Entry | undefined {
  const bytes = Buffer.from(`xx${name}x`)
  return cache.get(topicHash(bytes, 2, bytes.length - 1), bytes, 2, bytes.length - 1)
}

/** As the Relay uses it: looks up, makes what is missing, offers it. True when it was there. */
function use (cache: TopicCache<Entry>, name: string): boolean {
  const known = find(cache, name)
  const bytes = Buffer.from(name)
  const hash = topicHash(bytes, 0, bytes.length)
  if (known !== undefined && known.key !== name) throw new Error('another entry')
  if (known === undefined && cache.admits(hash, bytes.length)) cache.add(hash, { key: name })
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
  t.equal(find(cache, long), undefined, 'a name that would fill it alone is not kept')
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

test('names that meet in one place are told apart, and can not fill the table', async t => {
  const cache = new TopicCache<Entry>(BUDGET)
  const HASH = 7
  const at = (name: string): Entry | undefined => cache.get(HASH, Buffer.from(name), 0, name.length)
  for (const key of ['one', 'two', 'six']) cache.add(HASH, { key })
  t.match([at('one'), at('two'), at('six')], [{ key: 'one' }, { key: 'two' }, { key: 'six' }])
  t.equal(at('ten'), undefined)
  for (let n = 0; n < 100; n++) if (cache.admits(HASH, 4)) cache.add(HASH, { key: `n/${String(n).padStart(2, '0')}` })
  t.ok(cache.size < 100, `${cache.size} of one hash`)
  t.match(at('n/99'), { key: 'n/99' })
  for (let n = 0; n < 100; n++) use(cache, `other/${n}`)
  t.ok(use(cache, 'other/99'), 'others have their places')
})
