/**
 * Finds whole MQTT frames in a stream of chunks, split anywhere. A frame that lies in one chunk is handed on in place,
 * without a copy; only the frame that crosses chunks is put together. HOT.
 */
import { type Violation, violation } from './violation.ts'

/** Takes whole frames. */
export interface FrameSink {
  /**
   * May call {@link FrameScanner.push}, {@link FrameScanner.resume} and {@link FrameScanner.end}; what is pushed comes
   * behind all that is there. It must not throw.
   * @param bytes  the chunk, or the frame put together; never written to again, but a part that is kept pins all of it
   * @param start  first byte of the fixed header
   * @param body   first byte after the remaining length
   * @param end    one past the last byte of the frame
   * @returns false to stop scanning *after* this frame, unless resume was called meanwhile; the rest waits for {@link FrameScanner.resume}
   */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean
  /** The stream can not be understood any more; no frame follows. */
  malformed (reason: Violation): void
}

const MALFORMED_LENGTH = violation('MQTT-2.2.3', 'remaining length has more than four bytes')
const LONG_LENGTH = violation('MQTT-1.5.5-1', 'remaining length is not in its shortest form')
const TOO_LARGE = violation('', 'packet is larger than the limit', 0x95)
const NOTHING = Buffer.alloc(0)
/** Room for the first bytes of a header: its longest form has five. */
const HEADER_ROOM = 8

export class FrameScanner {
  /** MQTT 5: a remaining length has its shortest form [MQTT-1.5.5-1]. Before, some clients pad it. */
  shortest = false
  readonly #sink: FrameSink
  readonly #maxPacketSize: number
  /** The frame that crosses chunks: #have bytes of it, with room for more. */
  #partial: Buffer = NOTHING
  #have = 0
  /** Its size once the header is whole, 0 before; and where its body starts. */
  #need = 0
  #partialBody = 0
  /** Chunks behind a stop, or pushed by the sink while it was running. */
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** Where the body starts of the frame that {@link #frameEnd} looked at. */
  #body = 0
  #stopped = false
  /** Calls of resume: one inside frame() takes back the stop that frame() asks for. */
  #resumes = 0
  #dead = false
  #scanning = false

  constructor (sink: FrameSink, maxPacketSize: number) {
    this.#sink = sink
    this.#maxPacketSize = maxPacketSize
  }

  /** Bytes held back: room taken by the frame not whole yet, and what waits behind a stop. Its sum over connections has a budget. */
  get pendingBytes (): number { return this.#partial.length + this.#waitingBytes }

  get stopped (): boolean { return this.#stopped }

  /** Takes the next chunk of the stream; calls the sink for each whole frame. */
  push (chunk: Buffer): void {
    if (this.#dead || chunk.length === 0) return
    if (this.#stopped || this.#scanning) {
      this.#waiting.push(chunk)
      this.#waitingBytes += chunk.length
    } else {
      this.#run(chunk)
    }
  }

  /** Goes on after the sink said stop. */
  resume (): void {
    this.#resumes++
    if (!this.#stopped || this.#dead) return
    this.#stopped = false
    const chunk = this.#next()
    if (chunk !== undefined) this.#run(chunk)
  }

  /** Drops what is held; later chunks are ignored. */
  end (): void {
    this.#dead = true
    this.#forget()
    this.#waiting = []
    this.#waitingBytes = 0
  }

  /** The oldest chunk that waits. */
  #next (): Buffer | undefined {
    const chunk = this.#waiting.shift()
    this.#waitingBytes -= chunk?.length ?? 0
    return chunk
  }

  #run (first: Buffer): void {
    this.#scanning = true
    let chunk: Buffer | undefined = first
    while (chunk !== undefined) {
      const at = this.#scan(chunk)
      if (this.#dead) break
      if (this.#stopped) {
        if (at < chunk.length) {
          this.#waiting.unshift(chunk.subarray(at))
          this.#waitingBytes += chunk.length - at
        }
        break
      }
      chunk = this.#next()
    }
    this.#scanning = false
  }

  /** Hands on the frames of a chunk; answers how far it came before a stop. A frame without its end is set aside. */
  #scan (bytes: Buffer): number {
    const length = bytes.length
    let at = this.#have === 0 ? 0 : this.#complete(bytes)
    while (at < length && !this.#stopped && !this.#dead) {
      const end = this.#frameEnd(bytes, at, length)
      if (end < 0) {
        this.#fail(end)
      } else if (end === 0 || end > length) {
        this.#setAside(bytes, at, end)
        return length
      } else {
        this.#give(bytes, at, this.#body, end)
        at = end
      }
    }
    return at
  }

  #give (bytes: Buffer, start: number, body: number, end: number): void {
    const resumes = this.#resumes
    if (!this.#sink.frame(bytes, start, body, end) && this.#resumes === resumes) this.#stopped = true
  }

  /** Keeps the head of a frame whose end has not come; a copy, so that it does not pin the chunk. */
  #setAside (bytes: Buffer, at: number, end: number): void {
    this.#need = end === 0 ? 0 : end - at
    this.#partialBody = this.#body - at
    this.#append(bytes, at, bytes.length)
  }

  /** Goes on with the frame set aside; answers where the next one starts. */
  #complete (bytes: Buffer): number {
    const length = bytes.length
    let at = 0
    while (this.#need === 0) {
      if (at === length) return at
      this.#append(bytes, at, at + 1)
      at++
      const end = this.#frameEnd(this.#partial, 0, this.#have)
      if (end < 0) {
        this.#fail(end)
        return length
      }
      this.#need = end
      this.#partialBody = this.#body
    }
    const stop = Math.min(length, at + this.#need - this.#have)
    this.#append(bytes, at, stop)
    if (this.#have === this.#need) {
      const frame = this.#partial
      const end = this.#need
      this.#forget()
      this.#give(frame, 0, this.#partialBody, end)
    }
    return stop
  }

  /**
   * Copies bytes behind those set aside. Room at least doubles, up to the frame's size: it is paid for by bytes that came, not by
   * what a header promises, and a frame in a thousand chunks is not copied a thousand times.
   */
  #append (bytes: Buffer, from: number, to: number): void {
    const total = this.#have + to - from
    if (total > this.#partial.length) {
      const doubled = Math.max(total, this.#have * 2, HEADER_ROOM)
      const grown = Buffer.allocUnsafe(this.#need === 0 ? doubled : Math.min(doubled, this.#need))
      this.#partial.copy(grown, 0, 0, this.#have)
      this.#partial = grown
    }
    bytes.copy(this.#partial, this.#have, from, to)
    this.#have = total
  }

  #forget (): void {
    this.#partial = NOTHING
    this.#have = 0
    this.#need = 0
  }

  /** End of the frame at `at`; 0 when its header is not whole, -1 malformed, -2 over the limit, -3 not the shortest form. Sets #body. */
  #frameEnd (bytes: Buffer, at: number, length: number): number {
    let value = 0
    let shift = 0
    for (let i = at + 1; i < length; i++) {
      const byte = bytes[i] as number
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (byte === 0 && shift > 0 && this.shortest) return -3
        this.#body = i + 1
        const end = i + 1 + value
        return end - at > this.#maxPacketSize ? -2 : end
      }
      shift += 7
      if (shift > 21) return -1
    }
    return 0
  }

  #fail (how: number): void {
    this.end()
    if (how === -2) this.#sink.malformed(TOO_LARGE)
    else this.#sink.malformed(how === -3 ? LONG_LENGTH : MALFORMED_LENGTH)
  }
}
