/**
 * CONNECT at the door: held to the standard and to our limits before anybody acts on it. What passes goes on with its
 * keep-alive set to 0, because the connection keeps time itself.
 */
import type { LimitsConfig } from '../../config/model.ts'
import { type ConnectRequest, readConnect } from '../../mqtt/connect.ts'
import { ConnectReturnCode, encodeConnack } from '../../mqtt/control.ts'
import { faultOfClientHeader } from '../../mqtt/fixed-header.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'

const NOT_CONNECT = violation('MQTT-3.1.0-1', 'the first packet is not CONNECT', 0x82)
const NO_MQTT_5 = violation('MQTT-3.1.2-2', 'MQTT 5 is not served by this listener', 0x84, 1)
const WILL_SIZE = violation('', 'will is larger than the limit', 0x95, 5)
const WILL_TOPIC = violation('', 'will to a topic of the server', 0x90, 5)

/** What of a CONNECT is used once it has passed. */
export interface Introduction {
  readonly request: ConnectRequest
  readonly level: 3 | 4
  /** The packet for the keeper of the session. */
  readonly frame: Buffer
}

/** @param frame the packet; @param body where its variable header starts in it */
export function readIntroduction (frame: Buffer, body: number, limits: LimitsConfig): Introduction | Violation {
  const first = frame[0] as number
  if (first >> 4 !== PacketType.CONNECT) return NOT_CONNECT // [MQTT-3.1.0-1]
  const fault = faultOfClientHeader(first, 4)
  if (fault !== null) return fault
  const request = readConnect(frame, body, frame.length, { maxTopicLevels: limits.maxTopicLevels, maxClientIdOf31: Infinity })
  if ('clause' in request) return request
  const { level, will, keepAliveAt } = request
  if (level === 5) return NO_MQTT_5
  if (will !== null && will.payload.length > limits.maxWillSize) return WILL_SIZE
  if (will !== null && isServerTopic(will.topic)) return WILL_TOPIC
  const passed = Buffer.from(frame)
  passed.writeUInt16BE(0, keepAliveAt)
  return { request, level, frame: passed }
}

/** The answer that a refused CONNECT deserves; null: it is closed without one [MQTT-3.1.4-1]. */
export function answerTo (fault: Violation): Buffer | null {
  if (fault === NO_MQTT_5) return encodeConnack(5, false, fault.reasonCode) // in the client's own language
  return fault.returnCode === 0 ? null : refusal(fault.returnCode)
}

/** CONNACK with a return code other than 0 [MQTT-3.2.2-4] [MQTT-3.2.2-5]. */
export function refusal (returnCode: number): Buffer {
  return encodeConnack(4, false, returnCode)
}

/** The answer when more devices come than the configured rate allows. */
export const BUSY: Buffer = refusal(ConnectReturnCode.SERVER_UNAVAILABLE)
