/** NanoMQ's `base62`: base64 without padding whose `+` and `/` are written as `A` and `B`. It can not be turned back, and is here because receivers know it. */
export function base62 (bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '').replaceAll('+', 'A').replaceAll('/', 'B')
}
