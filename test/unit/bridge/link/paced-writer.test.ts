import { test } from 'tap'
import { PacedWriter } from '../../../../src/bridge/link/paced-writer.ts'
import { RateLimit } from '../../../../src/bridge/link/rate-limit.ts'
import { publishFrame } from '../../../support/publish-frames.ts'
import { TestClock } from '../../../support/test-clock.ts'

const frame = (payload: string, qos: 0 | 1 = 1): Buffer => publishFrame({ topic: 't', payload, qos, packetId: 1 })
const pubrel = Buffer.from([0x62, 2, 0, 1])

function paced (limit: { readonly messages: number | null, readonly bytes: number | null, readonly burstMs: number }): { clock: TestClock, writer: PacedWriter, out: Buffer[], drained: () => number } {
  const clock = new TestClock()
  const out: Buffer[] = []
  let drains = 0
  const link = {
    begin () {},
    end () {},
    write (frames: Buffer, written: (() => void) | null) {
      out.push(frames)
      written?.()
      return true
    }
  }
  return { clock, out, drained: () => drains, writer: new PacedWriter(link, new RateLimit(limit, clock.now()), clock, () => { drains++ }) }
}

test('messages leave at their rate, in order and whole, and the outbox hears when all have', async t => {
  const { clock, out, writer, drained } = paced({ messages: 10, bytes: null, burstMs: 200 })
  const frames = Buffer.concat(['a', 'b', 'c', 'd', 'e'].map(payload => frame(payload)))
  let written = 0
  t.equal(writer.write(frames, () => { written++ }), false)
  t.equal(Buffer.concat(out).length, frames.length / 5 * 2, 'what a burst holds goes at once')
  t.equal(writer.write(pubrel, null), false, 'and what comes behind waits behind')
  clock.pass(250)
  t.equal(Buffer.concat(out).length, frames.length / 5 * 4)
  t.equal(written, 0)
  t.equal(drained(), 0)
  clock.pass(250)
  t.same(Buffer.concat(out), Buffer.concat([frames, pubrel]))
  t.equal(written, 1)
  t.equal(drained(), 1)
  t.equal(writer.busy, false)
})

test('bytes a second: a message larger than the burst goes, and is waited for', async t => {
  const { clock, out, writer } = paced({ messages: null, bytes: 100, burstMs: 1000 })
  const large = frame('x'.repeat(500))
  t.equal(writer.write(large, null), true)
  t.equal(writer.write(frame('y'), null), false)
  clock.pass(3900)
  t.same(out, [large])
  clock.pass(500)
  t.equal(out.length, 2)
})

test('what passes in an hour is what the rate says', async t => {
  const { clock, out, writer } = paced({ messages: 7, bytes: null, burstMs: 1000 })
  for (let i = 0; i < 60; i++) writer.write(Buffer.concat(Array.from({ length: 10 }, () => frame('p'))), null)
  clock.pass(60_000)
  const messages = Buffer.concat(out).length / frame('p').length
  t.ok(messages > 7 * 57 && messages <= 7 * 61, String(messages))
})

test('a connection that is gone: messages of QoS 0 that waited are told of, and all buffers come back', async t => {
  const { clock, out, writer } = paced({ messages: 1, bytes: null, burstMs: 10 })
  let back = 0
  writer.write(Buffer.concat([frame('1'), frame('2'), frame('3', 0), frame('4', 0)]), () => { back++ })
  t.equal(out.length, 1)
  t.equal(writer.stop(), 2)
  t.equal(back, 1)
  clock.pass(10_000)
  t.equal(out.length, 1)
})
