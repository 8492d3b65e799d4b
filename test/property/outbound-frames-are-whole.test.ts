/** Whatever pieces a library writes packets in, whole packets come out, CONNACK first, and acknowledgements stand between them. */
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { test } from 'tap'
import { Outbound } from '../../src/broker/tap/outbound.ts'
import { BrokerCounters } from '../../src/metrics/broker-counters.ts'
import { packet, publish, u16 } from '../support/packets.ts'

const connack = packet(0x20, [0, 0])

function outboundTo (written: Buffer[]): Outbound {
  const socket = new Duplex({ read () {}, write (chunk: Buffer, _encoding, done) { written.push(chunk); done() } })
  return new Outbound(socket, { maxBacklogBytes: 1e9, maxInflight: 65_535 }, new BrokerCounters(), { overrun () {}, owing () {} })
}

function pieces (bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...places, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : places[i - 1], end))
}

function framesOf (bytes: Buffer): string[] {
  const frames: string[] = []
  for (let at = 0; at < bytes.length;) {
    let body = at + 2
    let length = (bytes[at + 1] as number) & 127
    for (let shift = 7; (bytes[body - 1] as number) >= 128; shift += 7) length |= ((bytes[body++] as number) & 127) << shift
    frames.push(bytes.toString('hex', at, body + length))
    at = body + length
  }
  return frames
}

const frame = fc.oneof(
  fc.record({ topic: fc.string({ minLength: 1, maxLength: 20 }), size: fc.nat(300), qos: fc.constantFrom(0 as const, 1 as const, 2 as const), id: fc.integer({ min: 1, max: 65_535 }) })
    .map(({ topic, size, qos, id }) => publish(topic, Buffer.alloc(size), { qos, id })),
  fc.integer({ min: 1, max: 65_535 }).map(id => packet(0x62, u16(id))),
  fc.integer({ min: 1, max: 65_535 }).map(id => packet(0x90, u16(id), [0])))

test('whole frames in order, CONNACK first', async t => {
  fc.assert(fc.property(fc.array(frame, { maxLength: 6 }), fc.array(frame, { maxLength: 20 }), fc.array(fc.nat(5000), { maxLength: 30 }), (early, later, cuts) => {
    const written: Buffer[] = []
    const outbound = outboundTo(written)
    for (const piece of pieces(Buffer.concat([...early, connack, ...later]), cuts)) {
      outbound.write(piece)
      if (written.length > 0) outbound.acknowledge(0x40, 7)
      outbound.flush()
    }
    const out = written.flatMap(framesOf)
    const acknowledgement = packet(0x40, u16(7)).toString('hex')
    const delivered = out.filter(one => one !== acknowledgement)
    return JSON.stringify(delivered) === JSON.stringify([connack, ...early, ...later].map(one => one.toString('hex')))
  }))
  t.pass('for each mix')
})
