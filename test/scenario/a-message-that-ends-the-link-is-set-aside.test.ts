/** A remote of 3.1.1 that does not take a message can only end the link. The message is found, let go and reported, and the others arrive. */
import tap, { type Test, test } from 'tap'
import { bridgeConfig, type Rig, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig } from '../support/journaled-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type ScriptedRemote, type } from '../support/scripted-remote.ts'

// most of it is waiting
tap.jobs = 5

interface Remote {
  readonly arrived: string[]
  links: number
}

const acknowledged = (id: number, qos: number): number[] => [qos === 2 ? 0x50 : 0x40, 2, id >> 8, id & 0xff]

/** Takes what it likes, and ends the link on all else. @param forgetful what came in the same moment is not acknowledged then */
function serve (remote: ScriptedRemote, likes: (payload: string) => boolean, forgetful = false): Remote {
  const seen: Remote = { arrived: [], links: 0 }
  const answer = async (connection: RemoteConnection): Promise<void> => {
    await connection.accept(seen.links++ > 0)
    for (;;) {
      const came = [await connection.next(type.PUBLISH), ...connection.frames.splice(0)]
      const answers: number[][] = []
      for (const frame of came) {
        const first = frame.readUInt8(0) >> 4
        if (first === type.PUBREL) answers.push([0x70, 2, frame.readUInt8(2), frame.readUInt8(3)])
        if (first !== type.PUBLISH) continue
        const { payload, packetId = 0, qos } = readPublish(frame, 4)
        if (!likes(payload)) {
          if (!forgetful) connection.send(...answers)
          connection.socket.end()
          return
        }
        if (!seen.arrived.includes(payload)) seen.arrived.push(payload)
        if (qos > 0) answers.push(acknowledged(packetId, qos))
      }
      connection.send(...answers)
      if (came.some(frame => frame.readUInt8(0) >> 4 === type.PUBLISH && (frame.readUInt8(0) & 6) === 4)) {
        const release = await connection.next(type.PUBREL)
        connection.send([0x70, 2, release.readUInt8(2), release.readUInt8(3)])
      }
    }
  }
  const live = async (): Promise<void> => {
    for (;;) answer(await remote.connection()).catch(() => {})
  }
  void live()
  return seen
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n))
const likes = (payload: string): boolean => payload !== 'poison' && payload.length < 5000

async function isSetAside (t: Test, north: Rig, seen: Remote, count: number): Promise<void> {
  await eventually('one message is set aside', () => north.bridge.counters.setAside === 1, 20_000)
  await eventually('the others arrive', () => seen.arrived.length === count, 20_000)
  t.ok(await north.bridge.drain(5000))
  t.equal(north.bridge.counters.setAside, 1)
  t.ok(seen.links >= 4 && seen.links <= 12, `it took ${seen.links} links`)
  const said = north.log.filter(({ message }) => message.includes('ends the link on a message'))
  t.match(said, [{ level: 'warn', topic: 'up/bad', hint: /set_aside_after/ }])
  t.equal(said.length, 1)
}

for (const forgetful of [false, true]) {
  test(`in memory, where the remote acknowledges what came before it ${forgetful ? 'never' : 'first'}`, async t => {
    const remote = await scriptedRemote(t)
    const north = rig(t, bridgeConfig(remote.port, { deadLetterTopic: 'dead/{name}/{topic}' }))
    for (const payload of numbers(20)) north.offer({ topic: 'up/good', payload, qos: 1, packetId: 1 })
    north.offer({ topic: 'up/bad', payload: 'poison', qos: 1, packetId: 1 })
    for (const payload of numbers(40).slice(20)) north.offer({ topic: 'up/good', payload, qos: 1, packetId: 1 })
    const seen = serve(remote, likes, forgetful)
    await isSetAside(t, north, seen, 40)
    t.same(seen.arrived, numbers(40), 'the others arrive in order')
    const [letter] = await north.landedCount(1)
    t.match(letter, { topic: 'dead/north/up/bad', qos: 1, retain: false, bridge: 'north', })
    t.match(letter?.properties?.raw.toString(), /causeway-dead-letter-reason..remote ends the link/)
    t.equal(letter?.payload.toString(), 'poison')
    t.equal(north.bridge.counters.deadLetters, 1)
  })
}

