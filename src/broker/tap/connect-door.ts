/**
 * CONNECT at the door: held to the standard and to our limits before anybody acts on it. What passes goes on with its
 * keep-alive set to 0, because the connection keeps time itself.
 */
import type { LimitsConfig, MqttConfig, MqttVersion } from '../../config/model.ts'
import { type ConnectRequest, type WillRequest, readConnect } from '../../mqtt/connect.ts'
import { ConnectReturnCode, encodeConnack } from '../../mqtt/control.ts'
import { faultOfClientHeader } from '../../mqtt/fixed-header.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import { encodeConnack5 } from '../../mqtt/v5/answers.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { variableByteIntegerSize } from '../../mqtt/variable-byte-integer.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import type { Gatekeeper } from '../auth/rights.ts'
import { type Introduction5, introduce5 } from '../v5/introduction.ts'

const NOT_CONNECT = violation('MQTT-3.1.0-1', 'the first packet is not CONNECT', 0x82)
const VERSION = violation('MQTT-3.1.2-2', 'this version of MQTT is not served here', 0x84, 1)
const LENGTH = violation('MQTT-1.5.5-1', 'remaining length of CONNECT is not in its shortest form')
const METHOD = violation('MQTT-4.12.0-1', 'enhanced authentication is asked for by a method that there is not', ReasonCode.BAD_AUTHENTICATION_METHOD)
const WILL_SIZE = violation('', 'will is larger than the limit', 0x95, 5)
const WILL_TOPIC = violation('', 'will to a topic of the server', 0x90, 5)

/** What of a CONNECT is used once it has passed. */
export interface Introduction {
  readonly request: ConnectRequest
  /** The packet for the keeper of the session. */
  readonly frame: Buffer
  /** Of a device of MQTT 5; null before. */
  readonly five: Introduction5 | null
}

export interface DoorRules {
  readonly limits: LimitsConfig
  readonly mqtt: MqttConfig
  /** Those of the configuration, without what this process can not do. */
  readonly versions: readonly MqttVersion[]
  readonly gatekeeper: Pick<Gatekeeper, 'exchange'>
}

const VERSIONS: Readonly<Record<3 | 4 | 5, MqttVersion>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' }

/** @param frame the packet; @param body where its variable header starts in it */
export function readIntroduction (frame: Buffer, body: number, { limits, mqtt, versions, gatekeeper }: DoorRules): Introduction | Violation {
  const first = frame[0] as number
  if (first >> 4 !== PacketType.CONNECT) return NOT_CONNECT // [MQTT-3.1.0-1]
  const fault = faultOfClientHeader(first, 4)
  if (fault !== null) return fault
  const request = readConnect(frame, body, frame.length, { maxTopicLevels: limits.maxTopicLevels, maxClientIdOf31: Infinity })
  if ('clause' in request) return request
  const { level, will, keepAliveAt } = request
  if (!versions.includes(VERSIONS[level])) return VERSION // [MQTT-3.1.2-2]
  const refused = will === null ? null : faultOfWill(will, limits)
  if (refused !== null) return refused
  if (level === 5) {
    if (body - 1 !== variableByteIntegerSize(frame.length - body)) return LENGTH // [MQTT-1.5.5-1]
    const five = introduce5(frame, request, mqtt, limits)
    return 'clause' in five ? five : faultOfMethod(five, gatekeeper) ?? { request, frame: five.frame, five }
  }
  const passed = Buffer.from(frame)
  passed.writeUInt16BE(0, keepAliveAt)
  return { request, frame: passed, five: null }
}

function faultOfWill ({ payload, topic }: WillRequest, { maxWillSize }: LimitsConfig): Violation | null {
  if (payload.length > maxWillSize) return WILL_SIZE
  return isServerTopic(topic) ? WILL_TOPIC : null
}

function faultOfMethod ({ asked: { method } }: Introduction5, gatekeeper: DoorRules['gatekeeper']): Violation | null {
  return method !== null && gatekeeper.exchange(method) === null ? METHOD : null // [MQTT-4.12.0-1]
}

/** The level that a CONNECT names, however wrong the rest of it is; 4 where it names none that can be answered in. */
export function levelOf (frame: Buffer, body: number): 4 | 5 {
  return (frame[0] as number) >> 4 === PacketType.CONNECT && frame.toString('latin1', body, body + 7) === '\u0000\u0004MQTT\u0005' ? 5 : 4
}

/** The answer that a refused CONNECT deserves; null: it is closed without one [MQTT-3.1.4-1]. */
export function answerTo (fault: Violation, level: 4 | 5): Buffer | null {
  if (level === 5) return encodeConnack5(false, fault.reasonCode) // [MQTT-3.1.4-2] of MQTT 5
  return fault.returnCode === 0 ? null : refusal(fault.returnCode)
}

/** CONNACK with a return code other than 0 [MQTT-3.2.2-4] [MQTT-3.2.2-5]. */
function refusal (returnCode: number): Buffer {
  return encodeConnack(4, false, returnCode)
}

/** The answer when more devices come than the configured rate allows. */
export function busy (level: 3 | 4 | 5): Buffer {
  return level === 5 ? encodeConnack5(false, ReasonCode.CONNECTION_RATE) : refusal(ConnectReturnCode.SERVER_UNAVAILABLE)
}
