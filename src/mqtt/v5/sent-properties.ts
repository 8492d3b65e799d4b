/** The property block of a message that is published on behalf of somebody else, without its length. */
import { PropertyId } from './property-id.ts'

/** Identifier and four bytes. */
const EXPIRY_SIZE = 5

export interface PropertiesAndExpiry {
  /** In order, without alias, expiry and subscription identifiers. */
  readonly properties?: { readonly raw: Buffer }
  /** Milliseconds since 1970 after which it is not delivered any more [MQTT-3.3.2-5]. */
  readonly messageExpiry?: number
}

/** With the seconds that are left of its expiry; null: MQTT 5 says nothing of it. */
export function sentProperties ({ properties, messageExpiry }: PropertiesAndExpiry): Buffer | null {
  if (messageExpiry === undefined) return properties?.raw ?? null
  const raw = properties?.raw
  const block = Buffer.alloc(EXPIRY_SIZE + (raw?.length ?? 0))
  block[0] = PropertyId.MESSAGE_EXPIRY
  block.writeUInt32BE(Math.max(0, Math.ceil((messageExpiry - Date.now()) / 1000)), 1)
  raw?.copy(block, EXPIRY_SIZE)
  return block
}
