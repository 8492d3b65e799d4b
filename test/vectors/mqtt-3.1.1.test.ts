/** Goes over the tables of mqtt-3.1.1/: each frame is refused for the clause it breaks, or read as it must be. */
import { test } from 'tap'
import { faultOfAcknowledgement, packetIdAt, reasonCodeOf } from '../../src/mqtt/acknowledgement.ts'
import { readConnect } from '../../src/mqtt/connect.ts'
import { faultOfEmptyPacket, readConnack } from '../../src/mqtt/control.ts'
import { faultOfClientHeader, faultOfServerHeader } from '../../src/mqtt/fixed-header.ts'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PacketType } from '../../src/mqtt/packet-type.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { readSubscribe } from '../../src/mqtt/subscribe.ts'
import { faultOfTopicName } from '../../src/mqtt/topic-name.ts'
import { readUnsubscribe } from '../../src/mqtt/unsubscribe.ts'
import { readFarewell } from '../../src/mqtt/v5/client-packets.ts'
import { type Violation, isViolation } from '../../src/mqtt/violation.ts'
import { connectRefused } from './mqtt-3.1.1/connect-refused.ts'
import { connect } from './mqtt-3.1.1/connect.ts'
import { control } from './mqtt-3.1.1/control.ts'
import { publish } from './mqtt-3.1.1/publish.ts'
import { subscribe } from './mqtt-3.1.1/subscribe.ts'
import { type Vector, bytesOf } from './mqtt-3.1.1/vector.ts'

type Level = 3 | 4 | 5
type Reader = (bytes: Buffer, body: number, end: number, level: Level) => object

const TABLES = { connect, connectRefused, publish, subscribe, control }
const MAX_LEVELS = 10
const FILTER_LIMITS = { maxTopicLevels: MAX_LEVELS, maxFilters: 4 }

function readPublish (bytes: Buffer, body: number, end: number, level: Level): object {
  const view = new PublishView()
  const fault = view.read(bytes, 0, body, end, level)
  if (fault !== null) return fault
  const aliased = level === 5 && view.topicStart === view.topicEnd
  const nameFault = aliased ? null : faultOfTopicName(bytes, view.topicStart, view.topicEnd, MAX_LEVELS)
  return nameFault ?? Object.assign(view, {
    topic: bytes.toString('utf8', view.topicStart, view.topicEnd),
    payload: bytes.toString('utf8', view.payloadStart, view.end)
  })
}

const readAcknowledgement: Reader = (bytes, body, end, level) =>
  faultOfAcknowledgement(bytes, body, end, level) ?? { packetId: packetIdAt(bytes, body), reasonCode: reasonCodeOf(bytes, body, end) }
const readEmpty: Reader = (_, body, end) => faultOfEmptyPacket(body, end) ?? {}

const READERS = new Map<number, Reader>([
  [PacketType.CONNECT, (bytes, body, end) => readConnect(bytes, body, end)],
  [PacketType.CONNACK, readConnack],
  [PacketType.PUBLISH, readPublish],
  [PacketType.PUBACK, readAcknowledgement],
  [PacketType.PUBREC, readAcknowledgement],
  [PacketType.PUBREL, readAcknowledgement],
  [PacketType.PUBCOMP, readAcknowledgement],
  [PacketType.SUBSCRIBE, (bytes, body, end, level) => readSubscribe(bytes, body, end, level, FILTER_LIMITS)],
  [PacketType.UNSUBSCRIBE, (bytes, body, end, level) => readUnsubscribe(bytes, body, end, level, FILTER_LIMITS)],
  [PacketType.PINGREQ, readEmpty],
  [PacketType.PINGRESP, readEmpty],
  [PacketType.DISCONNECT, (bytes, body, end, level) => level === 5 ? readFarewell(bytes, body, end) : readEmpty(bytes, body, end, level)]
])

/** Everything that came of the bytes; a vector is one frame, so this must be one thing. */
function outcomesOf (bytes: Buffer, { level = 4, from }: Vector): object[] {
  const outcomes: object[] = []
  const scanner = new FrameScanner({
    frame (bytes, start, body, end) {
      const first = bytes.readUInt8(start)
      const fault = from === 'server' ? faultOfServerHeader(first, level) : faultOfClientHeader(first, level)
      outcomes.push(fault ?? READERS.get(first >> 4)?.(bytes, body, end, level) ?? { unread: first })
      return true
    },
    malformed: reason => outcomes.push(reason)
  }, 100_000)
  scanner.push(bytes)
  return outcomes
}

function wordsOf (outcome: object): string {
  return isViolation(outcome) ? `refused: ${outcome.clause} ${outcome.reason}` : `read: ${JSON.stringify(outcome)}`
}

for (const [table, vectors] of Object.entries(TABLES)) {
  test(table, async t => {
    for (const vector of vectors) {
      const [outcome, ...more] = outcomesOf(bytesOf(vector), vector)
      if (outcome === undefined || more.length > 0) {
        t.fail(`${vector.name}: not one frame`)
        continue
      }
      const title = `${vector.name}: ${wordsOf(outcome)}`
      t.equal(isViolation(outcome), vector.refused !== undefined, title)
      if (vector.refused === undefined) {
        t.match(outcome, vector.read ?? {}, title)
      } else {
        const { clause, returnCode = 0, reasonCode } = vector.refused
        const wanted: Partial<Violation> = reasonCode === undefined ? { clause, returnCode } : { clause, returnCode, reasonCode }
        t.match(outcome, wanted, title)
        if (isViolation(outcome)) t.equal(outcome.clause, clause, `${vector.name}: exactly this clause`)
      }
    }
  })
}

test('each vector is one of its own', async t => {
  const keys = Object.values(TABLES).flat().map(vector => `${vector.from ?? 'client'} ${vector.level ?? 4} ${bytesOf(vector).toString('hex')}`)
  t.same(keys.filter((key, i) => keys.indexOf(key) !== i), [])
})
