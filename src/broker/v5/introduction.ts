/** CONNECT of MQTT 5 at the door: what it asks for, what it is granted, and the packet for the keeper of sessions, who speaks 3.1.1. */
import { randomUUID } from 'node:crypto'
import type { LimitsConfig, MqttConfig } from '../../config/model.ts'
import type { ConnectRequest } from '../../mqtt/connect.ts'
import { type ConnectTerms, readConnectTerms } from '../../mqtt/v5/connect-terms.ts'
import { encodeConnack5 } from '../../mqtt/v5/answers.ts'
import { PropertyId } from '../../mqtt/v5/property-id.ts'
import { PropertyWriter } from '../../mqtt/v5/property-writer.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import { encodeConnect } from './connect-packet.ts'
import { NEVER, SessionTerms } from './session-terms.ts'

const LONGEST_TEXT = 65_535
const TOO_SMALL = violation('MQTT-3.1.2-24', 'Maximum Packet Size of the device is less than CONNACK', ReasonCode.PACKET_TOO_LARGE)

/** By 3.1.1 return code, which the keeper of sessions answers with. */
const REASONS: readonly number[] = [
  ReasonCode.SUCCESS, ReasonCode.UNSUPPORTED_VERSION, ReasonCode.CLIENT_ID, ReasonCode.SERVER_UNAVAILABLE,
  ReasonCode.BAD_CREDENTIALS, ReasonCode.NOT_AUTHORIZED
]

export interface Introduction5 {
  readonly asked: ConnectTerms
  readonly session: SessionTerms
  /** For the keeper of sessions. */
  readonly frame: Buffer
  readonly keepAlive: number
  /** Unacknowledged messages of QoS 1 and 2 that the device may send at once. */
  readonly receiveMaximum: number
  /** CONNACK for a 3.1.1 return code. */
  connack (returnCode: number, sessionPresent: boolean): Buffer
}

/** @param bytes what `request` was read from */
export function introduce5 (bytes: Buffer, request: ConnectRequest, mqtt: MqttConfig, limits: LimitsConfig): Introduction5 | Violation {
  const asked = readConnectTerms(bytes, request)
  if ('clause' in asked) return asked
  const clientId = request.clientId === '' ? `auto-${randomUUID()}` : request.clientId // [MQTT-3.1.3-6]
  const expiry = expiryOf(asked.sessionExpiry, limits)
  const keepAlive = keepAliveOf(request.keepAlive, limits)
  const receiveMaximum = Math.min(65_535, limits.maxInboundQos2, limits.maxOwedAcknowledgements)
  const clean = request.cleanSession && expiry === 0
  const session = new SessionTerms(asked, clientId, expiry)
  const introduction: Introduction5 = {
    asked,
    session,
    frame: encodeConnect({ clientId, cleanSession: clean, will: request.will, username: request.username, password: request.password }),
    keepAlive,
    receiveMaximum,
    connack (returnCode, sessionPresent) {
      const reasonCode = REASONS[returnCode] ?? ReasonCode.UNSPECIFIED
      if (reasonCode !== ReasonCode.SUCCESS) return encodeConnack5(false, reasonCode)
      const properties = new PropertyWriter().uint16(PropertyId.RECEIVE_MAXIMUM, receiveMaximum)
        .uint32(PropertyId.MAXIMUM_PACKET_SIZE, mqtt.maxPacketSize)
        .uint16(PropertyId.TOPIC_ALIAS_MAXIMUM, mqtt.maxTopicAlias)
      if (expiry !== asked.sessionExpiry) properties.uint32(PropertyId.SESSION_EXPIRY, expiry)
      if (clientId !== request.clientId) properties.text(PropertyId.ASSIGNED_CLIENT_ID, clientId) // [MQTT-3.2.2-16]
      if (keepAlive !== request.keepAlive) properties.uint16(PropertyId.SERVER_KEEP_ALIVE, keepAlive) // [MQTT-3.2.2-21]
      const { proof } = session
      if (proof !== null) properties.text(PropertyId.AUTHENTICATION_METHOD, proof.method).binary(PropertyId.AUTHENTICATION_DATA, proof.data) // [MQTT-4.12.0-5]
      const bare = encodeConnack5(sessionPresent, reasonCode, properties.block())
      const information = asked.responseInformation ? responseInformation(mqtt, clientId) : '' // [MQTT-3.1.2-28]
      if (information === '') return bare
      const full = encodeConnack5(sessionPresent, reasonCode, properties.text(PropertyId.RESPONSE_INFORMATION, information).block())
      return full.length > asked.maximumPacketSize ? bare : full
    }
  }
  return introduction.connack(0, false).length > asked.maximumPacketSize ? TOO_SMALL : introduction
}

/** Empty: there is none, or it is longer than a text may be. */
function responseInformation ({ responseInformation: pattern }: MqttConfig, clientId: string): string {
  const information = pattern?.replaceAll('%c', () => clientId) ?? ''
  return Buffer.byteLength(information) > LONGEST_TEXT ? '' : information
}

/** Sessions are kept no longer than the broker's limit. */
export function expiryOf (asked: number, { sessionExpiryMs }: LimitsConfig): number {
  if (sessionExpiryMs === 0) return asked
  return Math.min(asked, Math.max(1, Math.floor(sessionExpiryMs / 1000)), NEVER)
}

function keepAliveOf (asked: number, { maxKeepaliveSeconds }: LimitsConfig): number {
  if (maxKeepaliveSeconds === 0) return asked
  return asked === 0 ? Math.min(maxKeepaliveSeconds, 65_535) : Math.min(asked, maxKeepaliveSeconds)
}
