/** Acknowledgements that go out with the next flush: PUBACK, PUBREC, PUBREL, PUBCOMP as bytes side by side. HOT. */

/** First bytes of the four; PUBREL's reserved bits are 0010 [MQTT-3.6.1-1]. */
export const AckHeader = { PUBACK: 0x40, PUBREC: 0x50, PUBREL: 0x62, PUBCOMP: 0x70 } as const
export type AckHeader = typeof AckHeader[keyof typeof AckHeader]

const FIRST_SIZE = 256

export class AckBatch {
  #buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
  #length = 0

  get length (): number { return this.#length }

  /** @param reason MQTT 5 reason code; 0, success, is left out and so fits every version */
  add (header: AckHeader, packetId: number, reason = 0): void {
    if (this.#length + 5 > this.#buffer.length) this.#grow()
    const bytes = this.#buffer
    let at = this.#length
    bytes[at++] = header
    bytes[at++] = reason === 0 ? 2 : 3
    bytes[at++] = packetId >> 8
    bytes[at++] = packetId & 0xff
    if (reason !== 0) bytes[at++] = reason
    this.#length = at
  }

  /** All of them, in order, in memory of their own. */
  take (): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  clear (): void {
    this.#length = 0
  }

  #grow (): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 4)
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}
