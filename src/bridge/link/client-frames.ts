/** The writing half of mqtt.js: the frames it writes, whole again whatever pieces it writes them in, on their way to the remote. */
import { FrameScanner } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { LinkSocket } from './link-socket.ts'

export interface ClientFramesOptions {
  readonly writer: Pick<LinkSocket, 'write' | 'writeLast'>
  readonly level: 4 | 5
  /** Sets bit 0x80 of the protocol level in CONNECT. */
  readonly bridgeBit: boolean
  /** It asks whether the remote is alive: its timer is to be content, ours asks the remote. */
  readonly pinged: () => void
  /** It wrote what is no frame. */
  readonly failed: (error: Error) => void
}

export class ClientFrames {
  readonly #options: ClientFramesOptions
  readonly #scanner: FrameScanner

  constructor (options: ClientFramesOptions) {
    this.#options = options
    this.#scanner = new FrameScanner({
      frame: (bytes, start, body, end) => this.#frame(bytes, start, body, end),
      malformed: ({ reason }) => options.failed(new Error(`mqtt.js wrote no frame: ${reason}`))
    }, Infinity)
  }

  push (chunk: Buffer): void {
    this.#scanner.push(chunk)
  }

  #frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const { writer, level, bridgeBit, pinged } = this.#options
    const type = (bytes[start] as number) >> 4
    if (type === PacketType.PINGREQ) {
      pinged()
      return true
    }
    const frame = Buffer.from(bytes.subarray(start, end))
    // protocol name: two length bytes and MQTT; then the level
    if (type === PacketType.CONNECT && bridgeBit) frame[body - start + 6] = level | 0x80
    if (type === PacketType.DISCONNECT) writer.writeLast(frame)
    else writer.write(frame, null)
    return true
  }
}
