/**
 * Makes a message ready for a device of MQTT 5. What is delivered is written by the keeper of sessions, which knows 3.1.1:
 * there the payload follows the packet identifier, in MQTT 5 a property block stands between them. So the block is put in
 * front of the payload, and what is written is MQTT 5.
 *
 * What is decided when the frame leaves (seconds to expiry, RETAIN) is said in front of the block, behind two bytes that no
 * block begins with: 0x80 0x00 is not the shortest form of a length [MQTT-1.5.5-1].
 */
import { matches } from '../../mqtt/topic-filter.ts'
import { variableByteIntegerSize, writeVariableByteInteger } from '../../mqtt/variable-byte-integer.ts'
import { PropertyId } from '../../mqtt/v5/property-id.ts'
import type { Address, Delivery, MessageProperties, Subscription } from '../session-port.ts'

/** Two bytes that mark it, flags, milliseconds since 1970 in six bytes. */
export const NOTE_SIZE = 9
export const NOTE_FIRST = 0x80
export const NOTE_SECOND = 0x00
export const NOTE_RETAIN = 1
export const NOTE_EXPIRES = 2

const NOTHING = Buffer.alloc(0)
const NO_IDS: readonly number[] = []

export interface DeliveryTerms {
  readonly clientId: string
  /** Bytes; a larger message is not delivered [MQTT-3.1.2-24]. */
  readonly maximumPacketSize: number
}

/** False: it is the device's own, and it wants none of those; or it is too large for it. */
export function addBlock (delivery: Delivery, subscriptions: Iterable<Subscription>, terms: DeliveryTerms): boolean {
  const { properties, messageExpiry } = delivery
  const address = properties?.addressed ?? addressOf(delivery, subscriptions, terms.clientId)
  if (address === null) return false
  delivery.retain = false
  const bare = typeof delivery.payload === 'string' ? Buffer.from(delivery.payload) : delivery.payload
  const payload = joined(properties?.raw ?? NOTHING, bare, address, messageExpiry)
  if (sizeOf(delivery, payload.length) > terms.maximumPacketSize) return false // [MQTT-3.1.2-25]
  delivery.payload = payload
  // a message that is stored in this moment is stored as it was published
  if (delivery.qos > 0) Object.assign(delivery, { properties: { ...properties, raw: properties?.raw ?? NOTHING, bare } satisfies MessageProperties & { bare: Buffer } })
  return true
}

/** By which subscriptions it comes; null: by none that wants it. One queued for a filter that was given up still comes. */
function addressOf (delivery: Delivery, subscriptions: Iterable<Subscription>, receiver: string): Address | null {
  const own = delivery.clientId === receiver
  let matching = false
  let wanted = false
  let retain = false
  let subscriptionIds = NO_IDS
  for (const subscription of subscriptions) {
    if (!matches(subscription.filter, delivery.topic)) continue
    matching = true
    if (own && (subscription.noLocal === true || subscription.bridge)) continue // [MQTT-3.8.3-3]
    wanted = true
    if (delivery.retain && keepsRetain(subscription)) retain = true // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    const { subscriptionId } = subscription
    if (subscriptionId !== undefined) subscriptionIds = [...subscriptionIds, subscriptionId] // [MQTT-3.3.4-3] [MQTT-3.3.4-4]
  }
  return matching && !wanted ? null : { retain, subscriptionIds }
}

function keepsRetain ({ retainAsPublished, bridge }: Subscription): boolean {
  return retainAsPublished === true || bridge
}

function joined (raw: Buffer, bare: Buffer, { retain, subscriptionIds: ids }: Address, messageExpiry: number | undefined): Buffer {
  let length = raw.length + (messageExpiry === undefined ? 0 : 5)
  for (const id of ids) length += 1 + variableByteIntegerSize(id)
  const noted = retain || messageExpiry !== undefined
  const bytes = Buffer.allocUnsafe((noted ? NOTE_SIZE : 0) + variableByteIntegerSize(length) + length + bare.length)
  let at = 0
  if (noted) {
    bytes[0] = NOTE_FIRST
    bytes[1] = NOTE_SECOND
    bytes[2] = (retain ? NOTE_RETAIN : 0) | (messageExpiry === undefined ? 0 : NOTE_EXPIRES)
    at = bytes.writeUIntBE(messageExpiry ?? 0, 3, 6)
  }
  at = writeVariableByteInteger(length, bytes, at)
  if (messageExpiry !== undefined) {
    bytes[at] = PropertyId.MESSAGE_EXPIRY
    at = bytes.writeUInt32BE(0, at + 1) // written when the frame leaves
  }
  at += raw.copy(bytes, at)
  for (const id of ids) {
    bytes[at] = PropertyId.SUBSCRIPTION_ID
    at = writeVariableByteInteger(id, bytes, at + 1)
  }
  bare.copy(bytes, at)
  return bytes
}

/** Of the whole frame; with a note it is reckoned a few bytes larger than it will be. */
function sizeOf ({ topic, qos }: Delivery, payload: number): number {
  const body = 2 + Buffer.byteLength(topic) + (qos === 0 ? 0 : 2) + payload
  return 1 + variableByteIntegerSize(body) + body
}