test('a packet too large, of QoS 2, on disk', async t => {
  const remote = await scriptedRemote(t)
  const north = await journaledRig(t, { port: remote.port, dir: t.testdir() })
  north.offer({ topic: 'up/bad', payload: 'x'.repeat(5000), qos: 2, packetId: 1 })
  for (const payload of numbers(3)) north.offer({ topic: 'up/good', payload, qos: 1, packetId: 1 })
  const seen = serve(remote, likes)
  await isSetAside(t, north, seen, 3)
  t.equal(north.journal.waiting, 0, 'and it is not on disk any more')
})

test('a link that ends for another reason makes no message guilty', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port))
  offer({ topic: 'up/good', payload: 'good', qos: 1, packetId: 1 })
  for (let link = 0; link < 8; link++) {
    const connection = await remote.connection()
    await connection.accept(link > 0)
    // three times with the message under way; then before it is tried alone
    if (link < 3) await connection.next(type.PUBLISH)
    connection.socket.end()
    await connection.closed
  }
  const last = await remote.connection()
  await last.accept(true)
  const { payload, packetId = 0 } = readPublish(await last.next(type.PUBLISH), 4)
  offer({ topic: 'up/good', payload: 'next', qos: 1, packetId: 1 })
  offer({ topic: 'up/good', payload: 'of QoS 0', qos: 0 })
  await new Promise(resolve => setTimeout(resolve, 50))
  t.equal(last.frames.length, 0, 'it is alone')
  last.send(acknowledged(packetId, 1))
  const rest = [await last.next(type.PUBLISH), await last.next(type.PUBLISH)].map(frame => readPublish(frame, 4))
  t.same([payload, ...rest.map(each => each.payload).sort()], ['good', 'next', 'of QoS 0'])
  last.send(acknowledged(rest.find(({ qos }) => qos === 1)?.packetId ?? 0, 1))
  t.ok(await bridge.drain(2000))
  t.same([bridge.counters.setAside, bridge.counters.acknowledged], [0, 2])
})

test('a remote of MQTT 5 that says why it ends the link accuses a message only where that may be why', async t => {
  for (const [code, guilty] of [[0x8b, 0], [0x95, 1]] as const) {
    const remote = await scriptedRemote(t)
    const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5, setAsideAfter: 1 }))
    offer({ topic: 'up/a', payload: 'x', qos: 1, packetId: 1 })
    for (let link = 0; link < 2; link++) {
      const connection = await remote.connection()
      await connection.accept(link > 0, 5)
      await connection.next(type.PUBLISH)
      connection.send([0xe0, 2, code, 0])
      connection.socket.end()
      await connection.closed
    }
    await eventually('both links have ended', () => bridge.counters.disconnects === 2)
    t.equal(bridge.counters.setAside, guilty)
    await bridge.stop()
  }
})

test('when it is found, the wait before the next link is a short one again', async t => {
  const remote = await scriptedRemote(t)
  const waits: number[] = []
  const north = rig(t, bridgeConfig(remote.port, { setAsideAfter: 1, backoffMaxMs: 3000 }), { random: () => 0.1 })
  north.bridge.onState(state => { if (state.name === 'waiting') waits.push(state.retryInMs) })
  north.offer({ topic: 'up/bad', payload: 'poison', qos: 1, packetId: 1 })
  const seen = serve(remote, likes)
  await eventually('it is set aside', () => north.bridge.counters.setAside === 1 && waits.length === 2, 10_000)
  north.offer({ topic: 'up/good', payload: 'good', qos: 1, packetId: 1 })
  await eventually('the next one arrives', () => seen.arrived.length === 1)
  t.same(waits, [600, 600], 'not 600 and 630')
})
