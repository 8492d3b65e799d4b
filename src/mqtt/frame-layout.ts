/** Where the parts of a whole frame are, from its fixed header [MQTT-2.2.3]. HOT. */
import { readVariableByteInteger, variableByteIntegerSize } from './variable-byte-integer.ts'

/** Bytes of the valid frame that starts there, with its fixed header. */
export function frameLength (frames: Buffer, at: number): number {
  const length = readVariableByteInteger(frames, at + 1, frames.length)
  return 1 + variableByteIntegerSize(length) + length
}

/** Where the body of a valid frame begins: its variable header, behind the remaining length. */
export function bodyOf (frame: Buffer): number {
  return 1 + variableByteIntegerSize(readVariableByteInteger(frame, 1, frame.length))
}
