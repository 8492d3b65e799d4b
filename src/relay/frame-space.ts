/** Where frames are written: memory, and a way to copy into it what stays as it is of a frame. */
import { copyBytes } from '../mqtt/copy-bytes.ts'

export interface FrameSpace {
  readonly buffer: Buffer
  /** Copies `from[start, end)` into {@link buffer} at `at`, where there is room for it. */
  copyTail (from: Buffer, start: number, end: number, at: number): void
}

/** Of one frame. */
export class SingleFrame implements FrameSpace {
  readonly buffer: Buffer

  constructor (buffer: Buffer) {
    this.buffer = buffer
  }

  copyTail (from: Buffer, start: number, end: number, at: number): void {
    copyBytes(from, start, end, this.buffer, at)
  }
}
