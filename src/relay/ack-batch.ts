/** Acknowledgements that go out with the next flush, side by side in one buffer. HOT. */
import { ACKNOWLEDGEMENT_WITH_REASON_SIZE, writeAcknowledgement, writeAcknowledgementWithReason } from '../mqtt/acknowledgement.ts'

const FIRST_SIZE = 256

export class AckBatch {
  #buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
  #length = 0

  get length (): number { return this.#length }

  /**
   * @param header of AcknowledgementHeader
   * @param reason MQTT 5 reason code; 0, success, is left out and so fits every version
   */
  add (header: number, packetId: number, reason = 0): void {
    if (this.#length + ACKNOWLEDGEMENT_WITH_REASON_SIZE > this.#buffer.length) this.#grow()
    this.#length = reason === 0
      ? writeAcknowledgement(header, packetId, this.#buffer, this.#length)
      : writeAcknowledgementWithReason(header, packetId, reason, this.#buffer, this.#length)
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
