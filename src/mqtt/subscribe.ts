/** Reads SUBSCRIBE of MQTT 3.1.1 and 5, and holds it to every MUST that a server can see. */
import { type ByteRange, FieldReader } from './field-reader.ts'
import { faultOfFilter, isShared, sharedFilter } from './topic-filter.ts'
import type { SharedFilter } from './topic-filter.ts'
import { PropertyBlock } from './v5/property-block.ts'
import { PropertyHolder } from './v5/property-id.ts'
import { type Violation, violation } from './violation.ts'

export interface SubscribeRequest {
  readonly packetId: number
  /** At least one, in the order of the packet. */
  readonly subscriptions: readonly SubscriptionRequest[]
  /** MQTT 5 properties in place; empty before MQTT 5. */
  readonly properties: ByteRange
  /** MQTT 5: deliveries by these subscriptions carry it; -1 without. */
  readonly subscriptionId: number
}

export interface SubscriptionRequest {
  /** As it was asked for, with its `$share/group/`. */
  readonly filter: string
  /** Group and inner filter of a well-formed `$share/group/filter`; null otherwise, also before MQTT 5 where it is ill formed. */
  readonly shared: SharedFilter | null
  readonly qos: 0 | 1 | 2
  /** MQTT 5; false, false and 0 before. */
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}

export interface FilterLimits {
  readonly maxTopicLevels: number
  /** Filters in one packet: what more than this asks for is not read. */
  readonly maxFilters: number
}

const ID_0 = violation('MQTT-2.3.1-1', 'SUBSCRIBE with packet identifier 0')
const NO_FILTER = violation('MQTT-3.8.3-3', 'SUBSCRIBE without a topic filter', 0x82)
const FILTER_TEXT = violation('MQTT-3.8.3-1', 'topic filter of SUBSCRIBE is not well-formed UTF-8')
const QOS = violation('MQTT-3.8.3-4', 'requested QoS is 3, or reserved bits are set')
const RETAIN_HANDLING = violation('MQTT-3.8.3-5', 'retain handling is 3', 0x82)
const SHARE = violation('MQTT-4.8.2-1', 'shared subscription is not of the form $share/group/filter')
const NO_LOCAL = violation('MQTT-3.8.3-4', 'no local on a shared subscription', 0x82)
const TOO_MANY = violation('', 'SUBSCRIBE has more topic filters than one client may have', 0x97)

const QOS_BITS = 0x03
const NO_LOCAL_BIT = 0x04
const RETAIN_AS_PUBLISHED_BIT = 0x08
const RETAIN_HANDLING_SHIFT = 4

/** Reads the SUBSCRIBE whose body is `bytes[body, end)`; its first byte is {@link faultOfClientHeader}'s. Never throws. */
export function readSubscribe (bytes: Buffer, body: number, end: number, level: 3 | 4 | 5, limits: FilterLimits): SubscribeRequest | Violation {
  const reader = new FieldReader(bytes, body, end)
  const packetId = reader.uint16()
  if (packetId === 0) reader.fail(ID_0) // [MQTT-2.3.1-1]
  const properties = level === 5 ? reader.properties() : { start: reader.at, end: reader.at }
  const block = new PropertyBlock()
  const fault = block.read(bytes, properties.start, properties.end, PropertyHolder.SUBSCRIBE) // empty before MQTT 5
  if (fault !== null) reader.fail(fault)
  const subscriptions: SubscriptionRequest[] = []
  while (!reader.atEnd) {
    if (subscriptions.length === limits.maxFilters) return TOO_MANY
    subscriptions.push(readSubscription(reader, level, limits))
  }
  if (subscriptions.length === 0) reader.fail(NO_FILTER) // [MQTT-3.8.3-3]
  return reader.fault() ?? { packetId, subscriptions, properties, subscriptionId: block.subscriptionId }
}

function readSubscription (reader: FieldReader, level: 3 | 4 | 5, limits: FilterLimits): SubscriptionRequest {
  const filter = reader.text(FILTER_TEXT) // [MQTT-3.8.3-1]
  const options = reader.byte()
  const shared = sharedFilter(filter)
  const qos = options & QOS_BITS
  const retainHandling = (options >> RETAIN_HANDLING_SHIFT) & 3
  if (reader.fault() === null) {
    const fault = faultOfFilter(filter, limits.maxTopicLevels) ?? // [MQTT-4.7.1-2] [MQTT-4.7.1-3]
      (level === 5 ? faultOfOptions5(options, filter, shared) : faultOfOptions(options))
    if (fault !== null) reader.fail(fault)
  }
  return {
    filter,
    shared,
    qos: qos === 0 || qos === 1 ? qos : 2,
    noLocal: (options & NO_LOCAL_BIT) !== 0,
    retainAsPublished: (options & RETAIN_AS_PUBLISHED_BIT) !== 0,
    retainHandling: retainHandling === 0 || retainHandling === 1 ? retainHandling : 2
  }
}

function faultOfOptions (options: number): Violation | null {
  return options > 2 ? QOS : null // [MQTT-3.8.3-4]
}

function faultOfOptions5 (options: number, filter: string, shared: SharedFilter | null): Violation | null {
  if ((options & 0xc0) !== 0 || (options & QOS_BITS) === 3) return QOS // [MQTT-3.8.3-5] of MQTT 5
  if (options >> RETAIN_HANDLING_SHIFT === 3) return RETAIN_HANDLING
  if (!isShared(filter)) return null
  if (shared === null) return SHARE // [MQTT-4.8.2-1] [MQTT-4.8.2-2] of MQTT 5
  return (options & NO_LOCAL_BIT) === 0 ? null : NO_LOCAL // [MQTT-3.8.3-4] of MQTT 5
}
