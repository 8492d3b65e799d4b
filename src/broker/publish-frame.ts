/** A message as the PUBLISH frame that a 3.1.1 client would send for it, for those who take frames. */
import type { Message } from './session-port.ts'

const PUBLISH = 0x30
const MAX_LENGTH_BYTES = 4

/** Where the parts of a frame are, as {@link PublishView.read} takes them. */
export interface PublishFrame {
  readonly bytes: Buffer
  readonly body: number
}

/** @param packetId anything but 0 at QoS 1 and 2; not written at QoS 0 */
export function publishFrame (message: Message, packetId: number): PublishFrame {
  const topicBytes = Buffer.byteLength(message.topic)
  const remaining = 2 + topicBytes + (message.qos === 0 ? 0 : 2) + message.payload.length
  const bytes = Buffer.allocUnsafe(1 + MAX_LENGTH_BYTES + remaining)
  bytes[0] = PUBLISH | message.qos << 1 | (message.retain ? 1 : 0)
  const body = writeLength(bytes, remaining)
  let at = bytes.writeUInt16BE(topicBytes, body)
  at += bytes.write(message.topic, at)
  if (message.qos !== 0) at = bytes.writeUInt16BE(packetId, at)
  at += message.payload.copy(bytes, at)
  return { bytes: bytes.subarray(0, at), body }
}

/** Writes the remaining length behind the first byte [MQTT-2.2.3]; answers where the body starts. */
function writeLength (bytes: Buffer, length: number): number {
  let at = 1
  let rest = length
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes[at++] = rest === 0 ? low : low | 0x80
  } while (rest > 0)
  return at
}
