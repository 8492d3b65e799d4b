/**
 * Handshakes of QoS 2 whose message local sessions have, until PUBREL: on disk in one step with the message, so that a process after this one
 * knows what is sent again [MQTT-4.3.3-2]. Those of devices are part of their sessions; those of remotes are here, of one session a bridge.
 */
import type { Journal } from './journal.ts'
import { keys } from './record.ts'
import type { Sessions } from './sessions.ts'

/** Whose handshake it is. */
interface Handshake {
  readonly of: 'device' | 'bridge'
  /** Client id, or name of the bridge. */
  readonly name: string
  readonly packetId: number
}

/** Of the message nothing more is needed. */
const OPEN = Object.freeze({})

export class StoredHandshakes {
  readonly #sessions: Sessions
  /** Null: nothing outlasts the process, and nothing is noted. */
  readonly #journal: Journal | null
  /** By bridge and packet id: the name of the session that it is of. */
  readonly #bridges = new Map<string, Map<number, string>>()
  /** Of the session that each bridge has now. */
  readonly #names = new Map<string, string>()

  constructor (sessions: Sessions, journal: Journal | null) {
    this.#sessions = sessions
    this.#journal = journal
  }

  /**
   * A bridge has this session at its remote from now on; null: one that ends with its connection. What is noted of another is void, and of one
   * that the remote has forgotten.
   */
  enter (bridge: string, session: string | null, present: boolean): void {
    if (session === null) this.#names.delete(bridge)
    else this.#names.set(bridge, session)
    for (const [packetId, name] of this.#bridges.get(bridge) ?? []) if (!present || name !== session) this.close({ of: 'bridge', name: bridge, packetId })
  }

  has ({ of, name, packetId }: Handshake): boolean {
    if (of === 'bridge') return this.#bridges.get(name)?.has(packetId) === true
    return this.#sessions.get(name)?.incoming.has(packetId) === true
  }

  /** In the same turn in which the message is queued: the disk has both, or neither. */
  open (handshake: Handshake): void {
    if (this.#journal === null) return
    const { of, name, packetId } = handshake
    if (of === 'bridge') this.#openRemote(this.#journal, handshake)
    else if (this.#sessions.hasRoomFor(name)) this.#sessions.forIncoming(name).openIncoming(packetId, OPEN)
  }

  #openRemote (journal: Journal, handshake: Handshake): void {
    const { name, packetId } = handshake
    const session = this.#names.get(name)
    if (session === undefined) return
    const isFresh = !this.has(handshake)
    this.restore(name, packetId, session)
    journal.put(keys.handshake(name, packetId), () => Buffer.from(session), isFresh)
  }

  /** False when nothing was noted. */
  close ({ of, name, packetId }: Handshake): boolean {
    if (of === 'device') return this.#closeOfDevice(name, packetId)
    if (this.#bridges.get(name)?.delete(packetId) !== true) return false
    this.#journal?.del(keys.handshake(name, packetId))
    return true
  }

  #closeOfDevice (clientId: string, packetId: number): boolean {
    if (this.#sessions.get(clientId)?.closeIncoming(packetId) !== true) return false
    this.#sessions.dropIfEmpty(clientId)
    return true
  }

  /** Of a remote; from disk, at the start. */
  restore (bridge: string, packetId: number, session: string): void {
    const ids = this.#bridges.get(bridge) ?? new Map<number, string>()
    this.#bridges.set(bridge, ids.set(packetId, session))
  }
}
