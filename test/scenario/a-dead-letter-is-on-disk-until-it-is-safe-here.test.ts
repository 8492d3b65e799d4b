/** A message that the remote refuses leaves the journal only when its letter is safe here: a process that dies in between has it again. */
import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { journaledRig, type JournaledRig } from '../support/journaled-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

/** Takes a PUBLISH and refuses it: not authorized. */
async function refuse (connection: RemoteConnection): Promise<string> {
  const { packetId = 0, qos, payload } = readPublish(await connection.next(type.PUBLISH), 5)
  connection.send([qos === 2 ? 0x50 : 0x40, 3, packetId >> 8, packetId & 0xff, 0x87])
  return payload
}

for (const qos of [1, 2] as const) {
  test(`QoS ${qos}: it waits for its letter, and after a restart is refused and has its letter once more`, async t => {
    const remote = await scriptedRemote(t)
    const settings = { port: remote.port, dir: t.testdir(), bridge: { protoVer: 5, deadLetterTopic: 'dead/{topic}' } } as const
    const started = async (present: boolean): Promise<{ north: JournaledRig, connection: RemoteConnection }> => {
      const north = await journaledRig(t, settings)
      north.hold = []
      const connection = await remote.connection()
      await connection.accept(present, 5)
      await north.reaches('up')
      return { north, connection }
    }
    const first = await started(false)
    first.north.offer({ topic: 'up/a', payload: 'not wanted', qos, packetId: 1 })
    t.equal(await refuse(first.connection), 'not wanted')
    await first.north.landedCount(1)
    t.equal(first.north.bridge.counters.refusedByRemote, 1)
    first.north.offer({ topic: 'up/b', payload: 'wanted', qos: 1, packetId: 2 })
    const { packetId = 0 } = readPublish(await first.connection.next(type.PUBLISH), 5)
    first.connection.send([0x40, 2, packetId >> 8, packetId & 0xff])
    await eventually('those behind it go on', () => first.north.bridge.counters.acknowledged === 1)
    t.equal(first.north.journal.waiting, 1, 'it is kept')
    await first.north.bridge.stop()

    const second = await started(true)
    t.equal(await refuse(second.connection), 'not wanted')
    const [letter] = await second.north.landedCount(1)
    t.match(letter, { topic: 'dead/up/a', qos: 1 })
    t.equal(second.north.journal.waiting, 1)
    for (const letGo of second.north.hold ?? []) letGo()
    t.equal(second.north.journal.waiting, 0, 'its letter is safe')
    await second.north.bridge.stop()

    const third = await started(true)
    await new Promise(resolve => setTimeout(resolve, 50))
    t.notOk(third.connection.frames.some(frame => frame.readUInt8(0) >> 4 === type.PUBLISH), 'nothing is left')
  })
}

test('without a topic for letters nothing is kept of it', async t => {
  const remote = await scriptedRemote(t)
  const north = await journaledRig(t, { port: remote.port, dir: t.testdir(), bridge: { protoVer: 5 } })
  const connection = await remote.connection()
  await connection.accept(false, 5)
  north.offer({ topic: 'up/a', payload: 'not wanted', qos: 1, packetId: 1 })
  await refuse(connection)
  await eventually('it is let go', () => north.journal.waiting === 0)
  const { refusedByRemote, deadLetters } = north.bridge.counters
  t.same({ refusedByRemote, deadLetters }, { refusedByRemote: 1, deadLetters: 0 }, 'and is counted')
})
