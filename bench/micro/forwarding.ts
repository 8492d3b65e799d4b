/** The whole way of a message through the Relay: frame found, topic looked up, admitted, batched or put in the window, written, acknowledged. */
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { type LinkWriter, plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { Receipts } from '../../src/relay/receipts.ts'
import { Admission } from '../../src/relay/relay.ts'
import { chunkOf, sameTopic } from './chunks.ts'
import { CHUNK, type Subject } from './subject.ts'

const device = { bridge: null }

/** A link without a socket: what is lent comes back at once; the identifiers of what is written are noted. */
class NoLink implements LinkWriter {
  readonly ids: number[] = []
  readonly #scanner: FrameScanner
  readonly #view = new PublishView()

  constructor (noteIds: boolean) {
    this.#scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        if (noteIds && this.#view.read(bytes, start, body, end, 4) === null) this.ids.push(this.#view.packetId)
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

/** @param prefix  put before the topic; empty: unchanged */
function forwarding (qos: 0 | 1 | 2, prefix: string): () => number {
  const turns: (() => void)[] = []
  const counters = new BridgeCounters()
  const outbox = new Outbox({
    name: 'remote', level: 4, required: true, forwardBridged: false, awaitRemote: true, maxCount: 10_000, maxBytes: 1 << 26, windowQos1: 1000, windowQos2: 1000, counters, schedule: flush => turns.push(flush)
  })
  const link = new NoLink(qos > 0)
  outbox.linkUp(link, plainTerms)
  const relay = createRelay({ interest: null })
  relay.attach(outbox, [{ filter: '#', rename: prefix === '' ? null : topic => prefix + topic, qos: null, retain: null }])
  let given = 0
  const receipts = new Receipts({ acknowledge () { given++ } })
  const view = new PublishView()
  const scanner = new FrameScanner({
    frame (bytes, start, body, end) {
      view.read(bytes, start, body, end, 4)
      const slot = qos === 0 ? 0 : receipts.open(view.packetId, qos)
      if (relay.admit(relay.lookup(bytes, view.topicStart, view.topicEnd), view, device, qos === 0 ? null : receipts, slot) !== Admission.TAKEN) throw new Error('no room')
      if (qos !== 0) receipts.release(slot)
      return true
    },
    malformed (reason) { throw new Error(reason.reason) }
  }, 1_000_000)
  const chunk = chunkOf({ qos, payload: 200, topic: sameTopic })
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
  { name: 'forward QoS 0, same topic', messages: CHUNK, work: forwarding(0, '') },
  { name: 'forward QoS 0, prefix', messages: CHUNK, work: forwarding(0, 'site/7/') },
  { name: 'forward QoS 1, window and acknowledgement', messages: CHUNK, work: forwarding(1, '') },
  { name: 'forward QoS 2, both handshakes with the remote', messages: CHUNK, work: forwarding(2, '') }
]
