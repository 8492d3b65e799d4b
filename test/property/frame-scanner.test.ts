/** Whatever way a stream is cut, stopped and resumed, the same frames come out, once each and in order. */
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { test } from 'tap'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import type { FrameSink } from '../../src/mqtt/frame-scanner.ts'
import { holds } from '../support/property.ts'

const packets: readonly Packet[] = [
  { cmd: 'pingreq' },
  { cmd: 'disconnect' },
  { cmd: 'puback', messageId: 7 },
  { cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: 'a/+/#', qos: 1 }] },
  { cmd: 'connect', clientId: 'c', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 30 }
]
const publish = fc.tuple(fc.nat(400), fc.constantFrom(0 as const, 1 as const)).map(([size, qos]) =>
  generate({ cmd: 'publish', topic: 'a/b', payload: Buffer.alloc(size, size), qos, messageId: 1 + size, dup: false, retain: false }))
const frames = fc.array(fc.oneof(publish, fc.constantFrom(...packets).map(packet => generate(packet))), { minLength: 1, maxLength: 30 })
const cuts = fc.array(fc.nat(20_000), { maxLength: 40 })

function chunksOf (stream: Buffer, at: readonly number[]): Buffer[] {
  const places = [...new Set(at.map(place => place % stream.length))].sort((a, b) => a - b)
  return [...places, stream.length].map((end, i) => Buffer.from(stream.subarray(places[i - 1] ?? 0, end)))
}

/** Takes each frame out whole; `act` runs inside frame() and says whether to go on. */
class Collector implements FrameSink {
  readonly frames: string[] = []
  readonly reasons: string[] = []
  readonly #act: (count: number) => boolean
  constructor (act: (count: number) => boolean = () => true) { this.#act = act }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    let length = 0
    for (let i = body - 1; i > start; i--) length = length * 128 + ((bytes[i] ?? 0) & 0x7f)
    if (body + length !== end) throw new Error(`body ${body} is not where the header ends`)
    this.frames.push(bytes.toString('hex', start, end))
    return this.#act(this.frames.length)
  }

  malformed ({ reason }: { readonly reason: string }): void { this.reasons.push(reason) }
}

function hex (buffers: readonly Buffer[]): string[] {
  return buffers.map(buffer => buffer.toString('hex'))
}

test('any split of any packet sequence gives the same frames', async t => {
  await holds(t, fc.property(frames, cuts, (sent, at) => {
    const sink = new Collector()
    const scanner = new FrameScanner(sink, 1000)
    for (const chunk of chunksOf(Buffer.concat(sent), at)) scanner.push(chunk)
    t.match(sink.frames, hex(sent))
    return sink.frames.length === sent.length && scanner.pendingBytes === 0
  }), { numRuns: 500 })
})

test('byte by byte', async t => {
  const sent = packets.map(packet => generate(packet))
  const sink = new Collector()
  const scanner = new FrameScanner(sink, 1000)
  for (const byte of Buffer.concat(sent)) scanner.push(Buffer.of(byte))
  t.same(sink.frames, hex(sent))
})

test('a stop after any frame holds back what follows until resume', async t => {
  await holds(t, fc.property(frames, cuts, fc.array(fc.boolean()), (sent, at, stops) => {
    const sink = new Collector(count => !(stops[count % Math.max(1, stops.length)] ?? false))
    const scanner = new FrameScanner(sink, 1000)
    for (const chunk of chunksOf(Buffer.concat(sent), at)) {
      const before = sink.frames.length
      const stopped = scanner.stopped
      scanner.push(chunk)
      if (stopped && sink.frames.length !== before) throw new Error('a frame got out while stopped')
    }
    let left = sent.length + 1
    while (scanner.stopped && left-- > 0) scanner.resume()
    return sink.frames.join() === hex(sent).join() && scanner.pendingBytes === 0
  }), { numRuns: 500 })
})

test('pushing and resuming inside frame() loses nothing, repeats nothing and does not get stuck', async t => {
  await holds(t, fc.property(frames, cuts, fc.array(fc.nat(3)), (sent, at, plan) => {
    const chunks = chunksOf(Buffer.concat(sent), at)
    const sink = new Collector(count => {
      const act = plan[count % Math.max(1, plan.length)] ?? 0
      const chunk = (act & 1) === 0 ? undefined : chunks.shift()
      if (chunk !== undefined) scanner.push(chunk)
      if ((act & 2) === 0) return true
      scanner.resume()
      return false // the resume above belongs to this very frame: it wins
    })
    const scanner = new FrameScanner(sink, 1000)
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) scanner.push(chunk)
    return !scanner.stopped && sink.frames.join() === hex(sent).join() && scanner.pendingBytes === 0
  }), { numRuns: 500 })
})

test('what is held back is known and grows with what came, not with what a header promises', async t => {
  const scanner = new FrameScanner(new Collector(), 10_000_000)
  scanner.push(Buffer.of(0x30, 0xff, 0xff, 0x7f, 0, 1, 0x61))
  t.ok(scanner.pendingBytes < 100)
  for (let i = 0; i < 1000; i++) scanner.push(Buffer.alloc(100))
  t.ok(scanner.pendingBytes >= 100_000)
  t.ok(scanner.pendingBytes <= 210_000)
  scanner.end()
  t.equal(scanner.pendingBytes, 0)
})

test('a frame is handed on in place when it lies in one chunk', async t => {
  const seen: Buffer[] = []
  const scanner = new FrameScanner({ frame: bytes => seen.push(bytes) > 0, malformed: () => t.fail() }, 1000)
  const ping = generate({ cmd: 'pingreq' })
  const chunk = Buffer.concat([ping, ping, ping.subarray(0, 1)])
  scanner.push(chunk)
  scanner.push(Buffer.concat([ping.subarray(1), ping]))
  t.equal(seen[0], chunk)
  t.equal(seen[1], chunk)
  t.not(seen[2], chunk)
  t.equal(seen.length, 4)
})

for (const [why, stream, limit, reason] of [
  ['a remaining length of five bytes', [0xc0, 0, 0x30, 0x80, 0x80, 0x80, 0x80, 0x01], 1000, /more than four bytes/],
  ['a packet over the limit', [0xc0, 0, 0x30, 0x80, 0x08], 1000, /larger than the limit/],
  ['a packet one byte over the limit', [0xc0, 0, 0x30, 0x08], 9, /larger than the limit/]
] as const) {
  test(`${why} ends the stream, however it is cut`, async t => {
    const bytes = Buffer.from(stream)
    for (let cut = 1; cut <= bytes.length; cut++) {
      const sink = new Collector()
      const scanner = new FrameScanner(sink, limit)
      scanner.push(bytes.subarray(0, cut))
      scanner.push(bytes.subarray(cut))
      scanner.push(Buffer.of(0xc0, 0))
      t.same(sink.frames, ['c000'])
      t.equal(sink.reasons.length, 1)
      t.match(sink.reasons[0], reason)
      t.equal(scanner.pendingBytes, 0)
    }
  })
}

test('end() inside frame() stops at once', async t => {
  const sink = new Collector(() => {
    scanner.end()
    return true
  })
  const scanner = new FrameScanner(sink, 1000)
  scanner.push(Buffer.of(0xc0, 0, 0xc0, 0))
  t.equal(sink.frames.length, 1)
  t.equal(scanner.pendingBytes, 0)
})
