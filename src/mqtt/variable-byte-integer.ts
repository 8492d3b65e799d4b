/** The variable byte integer: seven bits a byte, the low ones first, at most four bytes [MQTT-2.2.3]; [MQTT-1.5.5] in MQTT 5. HOT. */

/** The largest that four bytes hold. */
export const MAX_VARIABLE_BYTE_INTEGER = 268_435_455

/** Bytes that `value`, at most {@link MAX_VARIABLE_BYTE_INTEGER}, takes. */
export function variableByteIntegerSize (value: number): 1 | 2 | 3 | 4 {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  return value < 0x20_0000 ? 3 : 4
}

/** Writes `value` at `at`; answers the place behind it. */
export function writeVariableByteInteger (value: number, into: Buffer, at: number): number {
  let rest = value
  let place = at
  while (rest > 0x7f) {
    into[place++] = (rest & 0x7f) | 0x80
    rest >>= 7
  }
  into[place++] = rest
  return place
}

/**
 * Reads the value at `at`, in MQTT 5's strict form: -1 where it does not end before `end`, has a fifth byte, or is not the
 * shortest form of its value [MQTT-1.5.5-1]. So the place behind it is `at` and {@link variableByteIntegerSize} of it.
 */
export function readVariableByteInteger (bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  const last = Math.min(end, at + 4)
  for (let i = at; i < last; i++) {
    const byte = bytes[i] as number
    value |= (byte & 0x7f) << (7 * (i - at))
    if (byte < 0x80) return byte === 0 && i > at ? -1 : value
  }
  return -1
}
