/**
 * Keys and records as they are on disk. A key is a letter for what it is, the client id with its length in front, and the
 * rest, so that no id can reach into another's keys; records of a queue sort by their sequence number.
 */
import type { PublishPacket, QueuedPacket } from './packet.ts'

/** Raised when records of an older Causeway can not be read any more. */
export const FORMAT_VERSION = '1'
/** Sorts before all others. */
export const VERSION_KEY = '!version'

export const keys = {
  /** Since when a session is offline. */
  session: (clientId: string): string => own('s', clientId, ''),
  subscription: (clientId: string, filter: string): string => own('f', clientId, filter),
  queued: (clientId: string, sequence: number): string => own('q', clientId, String(sequence).padStart(16, '0')),
  /** A QoS 2 identifier that the client has open. */
  incoming: (clientId: string, messageId: number): string => own('i', clientId, String(messageId)),
  /** A QoS 2 identifier that the remote of a bridge has open; the session it is of. */
  handshake: (bridge: string, packetId: number): string => own('d', bridge, String(packetId)),
  will: (clientId: string): string => own('w', clientId, ''),
  retained: (topic: string): string => `r${topic}`
} as const

export type RecordKind = 's' | 'f' | 'q' | 'i' | 'd' | 'w' | 'r'

export interface ParsedKey {
  readonly kind: RecordKind
  /** Empty for retained messages; the bridge, of its handshakes. */
  readonly clientId: string
  readonly rest: string
}

function own (kind: RecordKind, clientId: string, rest: string): string {
  return `${kind}${clientId.length}:${clientId}${rest}`
}

/** null when it is no key of ours. */
export function parseKey (key: string): ParsedKey | null {
  if (key.startsWith('r')) return { kind: 'r', clientId: '', rest: key.slice(1) }
  const parts = /^([sfqidw])(\d{1,5}):/.exec(key)
  if (parts === null) return null
  const start = parts[0].length
  const end = start + Number(parts[2])
  if (end > key.length) return null
  return { kind: parts[1] as RecordKind, clientId: key.slice(start, end), rest: key.slice(end) }
}

/** Facts in JSON with their length in front, then the payload as it is. */
export function encodeMessage (facts: object, payload: Buffer | string): Buffer {
  const text = Buffer.from(JSON.stringify(facts, bytesAsText))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, typeof payload === 'string' ? Buffer.from(payload) : payload])
}

/** @throws when it is no such record */
export function decodeMessage (record: Buffer): { readonly facts: Readonly<Record<string, unknown>>, readonly payload: Buffer } {
  const end = 4 + record.readUInt32BE(0)
  if (end > record.length) throw new RangeError('record is shorter than it says')
  return { facts: decodeFacts(record.subarray(4, end)), payload: Buffer.from(record.subarray(end)) }
}

export function encodeFacts (facts: object): Buffer {
  return Buffer.from(JSON.stringify(facts, bytesAsText))
}

export function decodeFacts (record: Buffer): Readonly<Record<string, unknown>> {
  const facts: unknown = JSON.parse(record.toString(), textAsBytes)
  if (typeof facts !== 'object' || facts === null) throw new TypeError('record holds no facts')
  return facts as Readonly<Record<string, unknown>>
}

export function encodePacket (packet: QueuedPacket): Buffer {
  if (packet.cmd === 'pubrel') return encodeMessage(packet, '')
  const { payload, ...facts } = packet
  return encodeMessage(facts, payload)
}

/** A packet of another run: its broker is gone, so it is told apart by `sequence` instead of that broker's count. */
export function decodePacket (record: Buffer, sequence: number): QueuedPacket {
  const { facts, payload } = decodeMessage(record)
  const { cmd, topic, qos, messageId } = facts
  if (cmd === 'pubrel' && typeof messageId === 'number') return { cmd, messageId }
  if (cmd !== 'publish' || typeof topic !== 'string' || (qos !== 0 && qos !== 1 && qos !== 2)) throw new TypeError('record is no packet')
  return {
    ...facts,
    cmd,
    topic,
    qos,
    payload,
    retain: facts['retain'] === true,
    dup: false,
    brokerId: 'restored',
    brokerCounter: sequence,
    messageId: typeof messageId === 'number' ? messageId : undefined
  } satisfies PublishPacket
}

/** Property blocks of MQTT 5 are bytes. A string never starts with this, because U+0000 is in none that came from a client. */
const BYTES = '\u0000b:'

function bytesAsText (this: unknown, name: string, value: unknown): unknown {
  const original = (this as Readonly<Record<string, unknown>>)[name] // a Buffer's own toJSON has run before
  return original instanceof Uint8Array ? BYTES + Buffer.from(original).toString('base64') : value
}

function textAsBytes (_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(BYTES) ? Buffer.from(value.slice(BYTES.length), 'base64') : value
}
