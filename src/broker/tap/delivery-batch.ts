/**
 * Messages of QoS 0 for one device that go out at the end of this turn of the event loop, as bytes. Neighbouring frames of one
 * chunk are noted as a run and copied at once. There may be thousands of devices: it begins small, doubles while more comes
 * in one turn, and a large one is handed over as it is. HOT.
 */
import { copyBytes } from '../../mqtt/copy-bytes.ts'

const FIRST_ROOM = 512
/** A larger buffer is not kept for another turn: it is handed over where it is well filled, and then pins little that it does not need. */
const KEPT = 2048
/** So much is written without waiting for the end of the turn. */
export const BATCH_BYTES = 64 * 1024
const NOTHING: Buffer = Buffer.alloc(0)

export class DeliveryBatch {
  #buffer = NOTHING
  #length = 0
  /** A run not yet copied: #run bytes of #source before #sourceEnd. */
  #source = NOTHING
  #run = 0
  #sourceEnd = 0
  /** Room to begin with: as much as the last turn had need of. */
  #first = FIRST_ROOM

  /** Bytes that wait. */
  get length (): number { return this.#length + this.#run }

  get empty (): boolean { return this.#length + this.#run === 0 }

  /** Adds the frame `bytes[start, end)`, which must not be changed before the next take. */
  add (bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#source || start !== this.#sourceEnd) {
      this.#copyRun()
      this.#source = bytes
    }
    this.#run += end - start
    this.#sourceEnd = end
  }

  /** The bytes to write; it is empty afterwards. */
  take (): Buffer {
    this.#copyRun()
    const room = this.#buffer.length
    const all = this.#buffer.subarray(0, this.#length)
    this.#length = 0
    if (room <= KEPT) return Buffer.from(all)
    this.#buffer = NOTHING
    this.#first = Math.max(FIRST_ROOM, all.length)
    return all.length * 2 < room ? Buffer.from(all) : all
  }

  clear (): void {
    this.#buffer = this.#source = NOTHING
    this.#length = this.#run = this.#sourceEnd = 0
  }

  #copyRun (): void {
    const run = this.#run
    if (run !== 0) {
      const length = this.#length + run
      if (length > this.#buffer.length) this.#widen(length)
      copyBytes(this.#source, this.#sourceEnd - run, this.#sourceEnd, this.#buffer, this.#length)
      this.#length = length
      this.#run = 0
    }
    this.#source = NOTHING
  }

  #widen (length: number): void {
    const wider = Buffer.allocUnsafeSlow(Math.max(length, this.#buffer.length * 2, this.#first))
    this.#buffer.copy(wider, 0, 0, this.#length)
    this.#buffer = wider
  }
}
