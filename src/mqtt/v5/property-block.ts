/**
 * A property block of MQTT 5 read in place: every property is held to its type, its packet, its values and to being there
 * once. What is used of it is left in fields; the rest stays bytes, in its order [MQTT-3.3.2-18]. One block is filled again
 * and again, so that nothing is allocated per message. HOT.
 */
import { PropertyHolder, PropertyId, PropertyType, typeOfProperty } from './property-id.ts'
import { faultOfTopicName } from '../topic-name.ts'
import { faultOfString } from '../utf8.ts'
import { readVariableByteInteger, variableByteIntegerSize } from '../variable-byte-integer.ts'
import { type Violation, violation } from '../violation.ts'

const UNKNOWN = violation('MQTT-2.2.2', 'property that the packet can not have')
const TOO_SHORT = violation('MQTT-2.2.2', 'property does not fit its block')
const TWICE = violation('MQTT-2.2.2', 'property is there more than once', 0x82)
const NOT_BOOLEAN = violation('MQTT-2.2.2', 'property is neither 0 nor 1', 0x82)
const ZERO = violation('MQTT-2.2.2', 'property must not be 0', 0x82)
const ALIAS_0 = violation('MQTT-3.3.2-8', 'topic alias is 0', 0x94)
const RESPONSE_TOPIC = violation('MQTT-3.3.2-14', 'response topic is not a topic name', 0x82)
const SUBSCRIPTION_ID = violation('MQTT-3.3.4-6', 'PUBLISH of a client with a subscription identifier', 0x82)
const NO_METHOD = violation('MQTT-3.1.2.11.10', 'authentication data without a method', 0x82)

/** A number that is not there. */
export const ABSENT = -1

export class PropertyBlock {
  /** Numbers; {@link ABSENT} where they are not there. */
  messageExpiry = ABSENT
  topicAlias = ABSENT
  sessionExpiry = ABSENT
  receiveMaximum = ABSENT
  maximumPacketSize = ABSENT
  topicAliasMaximum = ABSENT
  requestProblemInformation = ABSENT
  requestResponseInformation = ABSENT
  willDelay = ABSENT
  subscriptionId = ABSENT
  hasUserProperties = false
  /** Where the property with its identifier starts, for who takes it out. */
  messageExpiryAt = ABSENT
  topicAliasAt = ABSENT
  willDelayAt = ABSENT
  /** The value's bytes, in place; both {@link ABSENT} where there is none. */
  methodStart = ABSENT
  methodEnd = ABSENT
  dataStart = ABSENT
  dataEnd = ABSENT
  readonly #ofServer: boolean
  #seenLow = 0
  #seenHigh = 0
  #bytes: Buffer = Buffer.alloc(0)
  #end = 0
  #number = 0
  #valueStart = 0

  /** @param ofServer a PUBLISH may have subscription identifiers, one for each subscription that matches [MQTT-3.3.4-4] */
  constructor (ofServer: boolean = false) {
    this.#ofServer = ofServer
  }

