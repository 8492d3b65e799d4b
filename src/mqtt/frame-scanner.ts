/**
 * Finds whole MQTT frames in a stream of chunks, split anywhere. A frame that lies in one chunk is handed on in place,
 * without a copy; only a frame that crosses chunks is put together. HOT.
 */
import { type Violation, violation } from './violation.ts'

/** Takes whole frames. Offsets are into `bytes` and are valid only during the call. */
export interface FrameSink {
  /**
   * @param start  first byte of the fixed header
   * @param body   first byte after the remaining length
   * @param end    one past the last byte of the frame
   * @returns false to stop scanning *after* this frame; the rest waits for {@link FrameScanner.resume}
   */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean
  /** The stream can not be understood any more; no frame follows. */
  malformed (reason: Violation): void
}

const MALFORMED_LENGTH = violation('MQTT-2.2.3', 'remaining length has more than four bytes')
const TOO_LARGE = violation('', 'packet is larger than the limit', 0x95)
const NOTHING = Buffer.alloc(0)

export class FrameScanner {
  readonly #sink: FrameSink
  readonly #maxPacketSize: number
  /** Bytes not yet given out: from a frame not complete, or behind a stop. */
  #rest: Buffer = NOTHING
  /** Total size of the frame at the head of #rest when its header is known; 0 otherwise. */
  #need = 0
  /** Chunks of an incomplete frame behind #rest, joined once the frame is whole: joining on each chunk would be quadratic. */
  #more: Buffer[] = []
  #moreBytes = 0
  #stopped = false
  #dead = false
  #scanning = false

  constructor (sink: FrameSink, maxPacketSize: number) {
    this.#sink = sink
    this.#maxPacketSize = maxPacketSize
  }

  /** Bytes held back: partial frames and what waits behind a stop. Its sum over connections has a budget. */
  get pendingBytes (): number { return this.#rest.length + this.#moreBytes }

  get stopped (): boolean { return this.#stopped }

  /** Takes the next chunk of the stream; calls the sink for each whole frame. */
  push (chunk: Buffer): void {
    if (this.#dead) return
    if (this.#stopped || this.#scanning) {
      this.#keep(chunk)
      return
    }
    if (this.#rest.length === 0) {
      this.#scan(chunk)
      return
    }
    this.#keep(chunk)
    if (this.#need === 0 || this.pendingBytes >= this.#need) this.#scan(this.#take())
  }

  /** Goes on after the sink said stop. */
  resume (): void {
    if (!this.#stopped || this.#dead) return
    this.#stopped = false
    if (!this.#scanning && this.pendingBytes > 0) this.#scan(this.#take())
  }

  /** Drops what is held; later chunks are ignored. */
  end (): void {
    this.#dead = true
    this.#take()
  }

  #keep (chunk: Buffer): void {
    if (this.#rest.length === 0) {
      this.#rest = chunk
      return
    }
    this.#more.push(chunk)
    this.#moreBytes += chunk.length
  }

  #take (): Buffer {
    let bytes = this.#rest
    if (this.#moreBytes > 0) {
      this.#more.unshift(bytes)
      bytes = Buffer.concat(this.#more, bytes.length + this.#moreBytes)
      this.#more = []
      this.#moreBytes = 0
    }
    this.#rest = NOTHING
    this.#need = 0
    return bytes
  }

  #scan (bytes: Buffer): void {
    const length = bytes.length
    let at = 0
    this.#scanning = true
    while (at < length && !this.#stopped && !this.#dead) {
      const end = this.#frameEnd(bytes, at, length)
      if (end < 0) return this.#fail(end === -2 ? TOO_LARGE : MALFORMED_LENGTH)
      if (end === 0 || end > length) {
        this.#need = end === 0 ? 0 : end - at
        break
      }
      if (!this.#sink.frame(bytes, at, this.#body, end)) this.#stopped = true
      at = end
    }
    this.#scanning = false
    if (this.#dead) return
    this.#putBack(at === 0 ? bytes : bytes.subarray(at))
  }

  /** What is left goes in front of what arrived while the sink was running. */
  #putBack (left: Buffer): void {
    if (left.length === 0) return
    if (this.#rest.length > 0) {
      this.#more.unshift(this.#rest)
      this.#moreBytes += this.#rest.length
    }
    this.#rest = left
  }

  #body = 0

  /** End of the frame at `at`; 0 when its header is not complete, -1 malformed, -2 over the limit. Sets #body. */
  #frameEnd (bytes: Buffer, at: number, length: number): number {
    let value = 0
    let shift = 0
    for (let i = at + 1; i < length; i++) {
      const byte = bytes[i] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.#body = i + 1
        const end = i + 1 + value
        return end - at > this.#maxPacketSize ? -2 : end
      }
      shift += 7
      if (shift > 21) return -1
    }
    return 0
  }

  #fail (reason: Violation): void {
    this.#scanning = false
    this.end()
    this.#sink.malformed(reason)
  }
}
