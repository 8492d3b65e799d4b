import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

const QUOTA_EXCEEDED = 0x97

async function published (by: RemoteConnection): Promise<{ payload: string, dup: boolean, answer: (frameType: number, reason?: number) => void }> {
  const { packetId = 0, payload, dup = false } = readPublish(await by.next(type.PUBLISH), 5)
  return { payload, dup, answer: (frameType, reason = 0) => by.send([frameType, 3, packetId >> 8, packetId & 0xff, reason]) }
}

test('messages put off by a used up quota go out again as new, before those behind them, and none is lost', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge, log } = rig(t, bridgeConfig(remote.port, { protoVer: 5, backoffMaxMs: 200 }))
  const connection = await remote.connection()
  await connection.accept(false, 5)
  for (const [payload, qos] of [['one', 1], ['two', 2], ['three', 1]] as const) offer({ topic: 'up/a', payload, qos })
  const [one, two, three] = [await published(connection), await published(connection), await published(connection)]
  t.same([one.payload, two.payload, three.payload], ['one', 'two', 'three'])
  one.answer(0x40, QUOTA_EXCEEDED)
  two.answer(0x50, QUOTA_EXCEEDED)
  const pauses = (): string[] => log.filter(({ message }) => message.includes('0x97')).map(({ level }) => level)
  for (let round = 0; round < 2; round++) {
    await eventually('it waits', () => pauses().length === round + 1)
    offer({ topic: 'up/a', payload: `behind ${round}`, qos: 1 })
    const again = [await published(connection), await published(connection), await published(connection)] as const
    t.same(again.map(({ payload, dup }) => [payload, dup]), [['one', false], ['two', false], [`behind ${round}`, false]], 'what was sent and not refused does not come again')
    const [first, second, behind] = again
    first.answer(0x40, round === 0 ? QUOTA_EXCEEDED : 0)
    second.answer(0x50, round === 0 ? QUOTA_EXCEEDED : 0)
    behind.answer(0x40)
    if (round === 0) continue
    await connection.next(type.PUBREL)
    second.answer(0x70)
  }
  t.notOk(await bridge.drain(50))
  three.answer(0x40)
  t.ok(await bridge.drain(2000))
  const { acknowledged, refusedByRemote, resent, disconnects } = bridge.counters
  t.same([acknowledged, refusedByRemote, resent, disconnects], [5, 0, 0, 0])
  t.same(pauses(), ['warn', 'debug'])
})

test('a link that breaks meanwhile ends the wait: all goes out on the next', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5, backoffMaxMs: 300 }))
  const before = await remote.connection()
  await before.accept(false, 5)
  for (const payload of ['one', 'two']) offer({ topic: 'up/a', payload, qos: 1 })
  const [one] = [await published(before), await published(before)]
  one.answer(0x40, QUOTA_EXCEEDED)
  before.socket.end()
  const after = await remote.connection()
  await after.accept(true, 5)
  const [again, second] = [await published(after), await published(after)]
  t.match([again, second], [{ payload: 'one', dup: false }, { payload: 'two', dup: true }])
  for (const { answer } of [again, second]) answer(0x40)
  t.ok(await bridge.drain(2000))
})
