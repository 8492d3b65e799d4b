/** The length of a whole frame, from its fixed header [MQTT-2.2.3]. HOT. */
import { readVariableByteInteger, variableByteIntegerSize } from './variable-byte-integer.ts'

/** Bytes of the valid frame that starts there, with its fixed header. */
export function frameLength (frames: Buffer, at: number): number {
  const length = readVariableByteInteger(frames, at + 1, frames.length)
  return 1 + variableByteIntegerSize(length) + length
}
