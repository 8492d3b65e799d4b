/**
 * Reads the fields of one packet one behind the other. The first fault stays and all that is read after it is empty, so
 * that a caller asks once, at the end. For packets of the control plane: it allocates.
 */
import { faultOfString, textOf } from './utf8.ts'
import { readVariableByteInteger, variableByteIntegerSize } from './variable-byte-integer.ts'
import { type Violation, violation } from './violation.ts'

const TOO_SHORT = violation('MQTT-2.2.3', 'packet ends inside a field')
const SURPLUS = violation('MQTT-2.2.3', 'packet is longer than its fields')
const PROPERTIES = violation('MQTT-2.2.2', 'properties do not fit the packet')

/** Bytes seen in place: `[start, end)` of the buffer that the packet was read from. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export class FieldReader {
  readonly #bytes: Buffer
  readonly #end: number
  #at: number
  #fault: Violation | null = null

  constructor (bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  /** The first thing that was wrong so far. */
  fault (): Violation | null { return this.#fault }

  /** Where the next field starts. */
  get at (): number { return this.#at }

  /** Also after a fault, so that a loop over fields ends. */
  get atEnd (): boolean { return this.#at >= this.#end }

  /** Notes what a caller found wrong, unless something was before it. */
  fail (fault: Violation): void {
    this.#fault ??= fault
    this.#at = this.#end
  }

  byte (): number {
    const at = this.#take(1)
    return at < 0 ? 0 : this.#bytes.readUInt8(at)
  }

  uint16 (): number {
    const at = this.#take(2)
    return at < 0 ? 0 : this.#bytes.readUInt16BE(at)
  }

  /** Where the bytes of a field with a length prefix are. */
  range (): ByteRange {
    const start = this.#take(this.uint16())
    return start < 0 ? { start: this.#end, end: this.#end } : { start, end: this.#at }
  }

  /** A string; `clause` is the rule of this field that says it must be well formed, where there is one of its own. */
  text (illFormed?: Violation): string {
    const { start, end } = this.range()
    const fault = faultOfString(this.#bytes, start, end)
    if (fault === null) return textOf(this.#bytes, start, end)
    this.fail(fault.clause === 'MQTT-1.5.3-1' ? illFormed ?? fault : fault)
    return ''
  }

  /** A copy of a field of bytes, so that it does not pin the chunk it came in. */
  binary (): Buffer {
    const { start, end } = this.range()
    return Buffer.from(this.#bytes.subarray(start, end))
  }

  /** The MQTT 5 property block at this place, without its length. */
  properties (): ByteRange {
    const length = readVariableByteInteger(this.#bytes, this.#at, this.#end)
    const start = this.#at + variableByteIntegerSize(length)
    if (length < 0 || start + length > this.#end) {
      this.fail(PROPERTIES)
      return { start: this.#end, end: this.#end }
    }
    this.#at = start + length
    return { start, end: this.#at }
  }

  /** Says that the packet must end here; answers the first fault of all. */
  finish (): Violation | null {
    if (this.#at < this.#end) this.fail(SURPLUS)
    return this.#fault
  }

  #take (length: number): number {
    const at = this.#at
    if (at + length > this.#end) {
      this.fail(TOO_SHORT)
      return -1
    }
    this.#at = at + length
    return at
  }
}
