/** What devices write and read in MQTT 3.1.1 and 5, by the level of their connection. */
import { readVariableByteInteger, variableByteIntegerSize } from '../../src/mqtt/variable-byte-integer.ts'
import { connect, disconnect, publish, subscribe, u16, unsubscribe } from '../support/packets.ts'
import { connect5, disconnect5, publish5, sessionExpiry, subscribe5, unsubscribe5 } from '../support/packets-5.ts'
import type { Arrival } from './ledger.ts'
import type { Qos } from './plain-rules.ts'

export type Level = 4 | 5

export interface Will { readonly topic: string, readonly payload: string, readonly qos: Qos }

export interface Greeting {
  readonly clientId: string
  readonly clean: boolean
  /** The session outlives the connection; 3.1.1 says so by `clean` alone. */
  readonly kept: boolean
  readonly will: Will | null
  /** Topic Alias Maximum. */
  readonly aliases: number
}

/** How a device of MQTT 5 subscribes. */
export interface SubscriptionOptions {
  readonly noLocal: boolean
  readonly retainAsPublished: boolean
  readonly retainHandling: 0 | 1 | 2
}

/** As every subscription of 3.1.1 is. */
export const PLAIN_OPTIONS: SubscriptionOptions = { noLocal: false, retainAsPublished: false, retainHandling: 0 }

/** A PUBLISH that has come. */
export interface Delivered extends Arrival {
  readonly id: number
  readonly dup: boolean
}

const FOR_EVER = 0xffffffff
const TOPIC_ALIAS = 0x23

export const wireOf = (level: Level): Wire => level === 5 ? five : four

export interface Wire {
  connect (greeting: Greeting): Buffer
  publish (message: Arrival, id: number, dup: boolean): Buffer
  subscribe (id: number, filter: string, qos: Qos, options: SubscriptionOptions): Buffer
  unsubscribe (id: number, filter: string): Buffer
  disconnect (): Buffer
  /** Where the payload is, and the alias; 0: there is none. @param at behind the packet identifier */
  payload (bytes: Buffer, at: number): { readonly start: number, readonly alias: number }
}

const four: Wire = {
  connect: ({ clientId, clean, will }) => connect({ clientId, clean, ...(will === null ? {} : { will }) }),
  publish: ({ topic, payload, qos, retain }, id, dup) => publish(topic, payload, { qos: qos as Qos, id, retain, dup }),
  subscribe: (id, filter, qos) => subscribe(id, [filter, qos]),
  unsubscribe,
  disconnect,
  payload: (_, at) => ({ start: at, alias: 0 })
}

const five: Wire = {
  connect: ({ clientId, clean, kept, will, aliases }) => connect5({
    clientId,
    clean,
    properties: [...(kept ? [sessionExpiry(FOR_EVER)] : []), ...(aliases === 0 ? [] : [[0x22, ...u16(aliases)]])],
    ...(will === null ? {} : { will })
  }),
  publish: ({ topic, payload, qos, retain }, id, dup) => publish5(topic, payload, { qos: qos as Qos, id, retain, dup }),
  subscribe: (id, filter, qos, { noLocal, retainAsPublished, retainHandling }) =>
    subscribe5(id, [[filter, qos | (noLocal ? 4 : 0) | (retainAsPublished ? 8 : 0) | retainHandling << 4]]),
  unsubscribe: unsubscribe5,
  disconnect: () => disconnect5(0),
  payload: (bytes, at) => {
    const length = readVariableByteInteger(bytes, at, bytes.length)
    const block = at + variableByteIntegerSize(length)
    // nothing else is in a message here that a broker could pass on, so that an alias stands alone
    const alias = length > 0 && bytes[block] === TOPIC_ALIAS ? bytes.readUInt16BE(block + 1) : 0
    return { start: block + length, alias }
  }
}

/** @param aliases topics by alias, of the connection: what comes is remembered there */
export function delivered (wire: Wire, aliases: Map<number, string>, first: number, frame: Buffer): Delivered {
  const qos = (first >> 1) & 3
  const topicEnd = 2 + frame.readUInt16BE(0)
  const { start, alias } = wire.payload(frame, topicEnd + (qos === 0 ? 0 : 2))
  const named = frame.toString('utf8', 2, topicEnd)
  if (alias !== 0 && named !== '') aliases.set(alias, named)
  return {
    topic: named === '' ? aliases.get(alias) ?? `alias ${alias}, which is not known` : named,
    payload: frame.toString('utf8', start),
    qos,
    retain: (first & 1) !== 0,
    id: qos === 0 ? 0 : frame.readUInt16BE(topicEnd),
    dup: (first & 8) !== 0
  }
}
