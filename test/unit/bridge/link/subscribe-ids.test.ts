import { test } from 'tap'
import { SubscribeIds } from '../../../../src/bridge/link/subscribe-ids.ts'
import { FIRST_ID } from '../../../../src/relay/packet-ids.ts'

test('they stay below those of the outbox, and none is given out twice', async t => {
  const ids = new SubscribeIds()
  const given = new Set<number>()
  for (let id = ids.allocate(); id !== null; id = ids.allocate()) given.add(id)
  t.equal(given.size, FIRST_ID - 1)
  t.equal(Math.max(...given), FIRST_ID - 1)
  ids.deallocate(7)
  t.equal(ids.allocate(), 7)
  t.equal(ids.getLastAllocated(), 7)
  ids.clear()
  t.type(ids.allocate(), 'number')
})
