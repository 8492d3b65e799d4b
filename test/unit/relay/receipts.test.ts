import { test } from 'tap'
import { Receipts } from '../../../src/relay/receipts.ts'

function receipts () {
  const given: string[] = []
  return { given, receipts: new Receipts({ acknowledge: (id, qos) => { given.push(`${id}:${qos}`) } }) }
}

test('acknowledgements are given in the order of the messages, whoever is ready first', async t => {
  const { given, receipts: r } = receipts()
  const slots = [1, 2, 3].map(id => r.open(id, id % 2 + 1))
  t.equal(r.owed, 3)
  r.release(slots[1] ?? 0)
  r.release(slots[2] ?? 0)
  t.same(given, [])
  r.release(slots[0] ?? 0)
  t.same(given, ['1:2', '2:1', '3:2'])
  t.equal(r.owed, 0)
})

test('everyone who holds it must let go', async t => {
  const { given, receipts: r } = receipts()
  const slot = r.open(9, 1)
  r.hold(slot)
  r.hold(slot)
  r.release(slot)
  r.release(slot)
  t.same(given, [])
  r.release(slot)
  t.same(given, ['9:1'])
})

test('it grows while much is owed, and forgets nothing', async t => {
  const { given, receipts: r } = receipts()
  const slots: number[] = []
  for (let id = 1; id <= 5; id++) r.release(r.open(id, 1)) // so that the ring does not start at its front
  for (let id = 6; id <= 1000; id++) slots.push(r.open(id, 1))
  for (const slot of slots.reverse()) r.release(slot)
  t.same(given, Array.from({ length: 1000 }, (_, i) => `${i + 1}:1`))
})

test('a closed one is silent, and more may be opened from within an acknowledgement', async t => {
  const { given, receipts: r } = receipts()
  const slot = r.open(1, 1)
  r.close()
  r.release(slot)
  t.same(given, [])
  t.equal(r.owed, 0)

  const nested: Receipts = new Receipts({
    acknowledge: id => {
      given.push(String(id))
      if (id < 40) nested.open(id + 100, 1)
    }
  })
  const slots = Array.from({ length: 16 }, (_, i) => nested.open(i + 1, 1))
  for (const each of slots) nested.release(each)
  t.equal(given.length, 16)
  t.equal(nested.owed, 16)
})
