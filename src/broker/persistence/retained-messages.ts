/**
 * Retained messages by topic, level by level, so that a filter is answered without looking at the topics it can not match.
 * Bounded in number and bytes: when it is full new topics are not kept, and what is there stays.
 */
import type { SessionCounters } from '../../metrics/session-counters.ts'
import { sizeOf } from './packet.ts'
import type { PublishPacket } from './packet.ts'

export interface RetainedLimits {
  readonly messages: number
  readonly bytes: number
}

interface Node {
  readonly children: Map<string, Node>
  packet: PublishPacket | null
}

export class RetainedMessages {
  readonly #limits: RetainedLimits
  readonly #counters: SessionCounters
  readonly #now: () => number
  /** When the next message expires, at the earliest; milliseconds since 1970. */
  #soonest = Infinity
  readonly #root: Node = { children: new Map(), packet: null }

  constructor (limits: RetainedLimits, counters: SessionCounters, now: () => number = Date.now) {
    this.#limits = limits
    this.#counters = counters
    this.#now = now
  }

  /** Keeps a message in the place of the one there was. False when there is no room. */
  set (packet: PublishPacket): boolean {
    const before = this.get(packet.topic)
    const messages = this.#counters.retainedMessages + (before === null ? 1 : 0)
    const bytes = this.#counters.retainedBytes + sizeOf(packet) - (before === null ? 0 : sizeOf(before))
    if ((before === null && messages > this.#limits.messages) || bytes > this.#limits.bytes) return false
    this.#soonest = Math.min(this.#soonest, packet.messageExpiry ?? Infinity)
    let node = this.#root
    for (const level of packet.topic.split('/')) {
      const child = node.children.get(level) ?? { children: new Map<string, Node>(), packet: null }
      node.children.set(level, child)
      node = child
    }
    node.packet = packet
    this.#counters.retainedMessages = messages
    this.#counters.retainedBytes = bytes
    return true
  }

  get (topic: string): PublishPacket | null {
    let node: Node | undefined = this.#root
    for (const level of topic.split('/')) node = node?.children.get(level)
    return node?.packet ?? null
  }

  /** False when there was none. */
  delete (topic: string): boolean {
    const levels = topic.split('/')
    const path: Node[] = [this.#root]
    for (const level of levels) {
      const child = path.at(-1)?.children.get(level)
      if (child === undefined) return false
      path.push(child)
    }
    const last = path.at(-1)
    if (last === undefined || last.packet === null) return false
    this.#counters.retainedMessages--
    this.#counters.retainedBytes -= sizeOf(last.packet)
    last.packet = null
    for (let depth = levels.length; depth > 0 && isEmpty(path[depth]); depth--) {
      path[depth - 1]?.children.delete(levels[depth - 1] ?? '')
    }
    return true
  }

  /** Forgets what has expired; answers its topics. */
  expire (): string[] {
    const now = this.#now()
    if (this.#soonest > now) return []
    this.#soonest = Infinity
    const all = new Set<PublishPacket>()
    collectAll(this.#root, false, all)
    const expired: string[] = []
    for (const { topic, messageExpiry = Infinity } of all) {
      if (messageExpiry <= now) expired.push(topic)
      else if (messageExpiry < this.#soonest) this.#soonest = messageExpiry
    }
    for (const topic of expired) this.delete(topic)
    this.#counters.messagesExpired += expired.length
    return expired
  }

  /** What one of the filters matches, each once. */
  matching (filters: readonly string[]): PublishPacket[] {
    const found = new Set<PublishPacket>()
    for (const filter of filters) collect(this.#root, filter.split('/'), 0, found)
    return [...found]
  }
}

function collect (node: Node, levels: readonly string[], depth: number, found: Set<PublishPacket>): void {
  const level = levels[depth]
  if (level === '#') return collectAll(node, depth === 0, found)
  if (level === undefined) {
    if (node.packet !== null) found.add(node.packet)
    return
  }
  if (level !== '+') {
    const child = node.children.get(level)
    if (child !== undefined) collect(child, levels, depth + 1, found)
    return
  }
  for (const [name, child] of node.children) {
    if (depth > 0 || !name.startsWith('$')) collect(child, levels, depth + 1, found) // [MQTT-4.7.2-1]
  }
}

/** `#` matches the level it stands behind, and everything below. */
function collectAll (node: Node, isRoot: boolean, found: Set<PublishPacket>): void {
  if (node.packet !== null) found.add(node.packet)
  for (const [name, child] of node.children) {
    if (!isRoot || !name.startsWith('$')) collectAll(child, false, found) // [MQTT-4.7.2-1]
  }
}

function isEmpty (node: Node | undefined): boolean {
  return node !== undefined && node.children.size === 0 && node.packet === null
}
