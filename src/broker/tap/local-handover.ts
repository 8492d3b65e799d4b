/** Gives the PUBLISH of a device that was taken to local sessions. HOT. */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { PublishView } from '../../mqtt/publish-view.ts'
import type { TopicEntry } from '../../relay/relay.ts'
import type { LocalSessions } from '../local-sessions.ts'
import type { Done, Message } from '../session-port.ts'
import type { PublishDoor } from '../v5/publish-door.ts'
import type { PublishingSession } from './publish-host.ts'

const NO_HANDSHAKE = Object.freeze({})

export class LocalHandover {
  readonly #local: LocalSessions
  readonly #counters: BrokerCounters
  readonly #publisher: PublishingSession

  constructor (local: LocalSessions, counters: BrokerCounters, publisher: PublishingSession) {
    this.#local = local
    this.#counters = counters
    this.#publisher = publisher
  }

  /** @param done called once, when it is stored for those who are away and handed to those who are here; perhaps before this returns */
  give (entry: TopicEntry, view: PublishView, done: Done): void {
    this.#counters.publishLocal++
    const { qos, retain } = view
    const { door, isStored, publisher: { clientId } } = this.#publisher
    const message = { topic: entry.name, payload: payloadOf(view), qos, retain, ...(qos === 2 && isStored ? handshakeOf(view, clientId) : NO_HANDSHAKE) }
    this.#local.deliver(door === null ? message : withProperties(message, view, door), clientId, done)
  }
}

function handshakeOf ({ packetId, dup }: PublishView, clientId: string): Pick<Message, 'handshake'> {
  return { handshake: { of: 'device', name: clientId, packetId, isRepeated: dup } }
}

function withProperties (message: Message, view: PublishView, door: PublishDoor): Message {
  const properties = door.properties(view)
  const messageExpiry = door.messageExpiry()
  if (properties === undefined && messageExpiry === undefined) return message
  return { ...message, ...(properties === undefined ? {} : { properties }), ...(messageExpiry === undefined ? {} : { messageExpiry }) }
}

/** A copy: one that is kept must not pin the chunk it came in, nor, when it is kept for ever, a slab of the pool. */
function payloadOf ({ bytes, payloadStart, end, retain }: PublishView): Buffer {
  const copy = retain ? Buffer.allocUnsafeSlow(end - payloadStart) : Buffer.allocUnsafe(end - payloadStart)
  bytes.copy(copy, 0, payloadStart, end)
  return copy
}
