import { test } from 'tap'
import { PacedWriter } from '../../../../src/bridge/link/paced-writer.ts'
import { RateLimit } from '../../../../src/bridge/link/rate-limit.ts'
import { publishFrame } from '../../../support/publish-frames.ts'
import { TestClock } from '../../../support/test-clock.ts'

const frame = (payload: string, qos: 0 | 1 = 1): Buffer => publishFrame({ topic: 't', payload, qos, packetId: 1 })
const pubrel = Buffer.from([0x62, 2, 0, 1])

function paced (limit: { readonly messages: number | null, readonly bytes: number | null, readonly burstMs: number }) {
  const clock = new TestClock()
  const out: Buffer[] = []
  let opened = 0
  const link = {
    begin () {},
    end () {},
    write (frames: Buffer, written: (() => void) | null) {
      out.push(frames)
      written?.()
      return true
    }
  }
  const writer = new PacedWriter(link, new RateLimit(limit, clock.now()), clock, () => { opened++ })
  const room = (): number => {
    writer.begin()
    writer.end()
    return writer.meter.room
  }
  return { clock, out, writer, room, opened: () => opened }
}

test('messages are counted, and who may write no more hears when more may go', async t => {
  const { clock, out, writer, room, opened } = paced({ messages: 10, bytes: null, burstMs: 200 })
  t.equal(room(), 2 * 5, 'so many of the smallest there can be')
  writer.write(frame('a'), null)
  t.equal(opened(), 0)
  t.equal(room(), 5)
  writer.write(frame('b'), null)
  t.equal(room(), 0)
  t.ok(writer.write(pubrel, null), 'what is no message goes, and is not counted')
  t.equal(out.length, 3)
  clock.pass(90)
  t.equal(opened(), 0)
  clock.pass(20)
  t.equal(opened(), 1)
  t.ok(room() > 0)
  clock.pass(10_000)
  t.equal(opened(), 1, 'once')
  t.equal(room(), 10, 'what is saved up is bounded')
})

test('bytes a second: a message larger than the burst goes, and is waited for', async t => {
  const { clock, writer, room, opened } = paced({ messages: null, bytes: 100, burstMs: 1000 })
  t.equal(room(), 100)
  writer.write(frame('x'.repeat(500)), null)
  t.equal(room(), 0)
  clock.pass(3900)
  t.equal(opened(), 0)
  clock.pass(500)
  t.ok(opened() > 0 && room() > 0)
})

test('several frames in one piece are several messages', async t => {
  const { writer, room } = paced({ messages: 10, bytes: null, burstMs: 1000 })
  writer.write(Buffer.concat([frame('1'), pubrel, frame('2', 0), frame('3')]), null)
  t.equal(room(), 7 * 5)
})

test('a connection that is gone waits for nothing', async t => {
  const { clock, writer, room, opened } = paced({ messages: 1, bytes: null, burstMs: 10 })
  writer.write(frame('1'), null)
  writer.stop()
  room()
  clock.pass(10_000)
  t.equal(opened(), 0)
})
