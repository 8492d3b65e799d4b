/** Frames for one device that may not go out yet: before its CONNACK, and beyond the deliveries of QoS 1 and 2 that it takes at once. */
import { DeliveryIds } from './delivery-ids.ts'

/** A library that counts 16-bit identifiers on would meet one in use. */
const MAX_HELD = 32_768
const PUBLISH_QOS = 0x06

export class DeliveryWindow {
  readonly ids: DeliveryIds = new DeliveryIds()
  /** Deliveries without their acknowledgement, at most. */
  max: number
  #held: Buffer[] = []
  #bytes = 0

  constructor (max: number) {
    this.max = max
  }

  /** Of what is held. */
  get bytes (): number { return this.#bytes }

  /** Its connection has to end. */
  get tooMany (): boolean { return this.#held.length > MAX_HELD }

  /** Keeps a copy. */
  hold (bytes: Buffer, start: number, end: number): false {
    this.#held.push(Buffer.from(bytes.subarray(start, end)))
    this.#bytes += end - start
    return false
  }

  /** May this PUBLISH of QoS 1 or 2 go out? It is held otherwise. */
  admits (bytes: Buffer, start: number, body: number, end: number): boolean {
    if (this.#held.length > 0 || this.ids.size >= this.max) return this.hold(bytes, start, end)
    this.note(bytes, start, body)
    return true
  }

  /** Remembers the packet identifier of a PUBLISH of QoS 1 or 2 that goes out, which stands behind its topic. */
  note (bytes: Buffer, start: number, body: number): void {
    const at = body + 2 + bytes.readUInt16BE(body)
    this.ids.published(bytes.readUInt16BE(at), ((bytes[start] as number) & PUBLISH_QOS) >> 1)
  }

  /** The oldest that is held, where there is room for it; null: none. */
  next (): Buffer | null {
    const frame = this.ids.size < this.max ? this.#held.shift() : undefined
    this.#bytes -= frame?.length ?? 0
    return frame ?? null
  }

  /** All that are held, in order. */
  takeAll (): readonly Buffer[] {
    const all = this.#held
    this.#held = []
    this.#bytes = 0
    return all
  }
}
