/** Finding frames in chunks, whole and cut anywhere, and reading a PUBLISH in place. */
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { chunkOf, sameTopic } from './chunks.ts'
import { CHUNK, type Subject } from './subject.ts'

const view = new PublishView()
let found = 0
const scanner = new FrameScanner({
  frame (bytes, start, body, end) {
    if (view.read(bytes, start, body, end, 4) === null) found += view.payloadStart
    return true
  },
  malformed (reason) { throw new Error(reason.reason) }
}, 1_000_000)

const small = chunkOf({ qos: 0, payload: 200, topic: sameTopic })
const qos1 = chunkOf({ qos: 1, payload: 200, topic: sameTopic })
const pieces = [small.subarray(0, 10_001), small.subarray(10_001, 30_003), small.subarray(30_003)]

export const scannerSubjects: readonly Subject[] = [
  { name: 'scan and read QoS 0, whole chunks', messages: CHUNK, work: () => { scanner.push(small); return found } },
  { name: 'scan and read QoS 1, whole chunks', messages: CHUNK, work: () => { scanner.push(qos1); return found } },
  { name: 'scan and read QoS 0, frames across chunks', messages: CHUNK, work: () => { for (const piece of pieces) scanner.push(piece); return found } }
]
