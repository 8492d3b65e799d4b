/** Two rules of one bridge keep two copies of a message. Where a power cut leaves only the first, the device has no acknowledgement, and what it sends again is no repetition. */
import { readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { Receipts } from '../../src/relay/receipts.ts'
import { MARKER } from '../../src/spool/record.ts'
import { rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { type JournaledRig, journaledRig } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { publishFrame, viewOf } from '../support/publish-frames.ts'
import { spoolDir } from '../support/spooled.ts'

const publisher = { clientId: 'pump', bytes: Buffer.from('pump') }
const forwards = [rule('up/#', ''), rule('up/#', '#', { prefix: 'copy/' })]

/** As a device sends it; ends when it is acknowledged. */
async function send (north: JournaledRig, dup: boolean): Promise<void> {
  await new Promise<void>(resolve => {
    const receipts = new Receipts({ acknowledge: () => resolve() })
    const view = viewOf(publishFrame({ topic: 'up/a', payload: 'x', qos: 2, packetId: 9, dup }), 0, 4)
    const slot = receipts.open(9, 2)
    north.relay.admit(north.relay.lookup(view.bytes, view.topicStart, view.topicEnd), view, { bridge: null, publisher }, receipts, slot)
    receipts.release(slot)
  })
}

/** Cuts the last record of the only file in two. */
async function tearLast (dir: string): Promise<void> {
  const [name = ''] = (await readdir(dir)).filter(each => each.endsWith('.journal'))
  const bytes = await readFile(join(dir, name))
  const marker = Buffer.alloc(4)
  marker.writeUInt32LE(MARKER)
  await truncate(join(dir, name), bytes.lastIndexOf(marker) + 40)
}

async function afterRestart (t: Test, torn: boolean): Promise<readonly string[]> {
  const dir = await spoolDir(t)
  const before = await journaledRig(t, { port: await freePort(), dir, bridge: { forwards } })
  await send(before, false)
  await before.bridge.stop()
  if (torn) await tearLast(dir)

  const remote = await startMosquitto(t)
  const observer = await remote.observe('#')
  const north = await journaledRig(t, { port: remote.port, dir, bridge: { forwards } })
  t.equal(north.bridge.queued, torn ? 1 : 2)
  await send(north, true)
  await north.reaches('up')
  await eventually('all is with the remote', () => north.bridge.queued === 0)
  await observer.received(north.bridge.counters.acknowledged)
  return observer.messages.map(({ topic }) => topic).sort()
}

test('both copies are there: the repetition is known', { skip: mosquittoMissing }, async t => {
  t.same(await afterRestart(t, false), ['copy/a', 'up/a'])
})

test('the second one is torn: better the first one twice than the second one never', { skip: mosquittoMissing }, async t => {
  t.same(await afterRestart(t, true), ['copy/a', 'up/a', 'up/a'])
})