  /** Reads `bytes[start, end)`, sent in a packet of kind `holder`; null when it may be acted on. */
  read (bytes: Buffer, start: number, end: number, holder: PropertyHolder): Violation | null {
    this.#clear()
    this.#bytes = bytes
    this.#end = end
    let at = start
    while (at < end) {
      const id = bytes[at] as number
      const type = typeOfProperty(id, holder)
      if (type === 0) return UNKNOWN // [section 2.2.2.2]
      const next = this.#value(type, at + 1)
      if (next < 0) return TOO_SHORT
      const fault = (type >= PropertyType.TEXT && type !== PropertyType.BINARY ? this.#faultOfText(type, next) : null) ??
        this.#once(id) ?? this.#note(id, at, next, holder)
      if (fault !== null) return fault
      at = next
    }
    return this.dataStart !== ABSENT && this.methodStart === ABSENT ? NO_METHOD : null
  }

  /** Answers where the property ends; -1 when that is not in the block. */
  #value (type: number, at: number): number {
    const bytes = this.#bytes
    const end = this.#end
    this.#valueStart = at
    let next = at
    if (type === PropertyType.BYTE) {
      next = at + 1
      this.#number = bytes[at] as number
    } else if (type === PropertyType.UINT16) {
      next = at + 2
      if (next <= end) this.#number = bytes.readUInt16BE(at)
    } else if (type === PropertyType.UINT32) {
      next = at + 4
      if (next <= end) this.#number = bytes.readUInt32BE(at)
    } else if (type === PropertyType.VARIABLE) {
      this.#number = readVariableByteInteger(bytes, at, end) // [MQTT-1.5.5-1]
      if (this.#number < 0) return -1
      next = at + variableByteIntegerSize(this.#number)
    } else {
      next = this.#behindLengthPrefixed(at)
      if (next >= 0 && type === PropertyType.TEXT_PAIR) next = this.#behindLengthPrefixed(next)
    }
    return next > end ? -1 : next
  }

  #behindLengthPrefixed (at: number): number {
    if (at + 2 > this.#end) return -1
    const next = at + 2 + (((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number))
    return next > this.#end ? -1 : next
  }

  /** Strings are well formed [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.7-1]. */
  #faultOfText (type: number, next: number): Violation | null {
    const start = this.#valueStart
    if (type === PropertyType.TEXT) return faultOfString(this.#bytes, start + 2, next)
    const nameEnd = this.#behindLengthPrefixed(start)
    return faultOfString(this.#bytes, start + 2, nameEnd) ?? faultOfString(this.#bytes, nameEnd + 2, next)
  }

  #once (id: number): Violation | null {
    if (id === PropertyId.USER_PROPERTY) {
      this.hasUserProperties = true
      return null
    }
    if (id === PropertyId.SUBSCRIPTION_ID && this.#ofServer) return null
    const bit = 1 << (id & 31)
    const seen = id < 32 ? this.#seenLow : this.#seenHigh
    if (id < 32) this.#seenLow |= bit
    else this.#seenHigh |= bit
    return (seen & bit) === 0 ? null : TWICE
  }

  #note (id: number, at: number, next: number, holder: PropertyHolder): Violation | null {
    const number = this.#number
    switch (id) {
      case PropertyId.MESSAGE_EXPIRY:
        this.messageExpiry = number
        this.messageExpiryAt = at
        return null
      case PropertyId.TOPIC_ALIAS:
        this.topicAlias = number
        this.topicAliasAt = at
        return number === 0 ? ALIAS_0 : null // [MQTT-3.3.2-8]
      case PropertyId.PAYLOAD_FORMAT:
        return number > 1 ? NOT_BOOLEAN : null
      case PropertyId.RESPONSE_TOPIC:
        return faultOfTopicName(this.#bytes, this.#valueStart + 2, next) === null ? null : RESPONSE_TOPIC // [MQTT-3.3.2-14]
      case PropertyId.SUBSCRIPTION_ID:
        this.subscriptionId = number
        if (holder === PropertyHolder.PUBLISH && !this.#ofServer) return SUBSCRIPTION_ID // [MQTT-3.3.4-6]
        return number === 0 ? ZERO : null
      default:
        return this.#noteOfConnection(id, at, next)
    }
  }

  #noteOfConnection (id: number, at: number, next: number): Violation | null {
    const number = this.#number
    switch (id) {
      case PropertyId.SESSION_EXPIRY:
        this.sessionExpiry = number
        return null
      case PropertyId.WILL_DELAY:
        this.willDelay = number
        this.willDelayAt = at
        return null
      case PropertyId.RECEIVE_MAXIMUM:
        this.receiveMaximum = number
        return number === 0 ? ZERO : null
      case PropertyId.MAXIMUM_PACKET_SIZE:
        this.maximumPacketSize = number
        return number === 0 ? ZERO : null
      case PropertyId.TOPIC_ALIAS_MAXIMUM:
        this.topicAliasMaximum = number
        return null
      default:
        return this.#noteOfSignIn(id, next)
    }
  }

  #noteOfSignIn (id: number, next: number): Violation | null {
    const number = this.#number
    switch (id) {
      case PropertyId.REQUEST_PROBLEM_INFORMATION:
        this.requestProblemInformation = number
        return number > 1 ? NOT_BOOLEAN : null
      case PropertyId.REQUEST_RESPONSE_INFORMATION:
        this.requestResponseInformation = number
        return number > 1 ? NOT_BOOLEAN : null
      case PropertyId.AUTHENTICATION_METHOD:
        this.methodStart = this.#valueStart + 2
        this.methodEnd = next
        return null
      case PropertyId.AUTHENTICATION_DATA:
        this.dataStart = this.#valueStart + 2
        this.dataEnd = next
        return null
      default:
        return null
    }
  }

  #clear (): void {
    this.messageExpiry = this.messageExpiryAt = ABSENT
    this.topicAlias = this.topicAliasAt = ABSENT
    this.sessionExpiry = this.receiveMaximum = this.maximumPacketSize = this.topicAliasMaximum = ABSENT
    this.requestProblemInformation = this.requestResponseInformation = this.subscriptionId = ABSENT
    this.willDelay = this.willDelayAt = ABSENT
    this.methodStart = this.methodEnd = this.dataStart = this.dataEnd = ABSENT
    this.#seenLow = this.#seenHigh = 0
    this.hasUserProperties = false
  }
}

/** A copy of `bytes[start, end)` without its property of `size` bytes at `at`; {@link ABSENT}: all of it. */
export function withoutProperty (bytes: Buffer, start: number, end: number, at: number, size: number): Buffer {
  if (at === ABSENT) return Buffer.from(bytes.subarray(start, end))
  const copy = Buffer.allocUnsafe(end - start - size)
  const to = bytes.copy(copy, 0, start, at)
  bytes.copy(copy, to, at + size, end)
  return copy
}
