/**
 * What a remote does on the wire towards a bridge: it must not send a message of QoS 2 again once it has sent PUBREL for it [MQTT-4.3.3-1].
 * mosquitto 2.0.11 does: after a restart it lets more than `max_inflight_messages` out at once, and keeps over the next restart only so many
 * handshakes; for the others it begins again with PUBLISH. A plain client in the place of the bridge sees the same (`remote-repeats.ts`).
 */
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { PacketType } from '../../src/mqtt/packet-type.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'

export class RemoteWire {
  /** Messages whose handshake is under way, by packet id. */
  readonly #open = new Map<number, string>()
  readonly #released = new Set<string>()
  /** `topic payload` of each that was sent again after its PUBREL. */
  readonly repeated = new Set<string>()
  readonly #view = new PublishView()

  /** Takes the bytes of one connection of the remote to the bridge. */
  connection (): (chunk: Buffer) => void {
    const scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        this.#frame(bytes, start, body, end)
        return true
      },
      malformed: () => {}
    }, Infinity)
    return chunk => scanner.push(Buffer.from(chunk))
  }

  #frame (bytes: Buffer, start: number, body: number, end: number): void {
    const type = bytes.readUInt8(start) >> 4
    if (type === PacketType.PUBREL) this.#pubrel(bytes.readUInt16BE(body))
    if (type !== PacketType.PUBLISH) return
    const view = this.#view
    if (view.read(bytes, start, body, end, 4) !== null || view.qos !== 2) return
    const message = `${bytes.toString('utf8', view.topicStart, view.topicEnd)} ${bytes.toString('utf8', view.payloadStart, view.end)}`
    if (this.#released.has(message)) this.repeated.add(message)
    this.#open.set(view.packetId, message)
  }

  #pubrel (id: number): void {
    const message = this.#open.get(id)
    if (message !== undefined) this.#released.add(message)
  }
}
