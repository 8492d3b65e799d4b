/** A link for outboxes in tests: keeps what is written, full when told so; and a turn of the event loop that ends when told so. */
import type { LinkWriter } from '../../src/relay/link.ts'
import { type PlainPublish, framesOf, readPublish } from './publish-frames.ts'

export class ScriptedLink implements LinkWriter {
  /** Answer of write. */
  full = false
  /** Bytes of messages that may go; what is written is taken off. null: no limit. */
  meter: { room: number } | null = null
  readonly #written: Buffer[] = []
  readonly #returns: (() => void)[] = []

  begin (): void {}
  end (): void {}

  write (frames: Buffer, written: (() => void) | null): boolean {
    this.#written.push(Buffer.from(frames))
    if (this.meter !== null && frames.readUInt8(0) >> 4 === 3) this.meter.room = Math.max(0, this.meter.room - frames.length)
    if (written !== null) this.#returns.push(written)
    return !this.full
  }

  /** What was written since the last call, as frames; buffers that were lent are given back. */
  taken (): Buffer[] {
    for (const back of this.#returns.splice(0)) back()
    return framesOf(Buffer.concat(this.#written.splice(0)))
  }

  /** The same, read: PUBLISHes only. */
  publishes (level: 4 | 5 = 4): PlainPublish[] {
    return this.taken().filter(frame => frame.readUInt8(0) >> 4 === 3).map(frame => readPublish(frame, level))
  }
}

/** What was scheduled for the end of the turn, run by hand. */
export class Turn {
  readonly #calls: (() => void)[] = []
  readonly schedule = (call: () => void): void => {
    this.#calls.push(call)
  }

  end (): void {
    for (const call of this.#calls.splice(0)) call()
  }
}
