/** Frames that leave with the mark of this node, in memory and read back from disk. */
import { test } from 'tap'
import { PublishView } from '../../../src/mqtt/publish-view.ts'
import { viaMark } from '../../../src/mqtt/v5/via.ts'
import { SingleFrame } from '../../../src/relay/frame-space.ts'
import { frameSize, largestFrame, splicePublish, splicedBody, writeFixedHeader } from '../../../src/relay/publish-splice.ts'
import { KEEP, Rewrite } from '../../../src/relay/rewrite.ts'
import { publishFrame, viewOf } from '../../support/publish-frames.ts'

const mark = viaMark('node')

test('the mark stands in front of what properties there are, whatever else changes', async t => {
  const long = Buffer.concat([Buffer.from([3, 0, 120]), Buffer.alloc(120, 0x61)])
  for (const properties of [undefined, Buffer.alloc(0), Buffer.from([1, 1]), long]) {
    for (const name of ['a/b', 'much/longer/b']) {
      for (const qos of [0, 1, 2] as const) {
        const view = properties === undefined
          ? viewOf(publishFrame({ topic: 'a/b', payload: 'payload', qos: 1 }))
          : viewOf(publishFrame({ topic: 'a/b', payload: 'payload', qos: 1, properties }), 0, 5)
        const rewrite = new Rewrite('a/b', name, KEEP, KEEP, mark)
        const body = splicedBody(view, rewrite, qos, 5)
        const frame = Buffer.alloc(frameSize(body))
        const start = writeFixedHeader(frame, 0, 0x30 | (qos << 1), body)
        const idAt = splicePublish(new SingleFrame(frame), start, view, rewrite, qos, 5)
        if (qos !== 0) frame.writeUInt16BE(7, idAt)
        const made = new PublishView()
        t.equal(made.read(frame, 0, start, frame.length, 5), null)
        t.equal(frame.toString('utf8', made.topicStart, made.topicEnd), name)
        t.same(frame.subarray(made.propertiesStart, made.propertiesEnd), Buffer.concat([mark, properties ?? Buffer.alloc(0)]))
        t.equal(frame.toString('utf8', made.payloadStart, made.end), 'payload')
        t.ok(largestFrame(view, rewrite) >= frame.length, 'what it may take was reckoned with')
      }
    }
  }
})
