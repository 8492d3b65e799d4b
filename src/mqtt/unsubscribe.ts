/** Reads UNSUBSCRIBE of MQTT 3.1.1 and 5, and holds it to every MUST that a server can see. */
import { type ByteRange, FieldReader } from './field-reader.ts'
import type { FilterLimits } from './subscribe.ts'
import { faultOfFilter } from './topic-filter.ts'
import { PropertyBlock } from './v5/property-block.ts'
import { PropertyHolder } from './v5/property-id.ts'
import { type Violation, violation } from './violation.ts'

export interface UnsubscribeRequest {
  readonly packetId: number
  /** At least one, in the order of the packet; shared ones with their `$share/group/`. */
  readonly filters: readonly string[]
  /** MQTT 5 properties in place; empty before MQTT 5. */
  readonly properties: ByteRange
}

const ID_0 = violation('MQTT-2.3.1-1', 'UNSUBSCRIBE with packet identifier 0')
const NO_FILTER = violation('MQTT-3.10.3-2', 'UNSUBSCRIBE without a topic filter', 0x82)
const FILTER_TEXT = violation('MQTT-3.10.3-1', 'topic filter of UNSUBSCRIBE is not well-formed UTF-8')
const TOO_MANY = violation('', 'UNSUBSCRIBE has more topic filters than one client may have', 0x97)

/** Reads the UNSUBSCRIBE whose body is `bytes[body, end)`; its first byte is {@link faultOfClientHeader}'s. Never throws. */
export function readUnsubscribe (bytes: Buffer, body: number, end: number, level: 3 | 4 | 5, limits: FilterLimits): UnsubscribeRequest | Violation {
  const reader = new FieldReader(bytes, body, end)
  const packetId = reader.uint16()
  if (packetId === 0) reader.fail(ID_0) // [MQTT-2.3.1-1]
  const properties = level === 5 ? reader.properties() : { start: reader.at, end: reader.at }
  const fault = level === 5 ? new PropertyBlock().read(bytes, properties.start, properties.end, PropertyHolder.UNSUBSCRIBE) : null
  if (fault !== null) reader.fail(fault)
  const filters: string[] = []
  while (!reader.atEnd) {
    if (filters.length === limits.maxFilters) return TOO_MANY
    const filter = reader.text(FILTER_TEXT) // [MQTT-3.10.3-1]
    const fault = reader.fault() ?? faultOfFilter(filter, limits.maxTopicLevels) // [MQTT-4.7.1-2] [MQTT-4.7.1-3]
    if (fault !== null) reader.fail(fault)
    filters.push(filter)
  }
  if (filters.length === 0) reader.fail(NO_FILTER) // [MQTT-3.10.3-2]
  return reader.fault() ?? { packetId, filters, properties }
}
