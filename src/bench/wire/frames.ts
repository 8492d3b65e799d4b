/** The MQTT frames the harness itself writes, encoded once. Both levels, 3.1.1 and 5. */
import { PacketType } from '../../mqtt/packet-type.ts'
import { STAMP_BYTES, writeOrigin } from './message-stamp.ts'
import { TOPIC_DIGITS } from './workload.ts'

export type Level = 4 | 5

function remainingLength (value: number): Buffer {
  const bytes: number[] = []
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0))
    value >>>= 7
  } while (value > 0)
  return Buffer.from(bytes)
}

function frame (type: number, flags: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of((type << 4) | flags), remainingLength(body.length), body])
}

function text (value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}

const noProperties = (level: Level): Buffer => level === 5 ? Buffer.of(0) : Buffer.alloc(0)

/** @param keepAlive  seconds; the sender pings at a third of it */
export function connectFrame (clientId: string, level: Level, keepAlive: number): Buffer {
  return frame(PacketType.CONNECT, 0, text('MQTT'), Buffer.of(level, 0x02, keepAlive >> 8, keepAlive & 0xff), noProperties(level), text(clientId))
}

export function connackFrame (level: Level, sessionPresent: boolean): Buffer {
  return frame(PacketType.CONNACK, 0, Buffer.of(sessionPresent ? 1 : 0, 0), noProperties(level))
}

export function subscribeFrame (id: number, filter: string, qos: number, level: Level): Buffer {
  return frame(PacketType.SUBSCRIBE, 2, Buffer.of(id >> 8, id & 0xff), noProperties(level), text(filter), Buffer.of(qos))
}

export function subackFrame (id: number, granted: readonly number[], level: Level): Buffer {
  return frame(PacketType.SUBACK, 0, Buffer.of(id >> 8, id & 0xff), noProperties(level), Buffer.from(granted))
}

export function unsubackFrame (id: number, count: number, level: Level): Buffer {
  const codes = level === 5 ? Buffer.alloc(count) : Buffer.alloc(0)
  return frame(PacketType.UNSUBACK, 0, Buffer.of(id >> 8, id & 0xff), noProperties(level), codes)
}

export const pingRequest: Buffer = Buffer.of(PacketType.PINGREQ << 4, 0)
export const pingResponse: Buffer = Buffer.of(PacketType.PINGRESP << 4, 0)
export const disconnectFrame: Buffer = Buffer.of(PacketType.DISCONNECT << 4, 0)

export interface PublishOptions {
  readonly qos: 0 | 1 | 2
  readonly level: Level
  readonly topicPrefix: string
  readonly payload: number
  readonly run: number
  readonly publisher: number
}

/** One PUBLISH to be patched in place, and where its changing parts are. */
export interface PublishShape {
  readonly bytes: Buffer
  /** First digit of the topic's number. */
  readonly topicAt: number
  /** Packet identifier; -1 at QoS 0. */
  readonly idAt: number
  readonly stampAt: number
}

export function publishShape (options: PublishOptions): PublishShape {
  const topic = text(options.topicPrefix + '0'.repeat(TOPIC_DIGITS))
  const id = options.qos === 0 ? Buffer.alloc(0) : Buffer.of(0, 1)
  const properties = noProperties(options.level)
  const payload = Buffer.alloc(Math.max(options.payload, STAMP_BYTES), 0x2e)
  writeOrigin(payload, 0, options.run, options.publisher)
  const bytes = frame(PacketType.PUBLISH, options.qos << 1, topic, id, properties, payload)
  const stampAt = bytes.length - payload.length
  const idAt = stampAt - properties.length - id.length
  return { bytes, topicAt: idAt - TOPIC_DIGITS, idAt: options.qos === 0 ? -1 : idAt, stampAt }
}

/** Writes `number` as fixed-width decimal digits. */
export function writeDigits (bytes: Buffer, at: number, number: number): void {
  let rest = number
  for (let place = at + TOPIC_DIGITS - 1; place >= at; place--) {
    bytes[place] = 0x30 + rest % 10
    rest = Math.floor(rest / 10)
  }
}
