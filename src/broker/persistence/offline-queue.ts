/**
 * What waits for one session: messages of QoS 1 and 2 from the moment they are published until the device has acknowledged
 * them, in order. A message that several subscriptions of the session match is kept once.
 */
import { copyOf, sizeOf } from './packet.ts'
import type { PassedPacket, PublishPacket, QueuedPacket } from './packet.ts'

export interface QueueLimits {
  readonly messages: number
  readonly bytes: number
}

/** Told of each change, by the sequence number of the entry. */
export interface QueueObserver {
  added (sequence: number, packet: QueuedPacket): void
  changed (sequence: number, packet: QueuedPacket): void
  /** @param hasExpired nobody took it in time */
  removed (sequence: number, hasExpired: boolean): void
}

interface Entry {
  readonly sequence: number
  /** What finds it before it has an identifier. */
  readonly key: string | null
  packet: QueuedPacket
}

const MAX_PACKET_ID = 65_535

export class OfflineQueue {
  readonly #limits: QueueLimits
  readonly #observer: QueueObserver
  readonly #now: () => number
  readonly #entries = new Map<number, Entry>()
  readonly #byId = new Map<number, Entry>()
  readonly #byKey = new Map<string, Entry>()
  #next = 1
  /** Of the last one that {@link handOut} has given. */
  #handedOut = 0
  #lastId = 0
  /** When the next message expires that was not sent, at the earliest; milliseconds since 1970. */
  #soonest = Infinity
  #bytes = 0

  constructor (limits: QueueLimits, observer: QueueObserver, now: () => number = Date.now) {
    this.#limits = limits
    this.#observer = observer
    this.#now = now
  }

