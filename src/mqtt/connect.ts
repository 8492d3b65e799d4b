/**
 * Reads CONNECT of MQTT 3.1, 3.1.1 and 5, and holds it to every MUST that a server can see. What deserves an answer has
 * its return code in the violation; the rest is closed without one [MQTT-3.1.4-1].
 */
import { CLEAN_SESSION, PASSWORD_FLAG, USERNAME_FLAG, WILL, WILL_QOS_SHIFT, WILL_RETAIN } from './connect-flags.ts'
import { type ByteRange, FieldReader } from './field-reader.ts'
import type { ProtocolLevel } from './packet-type.ts'
import { MAX_TOPIC_LEVELS, faultOfTopicName } from './topic-name.ts'
import { type Violation, violation } from './violation.ts'

export interface ConnectRequest {
  readonly level: ProtocolLevel
  /** Bit 0x80 of the level: the client is a bridge, which wants no echo of what it publishes. */
  readonly bridgeMode: boolean
  readonly cleanSession: boolean
  /** Seconds; 0: none. */
  readonly keepAlive: number
  /** Where its two bytes are in the buffer that was read. */
  readonly keepAliveAt: number
  /** Empty: the server chooses one. */
  readonly clientId: string
  readonly will: WillRequest | null
  readonly username: string | null
  /** A copy. */
  readonly password: Buffer | null
  /** MQTT 5 properties in place; empty before MQTT 5. */
  readonly properties: ByteRange
}

export interface WillRequest {
  readonly topic: string
  /** A copy. */
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** MQTT 5 will properties in place; empty before MQTT 5. */
  readonly properties: ByteRange
}

export interface ConnectLimits {
  /** Levels of the will's topic. */
  readonly maxTopicLevels: number
  /** Characters of a client id of MQTT 3.1, whose standard says 23; most clients of it send more. */
  readonly maxClientIdOf31: number
}

const LENIENT: ConnectLimits = { maxTopicLevels: MAX_TOPIC_LEVELS, maxClientIdOf31: Infinity }

const NAME = violation('MQTT-3.1.2-1', 'protocol name is neither MQTT nor MQIsdp', 0x84)
const LEVEL = violation('MQTT-3.1.2-2', 'protocol level is not supported', 0x84, 1)
const RESERVED = violation('MQTT-3.1.2-3', 'reserved CONNECT flag is set')
const NO_WILL = violation('MQTT-3.1.2-11', 'will QoS and will retain are set without a will')
const NO_WILL_QOS = violation('MQTT-3.1.2-13', 'will QoS is set without a will')
const WILL_QOS = violation('MQTT-3.1.2-14', 'will QoS is 3')
const NO_WILL_RETAIN = violation('MQTT-3.1.2-15', 'will retain is set without a will')
const PASSWORD = violation('MQTT-3.1.2-22', 'password without a user name')
const CLIENT_ID = violation('MQTT-3.1.3-4', 'client id is not well-formed UTF-8')
const WILL_TOPIC = violation('MQTT-3.1.3-10', 'will topic is not well-formed UTF-8')
const USERNAME = violation('MQTT-3.1.3-11', 'user name is not well-formed UTF-8')
const EMPTY_ID = violation('MQTT-3.1.3-8', 'empty client id without clean session', 0x85, 2)
const ID_OF_31 = violation('MQTT-3.1', 'client id of MQTT 3.1 is empty or too long', 0x85, 2)

const BRIDGE = 0x80

/** Reads the CONNECT whose body is `bytes[body, end)`; its first byte is {@link faultOfClientHeader}'s. Never throws. */
export function readConnect (bytes: Buffer, body: number, end: number, limits: ConnectLimits = LENIENT): ConnectRequest | Violation {
  const reader = new FieldReader(bytes, body, end)
  const name = reader.text(NAME)
  const levelByte = reader.byte()
  const level = reader.fault() ?? levelOf(name, levelByte & ~BRIDGE)
  if (typeof level === 'object') return level
  const flags = reader.byte()
  const keepAliveAt = reader.at
  const keepAlive = reader.uint16()
  const fault = reader.fault() ?? faultOfFlags(flags, level)
  if (fault !== null) return fault
  const properties = propertiesAt(reader, level)
  const clientId = reader.text(CLIENT_ID) // [MQTT-3.1.3-3] [MQTT-3.1.3-4]
  const will = (flags & WILL) === 0 ? null : readWill(reader, flags, level)
  const username = (flags & USERNAME_FLAG) === 0 ? null : reader.text(USERNAME) // [MQTT-3.1.3-11]
  const password = (flags & PASSWORD_FLAG) === 0 ? null : reader.binary()
  const cleanSession = (flags & CLEAN_SESSION) !== 0
  const bridgeMode = (levelByte & BRIDGE) !== 0
  return reader.finish() ?? faultOfWill(will, limits) ?? faultOfClientId(clientId, cleanSession, level, limits) ??
    { level, bridgeMode, cleanSession, keepAlive, keepAliveAt, clientId, will, username, password, properties }
}

function levelOf (name: string, level: number): ProtocolLevel | Violation {
  if (name === 'MQTT') return level === 4 || level === 5 ? level : LEVEL // [MQTT-3.1.2-2]
  if (name === 'MQIsdp') return level === 3 ? level : LEVEL
  return NAME // [MQTT-3.1.2-1]
}

function faultOfFlags (flags: number, level: ProtocolLevel): Violation | null {
  if ((flags & 1) !== 0) return RESERVED // [MQTT-3.1.2-3]
  const qos = (flags >> WILL_QOS_SHIFT) & 3
  if (qos === 3) return WILL_QOS // [MQTT-3.1.2-14]
  if ((flags & WILL) === 0) {
    const retain = (flags & WILL_RETAIN) !== 0
    if (qos !== 0) return retain ? NO_WILL : NO_WILL_QOS // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
    if (retain) return NO_WILL_RETAIN // [MQTT-3.1.2-15]
  }
  const orphan = (flags & (USERNAME_FLAG | PASSWORD_FLAG)) === PASSWORD_FLAG
  return orphan && level !== 5 ? PASSWORD : null // [MQTT-3.1.2-22]; MQTT 5 allows it
}

function propertiesAt (reader: FieldReader, level: ProtocolLevel): ByteRange {
  return level === 5 ? reader.properties() : { start: reader.at, end: reader.at }
}

function readWill (reader: FieldReader, flags: number, level: ProtocolLevel): WillRequest {
  const properties = propertiesAt(reader, level)
  const topic = reader.text(WILL_TOPIC) // [MQTT-3.1.3-10]
  const qos = (flags >> WILL_QOS_SHIFT) & 3
  return {
    topic,
    payload: reader.binary(),
    qos: qos === 0 || qos === 1 ? qos : 2,
    retain: (flags & WILL_RETAIN) !== 0,
    properties
  }
}

/** A will is published one day: its topic must be the name of one. */
function faultOfWill (will: WillRequest | null, { maxTopicLevels }: ConnectLimits): Violation | null {
  if (will === null) return null
  const topic = Buffer.from(will.topic)
  return faultOfTopicName(topic, 0, topic.length, maxTopicLevels)
}

function faultOfClientId (clientId: string, cleanSession: boolean, level: ProtocolLevel, { maxClientIdOf31 }: ConnectLimits): Violation | null {
  if (level === 3) return clientId === '' || clientId.length > maxClientIdOf31 ? ID_OF_31 : null
  return clientId === '' && level === 4 && !cleanSession ? EMPTY_ID : null // [MQTT-3.1.3-8]
}
