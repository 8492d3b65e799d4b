/**
 * The stream between one device's connection and the keeper of its session: whole packets in, as the connection lets them
 * through; bytes out, taken at once, so that the keeper of sessions never waits for a device.
 */
import { type SessionOwner, SessionStream } from '../session-port.ts'

export interface TapEvents {
  /** The session has written something. */
  written (bytes: Buffer): void
  /** The session is over, by whoever ended it. */
  ended (): void
}

/** Above anything that is written in one turn: the writer must not see a full buffer, it would wait. */
const NEVER_FULL = 2 ** 30

interface Piece { readonly chunk: Buffer }

export class DeviceTap extends SessionStream {
  readonly owner: SessionOwner
  readonly #events: TapEvents

  constructor (owner: SessionOwner, events: TapEvents) {
    super({ writableHighWaterMark: NEVER_FULL, readableHighWaterMark: NEVER_FULL })
    this.owner = owner
    this.#events = events
  }

  override _read (): void {}

  override _write (chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#events.written(chunk)
    done()
  }

  /** Aedes writes a packet in up to six pieces, and corks the packets of one tick: here they are one buffer again. */
  override _writev (pieces: Piece[], done: () => void): void {
    let length = 0
    for (const { chunk } of pieces) length += chunk.length
    const bytes = Buffer.allocUnsafe(length)
    let at = 0
    for (const { chunk } of pieces) at += chunk.copy(bytes, at)
    this.#events.written(bytes)
    done()
  }

  override _destroy (_error: Error | null, done: (error: null) => void): void {
    this.#events.ended()
    done(null)
  }
}
