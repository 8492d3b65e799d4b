/**
 * Shared subscriptions, `$share/group/filter` [MQTT-4.8.2-1], for devices of all versions: each message that the filter
 * matches goes to one member of the group, in turn. Members that are here come first; where there is none, a stored session
 * that asked for QoS 1 or 2 keeps it.
 */
import { isSystemTopic } from '../mqtt/topic-name.ts'
import { sharedFilter } from '../mqtt/topic-filter.ts'
import type { AddressedMessage, Qos, Session } from './session-port.ts'
import type { SessionStore, StoredPacket } from './session-store.ts'

/** A device that is here and belongs to a group. */
export interface GroupMember {
  readonly session: Session
  readonly qos: Qos
  readonly subscriptionId: number | undefined
  /** [MQTT-3.3.1-13] */
  readonly retainAsPublished: boolean
}

type Subscriber = (packet: StoredPacket, done: () => void) => void

/** Where messages come from. */
export interface GroupSource {
  subscribe (filter: string, subscriber: Subscriber, done: () => void): void
  unsubscribe (filter: string, subscriber: Subscriber, done: () => void): void
}

const WITHOUT_PROPERTIES = Buffer.alloc(0)

export class SharedGroups {
  readonly #source: GroupSource
  readonly #store: SessionStore
  readonly #count: () => number
  /** By the whole filter, with its `$share/group/`. */
  readonly #groups = new Map<string, Group>()

  /** @param count gives a number that is larger each time */
  constructor (source: GroupSource, store: SessionStore, count: () => number) {
    this.#source = source
    this.#store = store
    this.#count = count
  }

  /** Groups that only have members which are away. */
  restore (): void {
    for (const filter of this.#store.sharedFilters()) this.#group(filter)
  }

  /** @param filter well formed; a member that is there already has new options */
  join (filter: string, member: GroupMember): void {
    this.#group(filter)?.members.set(member.session.clientId, member)
  }

  leave (filter: string, clientId: string): void {
    const group = this.#groups.get(filter)
    group?.members.delete(clientId)
    this.#closeIfEmpty(filter)
  }

  #group (filter: string): Group | null {
    const known = this.#groups.get(filter)
    if (known !== undefined) return known
    const shared = sharedFilter(filter)
    if (shared === null) return null
    const group: Group = {
      filter: shared.filter,
      members: new Map(),
      subscriber: (packet, done) => {
        this.#give(filter, group, packet)
        done()
      }
    }
    this.#groups.set(filter, group)
    this.#source.subscribe(shared.filter, group.subscriber, () => {})
    return group
  }

  #give (filter: string, group: Group, packet: StoredPacket): void {
    if (isSystemTopic(packet.topic) && !isSystemTopic(group.filter)) return // [MQTT-4.7.2-1]
    const next = group.members.entries().next()
    if (next.done !== true) {
      const [clientId, member] = next.value
      group.members.delete(clientId) // and to the end: who was served waits longest
      group.members.set(clientId, member)
      member.session.deliver(addressed(packet, member))
    } else if (packet.qos > 0) {
      this.#keep(filter, packet)
    }
    this.#closeIfEmpty(filter)
  }

  /** Nobody is here: for one of those who are away, by the number of the message. */
  #keep (filter: string, packet: StoredPacket): void {
    const away = [...this.#store.sharedMembers(filter) ?? []]
    const chosen = away[packet.brokerCounter % away.length]
    if (chosen === undefined) return
    const [clientId, { qos, subscriptionIdentifier, retainAsPublished }] = chosen
    const message = addressed(packet, { qos, subscriptionId: subscriptionIdentifier, retainAsPublished: retainAsPublished === true })
    void this.#store.outgoingEnqueue({ clientId }, { ...message, cmd: 'publish', dup: false, retain: false, brokerId: 'addressed', brokerCounter: this.#count() })
  }

  #closeIfEmpty (filter: string): void {
    const group = this.#groups.get(filter)
    if (group === undefined || group.members.size > 0 || this.#store.sharedMembers(filter) !== undefined) return
    this.#groups.delete(filter)
    this.#source.unsubscribe(group.filter, group.subscriber, () => {})
  }
}

interface Group {
  /** What is matched. */
  readonly filter: string
  /** In the order in which they are served. */
  readonly members: Map<string, GroupMember>
  readonly subscriber: Subscriber
}

function addressed (packet: StoredPacket, { qos, subscriptionId, retainAsPublished }: Omit<GroupMember, 'session'>): AddressedMessage {
  const { topic, payload, messageExpiry } = packet
  const subscriptionIds = subscriptionId === undefined ? [] : [subscriptionId]
  return {
    topic,
    payload,
    qos: packet.qos < qos ? packet.qos : qos,
    retain: false,
    properties: { raw: packet.properties?.raw ?? WITHOUT_PROPERTIES, addressed: { subscriptionIds, retain: packet.retain && retainAsPublished } },
    ...(messageExpiry === undefined ? {} : { messageExpiry })
  }
}
