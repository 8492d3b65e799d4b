/** Proves to a receiver that a body came from here, and when: HMAC-SHA256 over the time, a dot and the body. */
import { createHmac } from 'node:crypto'

const TIMESTAMP_HEADER = 'x-causeway-timestamp'
const SIGNATURE_HEADER = 'x-causeway-signature'

/** @param now milliseconds since 1970; the header has seconds */
export function signatureOf (body: Buffer, secret: string, now = Date.now()): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000))
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}` }
}
