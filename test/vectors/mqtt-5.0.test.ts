/** Goes over the tables of mqtt-5.0/: each frame of a client is refused with its reason code, or read as it must be. */
import { test } from 'tap'
import { PublishDoor } from '../../src/broker/v5/publish-door.ts'
import { readConnect } from '../../src/mqtt/connect.ts'
import { faultOfEmptyPacket } from '../../src/mqtt/control.ts'
import { faultOfClientHeader } from '../../src/mqtt/fixed-header.ts'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PacketType } from '../../src/mqtt/packet-type.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { readSubscribe } from '../../src/mqtt/subscribe.ts'
import { faultOfTopicName } from '../../src/mqtt/topic-name.ts'
import { readUnsubscribe } from '../../src/mqtt/unsubscribe.ts'
import { readAuth } from '../../src/mqtt/v5/auth-packet.ts'
import { faultOfAcknowledgement5, readFarewell } from '../../src/mqtt/v5/client-packets.ts'
import { readConnectTerms } from '../../src/mqtt/v5/connect-terms.ts'
import { PropertyBlock } from '../../src/mqtt/v5/property-block.ts'
import { PropertyHolder } from '../../src/mqtt/v5/property-id.ts'
import { isViolation } from '../../src/mqtt/violation.ts'
import { auth } from './mqtt-5.0/auth.ts'
import { connect } from './mqtt-5.0/connect.ts'
import { control } from './mqtt-5.0/control.ts'
import { publish } from './mqtt-5.0/publish.ts'
import { subscribe } from './mqtt-5.0/subscribe.ts'
import { type Vector5, frameOf } from './mqtt-5.0/vector.ts'

type Reader = (bytes: Buffer, body: number, end: number, type: PacketType) => object

const TABLES = { connect, publish, subscribe, control, auth }
const LIMITS = { maxTopicLevels: 10, maxFilters: 4 }

const readConnect5: Reader = (bytes, body, end) => {
  const request = readConnect(bytes, body, end)
  if ('clause' in request) return request
  const terms = readConnectTerms(bytes, request)
  return 'clause' in terms ? terms : { ...request, terms }
}

const readPublish: Reader = (bytes, body, end) => {
  const view = new PublishView()
  const fault = view.read(bytes, 0, body, end, 5)
  if (fault !== null) return fault
  const block = new PropertyBlock()
  block.read(bytes, view.propertiesStart, view.propertiesEnd, PropertyHolder.PUBLISH)
  const refused = new PublishDoor({ receiveMaximum: 10, topicAliasMaximum: 32 }).open(view) ?? faultOfTopicName(view.bytes, view.topicStart, view.topicEnd, 10)
  return refused ?? { block, topic: view.bytes.toString('utf8', view.topicStart, view.topicEnd), payload: view.bytes.toString('utf8', view.payloadStart, view.end) }
}

const readAcknowledgement: Reader = (bytes, body, end, type) => faultOfAcknowledgement5(type, bytes, body, end) ?? {}

const READERS = new Map<number, Reader>([
  [PacketType.CONNECT, readConnect5],
  [PacketType.PUBLISH, readPublish],
  [PacketType.PUBACK, readAcknowledgement],
  [PacketType.PUBREC, readAcknowledgement],
  [PacketType.PUBREL, readAcknowledgement],
  [PacketType.PUBCOMP, readAcknowledgement],
  [PacketType.SUBSCRIBE, (bytes, body, end) => readSubscribe(bytes, body, end, 5, LIMITS)],
  [PacketType.UNSUBSCRIBE, (bytes, body, end) => readUnsubscribe(bytes, body, end, 5, LIMITS)],
  [PacketType.PINGREQ, (_, body, end) => faultOfEmptyPacket(body, end) ?? {}],
  [PacketType.DISCONNECT, readFarewell],
  [PacketType.AUTH, readAuth]
])

/** Everything that came of the bytes; a vector is one frame, so this must be one thing. */
function outcomesOf (vector: Vector5): object[] {
  const outcomes: object[] = []
  const scanner = new FrameScanner({
    frame (bytes, start, body, end) {
      const first = bytes.readUInt8(start)
      const type = first >> 4 as PacketType
      outcomes.push(faultOfClientHeader(first, 5) ?? READERS.get(type)?.(bytes, body, end, type) ?? { unread: first })
      return true
    },
    malformed: reason => outcomes.push(reason)
  }, 100_000)
  scanner.push(frameOf(vector))
  return outcomes
}

for (const [table, vectors] of Object.entries(TABLES)) {
  test(table, async t => {
    for (const vector of vectors) {
      const [outcome = {}, ...more] = outcomesOf(vector)
      const words = isViolation(outcome) ? `refused with 0x${outcome.reasonCode.toString(16)}: ${outcome.reason}` : 'read'
      t.equal(isViolation(outcome) ? outcome.reasonCode : undefined, vector.refused, `${vector.name}: ${words}`)
      t.same(more, [], `${vector.name}: one frame`)
      if (vector.refused === undefined) t.match(outcome, vector.read ?? {}, vector.name)
    }
  })
}

test('each vector is one of its own', async t => {
  const keys = Object.values(TABLES).flat().map(vector => frameOf(vector).toString('hex'))
  t.same(keys.filter((key, i) => keys.indexOf(key) !== i), [])
  t.ok(keys.length >= 150)
})
