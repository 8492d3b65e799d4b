/** Sees messages as local subscribers do, without a session: for those who tell others of them. */
import type { LocalInterest } from './local-interest.ts'
import type { Message } from './session-port.ts'

export interface ObservedMessage extends Pick<Message, 'topic' | 'payload' | 'qos' | 'retain'> {
  /** Whose message it is; null: nobody's, such as one that came by a bridge. */
  readonly clientId: string | null
}

type Emitted = Parameters<Parameters<LocalInterest['emitter']['on']>[1]>[0]

/** A message on its way to live subscribers. */
interface Passing extends Omit<ObservedMessage, 'clientId'> {
  readonly clientId?: string
  /** One more for each message: those of several filters that match one message come in a row. */
  readonly brokerCounter: number
}

export function observe (interest: LocalInterest, filters: readonly string[], call: (message: ObservedMessage) => void): () => void {
  const { emitter } = interest
  let last = 0
  const take = (emitted: Emitted, done: () => void): void => {
    const { topic, payload, qos, retain, clientId = null, brokerCounter } = emitted as unknown as Passing // what LocalSessions has put there
    if (brokerCounter !== last && Buffer.isBuffer(payload)) call({ topic, payload, qos, retain, clientId })
    last = brokerCounter
    done()
  }
  const others = (emitted: Emitted, done: () => void): void => emitted.topic.startsWith('$') ? done() : take(emitted, done) // [MQTT-4.7.2-1]
  const pairs = filters.map(filter => [filter, filter.startsWith('$') ? take : others] as const)
  for (const [filter, subscriber] of pairs) {
    interest.observes(subscriber)
    emitter.on(filter, subscriber)
  }
  return () => { for (const [filter, subscriber] of pairs) emitter.removeListener(filter, subscriber) }
}
