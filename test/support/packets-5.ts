/** MQTT 5 packets as bytes, for tests that speak the protocol by hand; nothing is checked, so that wrong ones can be made. */
import { connectFlags, packet, text, u16 } from './packets.ts'
import { type Delivery, RawClient, type Received } from './raw-client.ts'

export function u32 (value: number): number[] {
  return [value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** A property block of one byte of length. */
export function block (...parts: readonly (Buffer | readonly number[])[]): Buffer {
  return packet(0, ...parts).subarray(1)
}

export const userProperty = (name: string, value: string): Buffer => Buffer.concat([Buffer.of(0x26), text(name), text(value)])
export const expiry = (seconds: number): number[] => [2, ...u32(seconds)]
export const sessionExpiry = (seconds: number): number[] => [0x11, ...u32(seconds)]
export const alias = (value: number): number[] => [0x23, ...u16(value)]

export interface Connect5 {
  readonly clientId?: string
  readonly clean?: boolean
  readonly keepAlive?: number
  readonly properties?: readonly (Buffer | readonly number[])[]
  readonly username?: string
  readonly password?: string
  readonly will?: { readonly topic: string, readonly payload?: string, readonly qos?: 0 | 1 | 2, readonly retain?: boolean, readonly properties?: readonly (Buffer | readonly number[])[] }
}

export function connect5 (options: Connect5 = {}): Buffer {
  const { clientId = 'raw', keepAlive = 0, properties = [], will, username, password } = options
  return packet(0x10, text('MQTT'), [5, connectFlags(options)], u16(keepAlive), block(...properties), text(clientId),
    ...(will === undefined ? [] : [block(...will.properties ?? []), text(will.topic), text(will.payload ?? '')]),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]))
}

export interface Publish5 {
  readonly qos?: 0 | 1 | 2
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
  readonly properties?: readonly (Buffer | readonly number[])[]
}

export function publish5 (topic: string, payload: string, { qos = 0, id = 1, retain = false, dup = false, properties = [] }: Publish5 = {}): Buffer {
  return packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), text(topic), qos === 0 ? [] : u16(id), block(...properties), Buffer.from(payload))
}

/** @param filters each with its options byte; @param properties of the packet */
export function subscribe5 (id: number, filters: readonly (readonly [filter: string, options: number])[], ...properties: readonly (Buffer | readonly number[])[]): Buffer {
  return packet(0x82, u16(id), block(...properties), ...filters.flatMap(([filter, options]) => [text(filter), [options]]))
}

export function unsubscribe5 (id: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, u16(id), [0], ...filters.map(text))
}

export const disconnect5 = (code: number, ...properties: readonly (Buffer | readonly number[])[]): Buffer => packet(0xe0, [code], block(...properties))

export const NO_LOCAL = 4
export const RETAIN_AS_PUBLISHED = 8
export const retainHandling = (value: number): number => value << 4

export interface Delivery5 extends Delivery {
  /** The property block without its length, as hexadecimal digits. */
  readonly properties: string
}

export function delivery5 ({ flags, body }: Received): Delivery5 {
  const qos = (flags >> 1) & 3
  const topicEnd = 2 + body.readUInt16BE(0)
  const at = topicEnd + (qos === 0 ? 0 : 2)
  const { start, end } = blockAt(body, at)
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.toString('utf8', end),
    qos,
    retain: (flags & 1) !== 0,
    dup: (flags & 8) !== 0,
    id: qos === 0 ? 0 : body.readUInt16BE(topicEnd),
    properties: body.toString('hex', start, end)
  }
}

function blockAt (body: Buffer, at: number): { start: number, end: number } {
  const first = body.readUInt8(at)
  if (first < 128) return { start: at + 1, end: at + 1 + first }
  return { start: at + 2, end: at + 2 + (first & 127) + body.readUInt8(at + 1) * 128 }
}

export const hex = (...parts: readonly (Buffer | readonly number[])[]): string => Buffer.concat(parts.map(part => Buffer.from(part as number[]))).toString('hex')

/** Dials, connects with MQTT 5 and waits for CONNACK 0. */
export async function open5 (port: number, options: Connect5 = {}): Promise<RawClient & { connack: Received }> {
  const client = await RawClient.dial(port)
  client.send(connect5(options))
  const connack = await client.next(2)
  if (connack.body[1] !== 0) throw new Error(`CONNACK ${connack.body[1] ?? -1}`)
  return Object.assign(client, { connack })
}

export async function next5 (client: RawClient): Promise<Delivery5> {
  return delivery5(await client.next(3))
}

/** Codes of the next SUBACK or UNSUBACK. */
export async function codes5 (client: RawClient, type = 9): Promise<number[]> {
  const { body } = await client.next(type)
  return [...body.subarray(blockAt(body, 2).end)]
}

/** Reason code of the DISCONNECT that ends the connection. */
export async function reason5 (client: RawClient): Promise<number> {
  const { body } = await client.next(14)
  await client.ended()
  return body[0] ?? 0
}
