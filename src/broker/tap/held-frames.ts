/** Frames for one device that wait: for its CONNACK, or for room in its window. */

/** A library that counts 16-bit identifiers on would meet one in use. */
const MAX_HELD = 32_768

export class HeldFrames {
  #frames: Buffer[] = []
  /** All together. */
  bytes = 0

  get length (): number { return this.#frames.length }

  /** Its connection has to end. */
  get tooMany (): boolean { return this.#frames.length > MAX_HELD }

  /** Keeps a copy. */
  push (bytes: Buffer, start: number, end: number): void {
    this.#frames.push(Buffer.from(bytes.subarray(start, end)))
    this.bytes += end - start
  }

  shift (): Buffer | undefined {
    const frame = this.#frames.shift()
    this.bytes -= frame?.length ?? 0
    return frame
  }

  /** All of them, in order; none is left. */
  takeAll (): readonly Buffer[] {
    const all = this.#frames
    this.#frames = []
    this.bytes = 0
    return all
  }
}
