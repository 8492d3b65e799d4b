/** PUBLISH frames for tests, written and read the slow and plain way. */
import { PublishView } from '../../src/mqtt/publish-view.ts'

export interface PlainPublish {
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1 | 2
  readonly retain?: boolean
  readonly dup?: boolean
  readonly packetId?: number
  /** MQTT 5 property block without its length; undefined: 3.1.1. */
  readonly properties?: Buffer
}

function lengthBytes (length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 128 : low)
  } while (rest > 0)
  return Buffer.from(bytes)
}

export function publishFrame (message: PlainPublish): Buffer {
  const topic = Buffer.from(message.topic)
  const parts: Buffer[] = [Buffer.from([topic.length >> 8, topic.length & 255]), topic]
  const id = message.packetId ?? 1
  if (message.qos > 0) parts.push(Buffer.from([id >> 8, id & 255]))
  if (message.properties !== undefined) parts.push(lengthBytes(message.properties.length), message.properties)
  parts.push(Buffer.from(message.payload))
  const body = Buffer.concat(parts)
  const header = 0x30 | (message.dup === true ? 8 : 0) | (message.qos << 1) | (message.retain === true ? 1 : 0)
  return Buffer.concat([Buffer.from([header]), lengthBytes(body.length), body])
}

/** A view of the frame that starts at `start` of `bytes`. */
export function viewOf (bytes: Buffer, start = 0, level: 4 | 5 = 4): PublishView {
  let at = start + 1
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes.readUInt8(at++)
    length |= (byte & 127) << shift
    if (byte < 128) break
  }
  const view = new PublishView()
  const fault = view.read(bytes, start, at, at + length, level)
  if (fault !== null) throw new Error(fault.reason)
  return view
}

/** Every frame of `bytes`, which are whole frames. */
export function framesOf (bytes: Buffer): Buffer[] {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    let body = at + 1
    let length = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(body++)
      length |= (byte & 127) << shift
      if (byte < 128) break
    }
    if (body + length > bytes.length) throw new Error('a frame is cut off')
    frames.push(bytes.subarray(at, body + length))
    at = body + length
  }
  return frames
}

/** A PUBLISH frame taken apart. */
export function readPublish (frame: Buffer, level: 4 | 5 = 4): PlainPublish {
  const view = viewOf(frame, 0, level)
  return {
    topic: frame.toString('utf8', view.topicStart, view.topicEnd),
    payload: frame.toString('utf8', view.payloadStart, view.end),
    qos: view.qos,
    retain: view.retain,
    dup: view.dup,
    packetId: view.packetId,
    ...(level === 5 ? { properties: Buffer.from(frame.subarray(view.propertiesStart, view.propertiesEnd)) } : {})
  }
}
