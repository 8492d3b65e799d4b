/** Invariant 5: whatever pieces a library writes and a network delivers, whole frames go out and come in, one after the other. */
import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { test, type Test } from 'tap'
import { Downlink } from '../../src/bridge/down/downlink.ts'
import { DownlinkRules } from '../../src/bridge/down/downlink-rules.ts'
import { systemClock } from '../../src/bridge/clock.ts'
import { RemoteTap } from '../../src/bridge/link/remote-tap.ts'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { Rewrite } from '../../src/relay/rewrite.ts'
import { downRule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { connect, subscribe } from '../support/packets.ts'
import { publishFrame, readPublish, viewOf } from '../support/publish-frames.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

const turn = async (): Promise<void> => { await new Promise(resolve => setImmediate(resolve)) }
const asIs = new Rewrite('up/a', 'up/a', -1, -1)

/** A connection to a scripted remote, dialled and not introduced yet. */
async function dialled (t: Test) {
  const remote = await scriptedRemote(t)
  const socket = dial({ port: remote.port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const counters = new BridgeCounters()
  const outbox = new Outbox(outboxOptions({ name: 'north', windowQos1: 1000, schedule: flush => { setImmediate(flush) }, counters }))
  const landed: string[] = []
  const faults: string[] = []
  const tap = new RemoteTap({
    socket,
    level: 4,
    bridgeBit: true,
    resumes: present => present,
    session: null,
    limits: { up: null, down: null },
    topicAliases: 0,
    clock: systemClock,
    maxPacketSize: 100_000,
    incoming: new Downlink({
      bridge: 'north',
      level: 4,
      rules: new DownlinkRules([downRule('down/#', '')]),
      delivery: { deliver: (message, done) => { landed.push(message.payload.toString()); done(null) } },
      counters
    }),
    owner: { violated: fault => faults.push(fault.reason), undelivered: error => faults.push(error.message), stray: () => faults.push('stray') }
  })
  t.teardown(() => tap.destroy())
  const shown: Buffer[] = []
  tap.on('data', (chunk: Buffer) => shown.push(chunk))
  return { remote, outbox, tap, landed, faults, shown: () => Buffer.concat(shown) }
}

test('SUBSCRIBE written a byte at a time between messages, and answers that come a byte at a time', async t => {
  const { remote, outbox, tap, landed, faults, shown } = await dialled(t)

  for (const byte of connect({ clientId: 'bridge' })) tap.write(Buffer.of(byte))
  const connection = await remote.connection()
  await connection.next(type.CONNECT)
  for (const byte of [0x20, 2, 0, 0]) {
    connection.send([byte])
    await turn()
  }
  while (shown().length < 4) await turn()
  tap.carry(outbox, plainTerms)

  const wanted: string[] = []
  const say = (qos: 0 | 1 | 2): void => {
    const payload = String(wanted.length)
    wanted.push(payload)
    outbox.take(asIs, viewOf(publishFrame({ topic: 'up/a', payload, qos, packetId: 1 }), 0, 4), null, 0)
  }
  const request = subscribe(7, ['down/#', 2], ['down/other/#', 1])
  for (const byte of request) {
    tap.write(Buffer.of(byte))
    say(1)
    outbox.flush()
    await turn()
  }
  t.same(await connection.next(type.SUBSCRIBE), request, 'nothing is in between its bytes')
  const published = await Promise.all(wanted.map(async () => readPublish(await connection.next(type.PUBLISH), 4)))
  t.same(published.map(one => one.payload), wanted)

  const answers = Buffer.concat([
    publishFrame({ topic: 'down/a', payload: 'first', qos: 0 }),
    ...published.map(({ packetId = 0 }) => Buffer.of(0x40, 2, packetId >> 8, packetId & 0xff)),
    Buffer.of(0x90, 4, 0, 7, 2, 1),
    publishFrame({ topic: 'down/a', payload: 'second', qos: 1, packetId: 9 })
  ])
  for (const byte of answers) {
    connection.send([byte])
    await turn()
  }
  t.same(await connection.next(type.PUBACK), Buffer.of(0x40, 2, 0, 9))
  t.same(landed, ['first', 'second'])
  t.equal(outbox.queued, 0, 'every PUBACK was understood')
  t.same(shown(), Buffer.of(0x20, 2, 0, 0, 0x90, 4, 0, 7, 2, 1), 'the client sees CONNACK and SUBACK, whole, and nothing else')
  t.same(faults, [])
})

test('messages that come many in one piece and cut anywhere', async t => {
  const { remote, outbox, tap, landed, faults } = await dialled(t)
  tap.write(connect({ clientId: 'bridge' }))
  const connection = await remote.connection()
  await connection.accept()
  const sent = Array.from({ length: 200 }, (_, i) => `${i} ${'x'.repeat(i)}`)
  const frames = Buffer.concat(sent.map(payload => publishFrame({ topic: 'down/a', payload, qos: 0 })))
  tap.carry(outbox, plainTerms)
  for (const size of [2, 3, 5, 7, 11, 64, 129, 1000, 4099]) {
    landed.length = 0
    for (let at = 0; at < frames.length; at += size) {
      connection.send(frames.subarray(at, at + size))
      await turn()
    }
    await eventually(`all have come, in pieces of ${size}`, () => landed.length >= sent.length || faults.length > 0)
    t.same(landed, sent, `in pieces of ${size}`)
  }
  t.same(faults, [])
})
