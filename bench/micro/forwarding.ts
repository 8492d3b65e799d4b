/** The whole way of a message through the Relay: frame found, topic looked up, admitted, batched or put in the window, written, acknowledged. */
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { PublishDoor } from '../../src/broker/v5/publish-door.ts'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { userProperty } from '../../src/mqtt/v5/user-property.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { type LinkWriter, plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { Receipts } from '../../src/relay/receipts.ts'
import { Admission } from '../../src/relay/relay.ts'
import { outboxOptions } from '../../test/support/outbox-options.ts'
import { chunkOf, otherTopic, sameTopic } from './chunks.ts'
import { CHUNK, type Subject } from './subject.ts'

const device = { bridge: null }
const NONE = Buffer.alloc(0)
/** Content type and two user properties. */
const SOME = Buffer.concat([Buffer.from([3, 0, 10]), Buffer.from('text/plain'), userProperty('unit', 'celsius'), userProperty('sensor', '17')])

/** A link without a socket: what is lent comes back at once; the identifiers of what is written are noted. */
class NoLink implements LinkWriter {
  readonly ids: number[] = []
  readonly #scanner: FrameScanner
  readonly #view = new PublishView()

  constructor (noteIds: boolean, level: 4 | 5) {
    this.#scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        if (noteIds && this.#view.read(bytes, start, body, end, level) === null) this.ids.push(this.#view.packetId)
        return true
      },
      malformed (reason) { throw new Error(reason.reason) }
    }, 1_000_000)
    this.#noteIds = noteIds
  }

  readonly #noteIds: boolean

  begin (): void {}
  end (): void {}

  write (frames: Buffer, written: (() => void) | null): boolean {
    if (this.#noteIds) this.#scanner.push(Buffer.from(frames))
    written?.()
    return true
  }
}

interface Way {
  readonly qos: 0 | 1 | 2
  /** Put before the topic; empty: unchanged. */
  readonly prefix?: string
  /** What the remote speaks. */
  readonly remote?: 4 | 5
  /** The device speaks MQTT 5, with these properties; left out: 3.1.1. */
  readonly properties?: Buffer
  /** Each message has a topic that is in no cache. */
  readonly unknown?: boolean
}

function forwarding ({ qos, prefix = '', remote = 4, properties, unknown = false }: Way): () => number {
  const level = properties === undefined ? 4 : 5
  const door = new PublishDoor({ receiveMaximum: 65_535, topicAliasMaximum: 32 })
  const turns: (() => void)[] = []
  const counters = new BridgeCounters()
  const outbox = new Outbox(outboxOptions({ level: remote, awaitRemote: true, maxCount: 10_000, maxBytes: 1 << 26, windowQos1: 1000, windowQos2: 1000, counters, schedule: flush => turns.push(flush) }))
  const link = new NoLink(qos > 0, remote)
  outbox.linkUp(link, plainTerms)
  const relay = createRelay({ interest: null, ...(unknown ? { topicCacheBytes: 0 } : {}) })
  relay.attach(outbox, [{ filter: '#', rename: prefix === '' ? null : topic => prefix + topic, qos: null, retain: null }])
  let given = 0
  const receipts = new Receipts({ acknowledge () { given++ } })
  const view = new PublishView()
  const scanner = new FrameScanner({
    frame (bytes, start, body, end) {
      view.read(bytes, start, body, end, level)
      if (level === 5 && (door.open(view) !== null || relay.isOwn(view))) throw new Error('not let in')
      const slot = qos === 0 ? 0 : receipts.open(view.packetId, qos)
      if (relay.admit(relay.lookup(view.bytes, view.topicStart, view.topicEnd), view, device, qos === 0 ? null : receipts, slot) !== Admission.TAKEN) throw new Error('no room')
      if (qos !== 0) receipts.release(slot)
      return true
    },
    malformed (reason) { throw new Error(reason.reason) }
  }, 1_000_000)
  const chunk = chunkOf({ qos, payload: 200, topic: unknown ? otherTopic : sameTopic, ...(properties === undefined ? {} : { properties }) })
  return () => {
    scanner.push(chunk)
    for (const turn of turns.splice(0)) turn()
    for (const id of link.ids.splice(0)) {
      if (qos === 1) outbox.puback(id, 0)
      if (qos === 2 && outbox.pubrec(id, 0)) outbox.pubcomp(id)
    }
    for (const turn of turns.splice(0)) turn()
    return given
  }
}

export const forwardingSubjects: readonly Subject[] = [
  { name: 'forward QoS 0, same topic', messages: CHUNK, work: forwarding({ qos: 0 }) },
  { name: 'forward QoS 0, prefix', messages: CHUNK, work: forwarding({ qos: 0, prefix: 'site/7/' }) },
  { name: 'forward QoS 0, unknown topics', messages: CHUNK, work: forwarding({ qos: 0, unknown: true }) },
  { name: 'forward QoS 0, unknown topics, prefix', messages: CHUNK, work: forwarding({ qos: 0, unknown: true, prefix: 'site/7/' }) },
  { name: 'forward QoS 0, MQTT 5 to MQTT 5', messages: CHUNK, work: forwarding({ qos: 0, remote: 5, properties: NONE }) },
  { name: 'forward QoS 0, MQTT 5 to MQTT 5, properties', messages: CHUNK, work: forwarding({ qos: 0, remote: 5, properties: SOME }) },
  { name: 'forward QoS 0, MQTT 5 to 3.1.1', messages: CHUNK, work: forwarding({ qos: 0, properties: NONE }) },
  { name: 'forward QoS 0, 3.1.1 to MQTT 5', messages: CHUNK, work: forwarding({ qos: 0, remote: 5 }) },
  { name: 'forward QoS 1, window and acknowledgement', messages: CHUNK, work: forwarding({ qos: 1 }) },
  { name: 'forward QoS 1, MQTT 5 to MQTT 5', messages: CHUNK, work: forwarding({ qos: 1, remote: 5, properties: NONE }) },
  { name: 'forward QoS 1, MQTT 5 to 3.1.1', messages: CHUNK, work: forwarding({ qos: 1, properties: NONE }) },
  { name: 'forward QoS 2, both handshakes with the remote', messages: CHUNK, work: forwarding({ qos: 2 }) }
]
