/** A PUBLISH of QoS 1 or 2 as one of QoS 0. */
import { copyBytes } from '../mqtt/copy-bytes.ts'
import { bodyOf } from '../mqtt/frame-layout.ts'
import { writeVariableByteInteger } from '../mqtt/variable-byte-integer.ts'

/** The frame again as QoS 0, in memory of its own: without the two bytes of its id, which are at `idAt`. */
export function withoutId (frame: Buffer, idAt: number, flags: number): Buffer {
  const body = bodyOf(frame)
  const length = frame.length - body - 2
  const made = Buffer.allocUnsafe(frame.length)
  made[0] = 0x30 | flags
  let at = writeVariableByteInteger(length, made, 1)
  at = copyBytes(frame, body, idAt, made, at)
  at = copyBytes(frame, idAt + 2, frame.length, made, at)
  return made.subarray(0, at)
}