  get length (): number { return this.#entries.size }
  get bytes (): number { return this.#bytes }

  /** In order, as they are now. */
  packets (): QueuedPacket[] {
    return Array.from(this.#entries.values(), entry => entry.packet)
  }

  /** For a device that has come back: what is here now, in order. */
  * handOut (): Generator<QueuedPacket> {
    const last = this.#next - 1
    this.#handedOut = 0
    for (const { sequence, packet } of this.#entries.values()) {
      if (sequence > last) break
      this.#handedOut = sequence
      yield packet
    }
    this.#handedOut = last
  }

  /** What was queued too late for {@link handOut}. */
  notHandedOut (): PublishPacket[] {
    return Array.from(this.#entries.values()).flatMap(({ sequence, packet }) => sequence > this.#handedOut && packet.cmd === 'publish' ? [packet] : [])
  }

  holds (packet: KeyedPacket): boolean {
    return this.#byKey.has(keyOf(packet))
  }

  /** Queues a message, once however many subscriptions match. False when there is no room, though what has expired went: the newest is the one that is lost. */
  enqueue (packet: PublishPacket): boolean {
    if (this.#byKey.has(keyOf(packet))) return true
    const copy = copyOf(packet)
    if (!this.#makeRoom(copy)) return false
    this.#add(this.#next++, copy, true)
    return true
  }

  /** What was on disk, in the order of the sequence numbers. It is not told to the observer and not held to the limits. */
  restore (sequence: number, packet: QueuedPacket): void {
    this.#next = Math.max(this.#next, sequence + 1)
    this.#add(sequence, packet, false)
  }

  /**
   * A message is about to be sent with an identifier. One that is in use for another message is exchanged in `sent` itself;
   * one that the message had before makes it a repetition.
   */
  sending (sent: PublishPacket): void {
    const entry = this.#byKey.get(keyOf(sent))
    if (entry === undefined) return this.#adopt(sent)
    if (sent.messageId === entry.packet.messageId && sent.messageId !== undefined) {
      const own = sent === entry.packet // the next repetition is another packet: what is kept is never marked
      if (!own) (sent as PassedPacket).dup = true // [MQTT-3.3.1-1]
      return
    }
    sent.messageId = this.#freeId(sent.messageId, entry)
    this.#setId(entry, sent.messageId)
  }

  /** PUBREC has come: the message is the device's, its identifier is not free yet [MQTT-4.3.3-1]. */
  releasing (messageId: number): void {
    const entry = this.#byId.get(messageId)
    if (entry?.packet.cmd === 'pubrel') return
    const packet = { cmd: 'pubrel', messageId } as const
    if (entry === undefined) {
      if (this.#hasRoom(packet)) this.#add(this.#next++, packet, true)
      return
    }
    this.#bytes += sizeOf(packet) - sizeOf(entry.packet)
    if (entry.key !== null) this.#byKey.delete(entry.key)
    entry.packet = packet
    this.#observer.changed(entry.sequence, packet)
  }

  /** The device has acknowledged it. Answers what it was. */
  acknowledged (messageId: number): QueuedPacket | undefined {
    const entry = this.#byId.get(messageId)
    if (entry !== undefined) this.#remove(entry)
    return entry?.packet
  }

  /** It will not be delivered to this session: its access was refused, it has expired, it is too large. */
  declined (packet: KeyedPacket): void {
    const entry = this.#byKey.get(keyOf(packet))
    if (entry !== undefined) this.#remove(entry)
  }

  /** Drops what has expired before it was sent [MQTT-3.3.2-5]; what was sent stays until it is acknowledged [MQTT-4.3.3-7]. */
  expire (): void {
    const now = this.#now()
    if (this.#soonest > now) return
    this.#soonest = Infinity
    for (const entry of [...this.#entries.values()]) {
      const expiry = expiryOf(entry.packet)
      if (expiry <= now) this.#remove(entry, true)
      else if (expiry < this.#soonest) this.#soonest = expiry
    }
  }

  clear (): void {
    for (const entry of [...this.#entries.values()]) this.#remove(entry)
  }

  /** It was published in the moment between this session's subscribing and its being stored. */
  #adopt (sent: PublishPacket): void {
    const copy = copyOf(sent)
    if (!this.#makeRoom(copy)) return
    const entry = this.#add(this.#next++, copy, true)
    sent.messageId = this.#freeId(sent.messageId, entry)
    this.#setId(entry, sent.messageId)
  }

  #add (sequence: number, packet: QueuedPacket, isNew: boolean): Entry {
    const entry: Entry = { sequence, key: packet.cmd === 'publish' ? keyOf(packet) : null, packet }
    this.#entries.set(sequence, entry)
    this.#bytes += sizeOf(packet)
    this.#soonest = Math.min(this.#soonest, expiryOf(packet))
    if (entry.key !== null) this.#byKey.set(entry.key, entry)
    if (packet.messageId !== undefined) this.#byId.set(packet.messageId, entry)
    if (isNew) this.#observer.added(sequence, packet)
    return entry
  }

  #remove (entry: Entry, hasExpired = false): void {
    const { messageId } = entry.packet
    this.#entries.delete(entry.sequence)
    this.#bytes -= sizeOf(entry.packet)
    if (entry.key !== null && this.#byKey.get(entry.key) === entry) this.#byKey.delete(entry.key)
    if (messageId !== undefined && this.#byId.get(messageId) === entry) this.#byId.delete(messageId)
    this.#observer.removed(entry.sequence, hasExpired)
  }

  #setId (entry: Entry, messageId: number | undefined): void {
    if (messageId === undefined) return
    const before = entry.packet.messageId
    if (before !== undefined) this.#byId.delete(before)
    entry.packet.messageId = messageId
    this.#byId.set(messageId, entry)
    this.#observer.changed(entry.sequence, entry.packet)
  }

  /** An identifier that no other message of this session has [MQTT-2.3.1-4]; the wanted one if it is free. */
  #freeId (wanted: number | undefined, entry: Entry): number | undefined {
    if (wanted === undefined || (this.#byId.get(wanted) ?? entry) === entry) return wanted
    for (let tries = 0; tries < MAX_PACKET_ID; tries++) {
      this.#lastId = this.#lastId % MAX_PACKET_ID + 1
      if (!this.#byId.has(this.#lastId)) return this.#lastId
    }
    return wanted
  }

  /** What has expired makes room for what has not. */
  #makeRoom (packet: QueuedPacket): boolean {
    if (this.#hasRoom(packet)) return true
    this.expire()
    return this.#hasRoom(packet)
  }

  #hasRoom (packet: QueuedPacket): boolean {
    return this.#entries.size < this.#limits.messages && this.#bytes + sizeOf(packet) <= this.#limits.bytes
  }
}

/** When it will not be sent any more; Infinity: never, or it was sent. */
function expiryOf (packet: QueuedPacket): number {
  return packet.cmd === 'publish' && packet.messageId === undefined ? packet.messageExpiry ?? Infinity : Infinity
}

/** What tells a message from others. */
export interface KeyedPacket {
  readonly brokerId?: string | null
  readonly brokerCounter?: number
}

function keyOf ({ brokerId, brokerCounter }: KeyedPacket): string {
  return `${brokerCounter} ${brokerId}`
}
