/** Acknowledgements owed to one device, as bytes, so that those of one turn go out in one write. HOT. */

const SIZE = 4
const FIRST_ROOM = 16 * SIZE

export class AcknowledgementBatch {
  #bytes: Buffer | null = null
  #length = 0

  get empty (): boolean { return this.#length === 0 }

  /** @param first first byte of PUBACK, PUBREC or PUBCOMP, flags included */
  add (first: number, packetId: number): void {
    const bytes = this.#room()
    const at = this.#length
    bytes[at] = first
    bytes[at + 1] = 2
    bytes[at + 2] = packetId >> 8
    bytes[at + 3] = packetId & 0xff
    this.#length = at + SIZE
  }

  /** The bytes to write; the batch is empty afterwards and keeps its room. */
  take (): Buffer {
    const taken = Buffer.allocUnsafe(this.#length)
    this.#bytes?.copy(taken, 0, 0, this.#length)
    this.#length = 0
    return taken
  }

  #room (): Buffer {
    let bytes = this.#bytes
    if (bytes === null) {
      bytes = Buffer.allocUnsafeSlow(FIRST_ROOM)
    } else if (this.#length === bytes.length) {
      const wider = Buffer.allocUnsafeSlow(bytes.length * 2)
      bytes.copy(wider)
      bytes = wider
    }
    this.#bytes = bytes
    return bytes
  }
}
