/**
 * The receiving half of the QoS 2 handshake: which packet identifiers a device has open, so that a message sent again is
 * acknowledged again and not taken again [MQTT-4.3.3-2]. It belongs to the session, not to the connection: it survives
 * a reconnect of a persistent session.
 */

/** Taken, and not yet safe: its PUBREC has not been given. */
const TAKEN = 0
/** Safe: a repetition may be acknowledged at once. */
const SAFE = 1

/** One session's open identifiers. */
export class OpenIds {
  readonly #states = new Map<number, typeof TAKEN | typeof SAFE>()
  readonly #waiting = new Map<number, () => void>()
  readonly #max: number

  constructor (max: number) {
    this.#max = max
  }

  get size (): number { return this.#states.size }

  has (packetId: number): boolean {
    return this.#states.has(packetId)
  }

  /** Opens an identifier; false when the session may not have more. */
  take (packetId: number): boolean {
    if (this.#states.size >= this.#max) return false
    this.#states.set(packetId, TAKEN)
    return true
  }

  /** Takes back a {@link take} whose message was admitted nowhere. */
  forget (packetId: number): void {
    this.#states.delete(packetId)
  }

  isSafe (packetId: number): boolean {
    return this.#states.get(packetId) === SAFE
  }

  /** The message is safe: its PUBREC may be given, now and again. */
  settle (packetId: number): void {
    if (!this.#states.has(packetId)) return
    this.#states.set(packetId, SAFE)
    if (this.#waiting.size === 0) return
    const call = this.#waiting.get(packetId)
    this.#waiting.delete(packetId)
    call?.()
  }

  /** Calls once the message is safe. */
  whenSafe (packetId: number, call: () => void): void {
    const earlier = this.#waiting.get(packetId)
    this.#waiting.set(packetId, earlier === undefined
      ? call
      : () => {
          earlier()
          call()
        })
  }

  /** PUBREL has come: the identifier is free for another message. */
  release (packetId: number): void {
    this.#states.delete(packetId)
    if (this.#waiting.size !== 0) this.#waiting.delete(packetId)
  }
}

/** Open identifiers by session, in memory: sessions without any take no place. */
export class InboundQos2 {
  readonly #sessions = new Map<string, OpenIds>()
  readonly #maxSessions: number
  readonly #maxIds: number

  /** @param maxIds open at once in one session */
  constructor (maxSessions: number, maxIds: number) {
    this.#maxSessions = maxSessions
    this.#maxIds = maxIds
  }

  /** For a connection whose session begins now; a clean one starts with nothing open [MQTT-3.1.2-6]. */
  open (clientId: string, clean: boolean): OpenIds {
    const known = clean ? undefined : this.#sessions.get(clientId)
    this.#sessions.delete(clientId)
    return known ?? new OpenIds(this.#maxIds)
  }

  /** The connection is gone; what is open waits for the next one, oldest sessions making room. */
  keep (clientId: string, ids: OpenIds): void {
    if (ids.size === 0) return
    const [oldest] = this.#sessions.keys()
    if (oldest !== undefined && this.#sessions.size >= this.#maxSessions) this.#sessions.delete(oldest)
    this.#sessions.set(clientId, ids)
  }
}
