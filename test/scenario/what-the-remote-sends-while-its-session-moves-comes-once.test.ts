/** QoS 1 on the way down during a take-over: the old connection gives its last acknowledgements before CONNECT, and takes nothing that will come again on the new one. */
import { type Test, test } from 'tap'
import { bridgeConfig, downRule, rig, type Rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

const PINGRESP = [0xd0, 0]

interface Moving {
  readonly north: Rig
  readonly first: RemoteConnection
  /** It has sent CONNECT. */
  readonly second: RemoteConnection
  readonly moved: Promise<void>
  readonly landed: () => string
}

function send (by: RemoteConnection, packetId: number, payload: string, more: { readonly dup?: boolean, readonly qos?: 0 | 1 | 2 } = {}): void {
  by.send(publishFrame({ topic: 'cmd/x', payload, qos: 1, packetId, ...more }))
}

/** Answers SUBSCRIBE. */
async function subscribed (remote: RemoteConnection, protoVer: 4 | 5 = 4): Promise<void> {
  const subscribe = await remote.next(type.SUBSCRIBE)
  remote.send(protoVer === 4 ? [0x90, 3, ...subscribe.subarray(2, 4), 2] : [0x90, 4, ...subscribe.subarray(2, 4), 0, 2])
}

/** A link that is about to move: `before` was acknowledged, and `meanwhile` came after the last acknowledgements were asked for. */
async function moving (t: Test, protoVer: 4 | 5 = 4): Promise<Moving> {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { protoVer, subscription: [downRule('cmd/#', '')] }))
  const first = await remote.connection()
  await first.accept(true, protoVer)
  await subscribed(first, protoVer)
  const landed = (): string => north.landed.map(({ payload }) => payload.toString()).join()
  await north.reaches('up')
  north.hold = []
  const properties = protoVer === 5 ? { properties: Buffer.alloc(0) } : {}
  first.send(publishFrame({ topic: 'cmd/x', payload: 'before', qos: 1, packetId: 1, ...properties }))
  await north.landedCount(1)
  const moved = north.bridge.renew(true)
  const second = await remote.connection()
  // until what came before is safe here, nothing asks for an answer, and nothing takes over
  await new Promise(resolve => setTimeout(resolve, 30))
  t.same(second.frames, [])
  first.send(publishFrame({ topic: 'cmd/x', payload: 'meanwhile', qos: 1, packetId: 2, ...properties }), publishFrame({ topic: 'cmd/x', payload: 'qos 0', qos: 0, ...properties }))
  await eventually('QoS 0 comes as ever', () => landed() === 'before,qos 0')
  for (const done of north.hold.splice(0)) done()
  north.hold = null
  t.same([...await first.next(type.PUBACK)].slice(2, 4), [0, 1])
  await first.next(type.PINGREQ)
  t.same(second.frames, [])
  first.send(PINGRESP)
  await second.next(type.CONNECT)
  t.equal(landed(), 'before,qos 0')
  return { north, first, second, moved, landed }
}

for (const protoVer of [4, 5] as const) {
  test(`it comes once, on the connection that takes over: MQTT ${protoVer === 4 ? '3.1.1' : '5'}`, async t => {
    const { first, second, moved, landed } = await moving(t, protoVer)
    second.send(protoVer === 4 ? [0x20, 2, 1, 0] : [0x20, 3, 1, 0, 0])
    first.socket.end()
    await moved
    second.send(publishFrame({ topic: 'cmd/x', payload: 'meanwhile', qos: 1, packetId: 2, dup: true, ...protoVer === 5 ? { properties: Buffer.alloc(0) } : {} }))
    t.same([...await second.next(type.PUBACK)].slice(2, 4), [0, 2])
    t.equal(landed(), 'before,qos 0,meanwhile')
    t.same(first.frames.filter(frame => frame.readUInt8(0) >> 4 === type.PUBACK), [], 'nor was it acknowledged twice')
  })
}

test('the remote refuses the second connection: it is delivered by the first', async t => {
  const { north, first, second, moved, landed } = await moving(t)
  second.send([0x20, 2, 0, 3])
  await moved
  t.same([...await first.next(type.PUBACK)].slice(2, 4), [0, 2])
  t.equal(landed(), 'before,qos 0,meanwhile')
  send(first, 3, 'after')
  t.same([...await first.next(type.PUBACK)].slice(2, 4), [0, 3], 'and all is as before')
  t.equal(north.bridge.state.name, 'up')
})

test('the remote has forgotten the session: nothing comes again, so it is delivered', async t => {
  const { first, second, moved, landed } = await moving(t)
  second.send([0x20, 2, 0, 0])
  await moved
  first.socket.end()
  await subscribed(second)
  await eventually('it is here', () => landed() === 'before,qos 0,meanwhile')
})

test('more than is kept is taken as ever: a remote can not make it grow', async t => {
  const { first, second, moved, landed } = await moving(t)
  for (let id = 3; id <= 1002; id++) send(first, id, '.')
  await eventually('all that came is here', () => landed().length > 2 * 1000)
  await first.next(type.PUBACK)
  second.send([0x20, 2, 1, 0])
  first.socket.end()
  await moved
})

test('what was kept is wrong: the link is ended for it', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { subscription: [downRule('cmd/#', '')] }))
  const first = await remote.connection()
  await first.accept(true)
  await north.reaches('up')
  const moved = north.bridge.renew(true)
  const second = await remote.connection()
  await first.next(type.PINGREQ)
  first.send(publishFrame({ topic: 'cmd/+', payload: '', qos: 1, packetId: 2 }), PINGRESP)
  await second.next(type.CONNECT)
  second.send([0x20, 2, 0, 3])
  await moved
  await eventually('the link is ended', () => north.bridge.state.name === 'waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_PROTOCOL' } })
})
