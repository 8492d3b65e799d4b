/** Devices that wait for a full queue are not all woken for each message that leaves it. */
import { type Test, test } from 'tap'
import type { SpoolConfig } from '../../src/config/model.ts'
import { rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig, Publisher } from '../support/journaled-rig.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { spoolDir } from '../support/spooled.ts'

const MOST = 80

async function linked (t: Test, onFull: SpoolConfig['onFull']) {
  const remote = await scriptedRemote(t)
  const north = await journaledRig(t, { port: remote.port, dir: await spoolDir(t), spool: { maxMessages: MOST, onFull }, bridge: { forwards: [rule('up/#', '')], subscription: [] } })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  return { north, connection }
}

test('once, when an eighth of it is free', async t => {
  const { north, connection } = await linked(t, 'backpressure')
  const offer = (): boolean => north.offer({ topic: 'up/a', payload: 'x', qos: 1, packetId: 1 })
  for (let i = 0; i < MOST; i++) t.ok(offer())
  t.notOk(offer())
  let woken = 0
  north.relay.whenRoom(() => { woken++ })
  for (let answered = 1; answered <= MOST / 8; answered++) {
    t.equal(woken, 0, `${answered - 1} have left`)
    const sent = await connection.next(type.PUBLISH)
    connection.send([0x40, 2, ...sent.subarray(8, 10)])
    await eventually('it has left', () => north.bridge.queued === MOST - answered)
    await new Promise(resolve => setImmediate(resolve))
  }
  await eventually('who waits is told', () => woken === 1)
  t.ok(offer())
})

test('at once, where the oldest make room', async t => {
  const { north } = await linked(t, 'drop_oldest')
  const publisher = new Publisher(north, 'up/a')
  await publisher.publish(0, 3 * MOST)
  t.equal(north.bridge.queued <= MOST, true)
  t.ok(north.bridge.counters.droppedOldest >= 2 * MOST)
})
