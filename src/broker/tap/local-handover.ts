/**
 * Gives the PUBLISH of a device that was taken to local sessions: the direct way where it is plain and nothing of this device
 * is ahead of it on the long one, through the keeper of sessions otherwise. HOT.
 */
import type { PublishView } from '../../mqtt/publish-view.ts'
import { Direct } from '../../relay/direct-way.ts'
import type { TopicEntry } from '../../relay/relay.ts'
import type { Done, Message } from '../session-port.ts'
import type { PublishDoor } from '../v5/publish-door.ts'
import type { PublishSurroundings, PublishingSession } from './publish-host.ts'

/**
 * Messages in a row that may go the long way only because others are ahead of them there. A device that never pauses would never come back from it
 * otherwise: it takes two turns of the event loop, and more has come in by then.
 */
const MOST_STRAYED = 64

export class LocalHandover {
  readonly #around: Pick<PublishSurroundings, 'local' | 'counters' | 'gatekeeper'>
  readonly #publisher: PublishingSession
  readonly #clientId: string
  /** How many in a row were behind others. */
  #strayed = 0

  constructor (around: Pick<PublishSurroundings, 'local' | 'counters' | 'gatekeeper'>, publisher: PublishingSession) {
    this.#around = around
    this.#publisher = publisher
    this.#clientId = publisher.publisher.clientId
  }

  /** The device is to be held until what it has on the long way is through: {@link whenBack}. */
  get strayed (): boolean { return this.#strayed >= MOST_STRAYED }

  whenBack (call: () => void): void {
    this.#strayed = 0
    this.#around.local.underWay.whenOver(this.#clientId, call)
  }

  /** Gives a message of QoS 0 the direct way; false: it has to go the long one. */
  direct (entry: TopicEntry, view: PublishView): boolean {
    if (entry.system || view.retain) return false
    const { local, counters, gatekeeper } = this.#around
    const way = entry.direct ?? local.takers.wayOf(entry, view)
    const direct = way.give(view, this.#clientId, gatekeeper.generation)
    if (direct !== Direct.GIVEN) {
      if (direct === Direct.BEHIND) this.#strayed++
      return false
    }
    this.#strayed = 0
    counters.publishLocal++
    counters.publishDirect++
    return true
  }

  /** @param done called once, when it is stored for those who are away and handed to those who are here; perhaps before this returns */
  give (entry: TopicEntry, view: PublishView, done: Done): void {
    const { local, counters } = this.#around
    counters.publishLocal++
    const { qos, retain } = view
    const { door, isKept } = this.#publisher
    const plain: Message = { topic: entry.name, payload: payloadOf(view), qos, retain }
    const message = qos === 2 && isKept ? { ...plain, ...handshakeOf(view, this.#clientId) } : plain
    local.deliver(door === null ? message : withProperties(message, view, door), this.#clientId, done)
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
