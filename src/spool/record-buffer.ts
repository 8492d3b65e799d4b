/** Where records gather before they are handed to the commit: one large buffer, handed over when well filled, copied out right-sized otherwise. */

const CAPACITY = 256 * 1024
/** Below it a copy costs less than giving a whole buffer away (measured on the sending side: 65 µs for a fresh 256 KiB). */
const COPY_BELOW = 32 * 1024

export interface RecordGroup {
  readonly bytes: Buffer
  readonly firstNumber: number
  readonly lastNumber: number
}

export class RecordBuffer {
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY)
  used = 0
  firstNumber = 0
  lastNumber = 0

  /** Room for `size` bytes at the returned offset; the buffer grows when it is too small. */
  reserve (size: number, number: number): number {
    const at = this.used
    if (at + size > this.bytes.length) this.#grow(at + size)
    if (at === 0) this.firstNumber = number
    this.lastNumber = number
    this.used = at + size
    return at
  }

  /** All that was gathered; the buffer is empty afterwards. */
  take (): RecordGroup {
    const { used, firstNumber, lastNumber } = this
    this.used = 0
    if (used < COPY_BELOW) return { bytes: Buffer.from(this.bytes.subarray(0, used)), firstNumber, lastNumber }
    const bytes = this.bytes.subarray(0, used)
    this.bytes = Buffer.allocUnsafeSlow(CAPACITY)
    return { bytes, firstNumber, lastNumber }
  }

  /** Forgets what was gathered. */
  discard (): void {
    this.used = 0
  }

  #grow (size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(size, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.used)
    this.bytes = larger
  }
}
