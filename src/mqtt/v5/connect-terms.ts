/** What a CONNECT of MQTT 5 says in its properties and in those of its will. */
import type { ConnectRequest, WillRequest } from '../connect.ts'
import { type Violation, isViolation } from '../violation.ts'
import { ABSENT, PropertyBlock, withoutProperty } from './property-block.ts'
import { PropertyHolder } from './property-id.ts'

export interface ConnectTerms {
  /** Seconds; 0: the session ends with the connection; 0xFFFFFFFF: it does not expire. */
  readonly sessionExpiry: number
  /** Deliveries of QoS 1 and 2 the client takes at once [MQTT-3.3.4-9]. */
  readonly receiveMaximum: number
  /** Bytes of the largest packet the client takes [MQTT-3.1.2-24]. */
  readonly maximumPacketSize: number
  readonly topicAliasMaximum: number
  /** May acknowledgements other than CONNACK and DISCONNECT hold a reason string [MQTT-3.1.2-29]? */
  readonly problemInformation: boolean
  /** Does it want to be told where answers to it may go [MQTT-3.1.2-28]? */
  readonly responseInformation: boolean
  /** Enhanced authentication; null without it. */
  readonly method: string | null
  /** What it begins with, a copy; null without. */
  readonly data: Buffer | null
  readonly will: WillTerms | null
}

export interface WillTerms {
  /** Seconds. */
  readonly delay: number
  /** Seconds; {@link ABSENT} without. */
  readonly messageExpiry: number
  /** The other properties, in order; a copy. */
  readonly raw: Buffer
}

const MAX_UINT16 = 65_535
const LARGEST_PACKET = 268_435_460
const UINT32_PROPERTY = 5

/** Reads the properties of a CONNECT that {@link readConnect} has read from `bytes`. Never throws. */
export function readConnectTerms (bytes: Buffer, { properties, will }: ConnectRequest): ConnectTerms | Violation {
  const block = new PropertyBlock()
  const fault = block.read(bytes, properties.start, properties.end, PropertyHolder.CONNECT)
  if (fault !== null) return fault
  const willTerms = will === null ? null : readWillTerms(bytes, will)
  if (willTerms !== null && isViolation(willTerms)) return willTerms
  return {
    sessionExpiry: or(block.sessionExpiry, 0),
    receiveMaximum: or(block.receiveMaximum, MAX_UINT16),
    maximumPacketSize: Math.min(or(block.maximumPacketSize, LARGEST_PACKET), LARGEST_PACKET),
    topicAliasMaximum: or(block.topicAliasMaximum, 0),
    problemInformation: block.requestProblemInformation !== 0,
    responseInformation: block.requestResponseInformation === 1,
    method: block.methodStart === ABSENT ? null : bytes.toString('utf8', block.methodStart, block.methodEnd),
    data: block.dataStart === ABSENT ? null : Buffer.from(bytes.subarray(block.dataStart, block.dataEnd)),
    will: willTerms
  }
}

function readWillTerms (bytes: Buffer, { properties: { start, end } }: WillRequest): WillTerms | Violation {
  const block = new PropertyBlock()
  const fault = block.read(bytes, start, end, PropertyHolder.WILL)
  if (fault !== null) return fault
  return {
    delay: or(block.willDelay, 0),
    messageExpiry: block.messageExpiry,
    raw: withoutBoth(bytes, start, end, block)
  }
}

function withoutBoth (bytes: Buffer, start: number, end: number, { willDelayAt, messageExpiryAt }: PropertyBlock): Buffer {
  const later = Math.max(willDelayAt, messageExpiryAt)
  const earlier = Math.min(willDelayAt, messageExpiryAt)
  const rest = withoutProperty(bytes, start, end, later, UINT32_PROPERTY) // the later one first: the other stays where it is
  return earlier === ABSENT ? rest : withoutProperty(rest, 0, rest.length, earlier - start, UINT32_PROPERTY)
}

function or (value: number, absent: number): number {
  return value === ABSENT ? absent : value
}
