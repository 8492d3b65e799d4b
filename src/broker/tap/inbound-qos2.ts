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
  readonly #waiting = new Map<number, (() => void)[]>()
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
    const calls = this.#waiting.get(packetId)
    this.#waiting.delete(packetId)
    if (calls !== undefined) for (const call of calls) call()
  }

  /** Calls once the message is safe. */
  whenSafe (packetId: number, call: () => void): void {
    const calls = this.#waiting.get(packetId)
    if (calls === undefined) this.#waiting.set(packetId, [call])
    else calls.push(call)
  }

  /** The connection is gone, and whoever waited with it: a device may repeat a message on each of a thousand connections before it is safe. */
  stopWaiting (): void {
    this.#waiting.clear()
  }

  /** PUBREL has come: the identifier is free for another message. */
  release (packetId: number): void {
    this.#states.delete(packetId)
    if (this.#waiting.size !== 0) this.#waiting.delete(packetId)
  }
}

export interface InboundQos2Limits {
  readonly maxSessions: number
  /** Open at once in one session. */
  readonly maxInboundQos2: number
  /** A session offline for longer is forgotten; 0: never. */
  readonly sessionExpiryMs: number
}

/** Open identifiers by session, in memory: sessions without any take no place. */
export class InboundQos2 {
  readonly #sessions = new Map<string, { readonly ids: OpenIds, readonly until: number }>()
  readonly #limits: InboundQos2Limits
  readonly #now: () => number

  /** @param now milliseconds since 1970 */
  constructor (limits: InboundQos2Limits, now: () => number = Date.now) {
    this.#limits = limits
    this.#now = now
  }

  /** For a connection whose session begins now; a new one starts with nothing open [MQTT-3.1.2-6]. */
  open (clientId: string, fresh: boolean): OpenIds {
    const known = fresh ? undefined : this.#sessions.get(clientId)?.ids
    this.#sessions.delete(clientId)
    return known ?? new OpenIds(this.#limits.maxInboundQos2)
  }

  /** Does a session that is not connected have any open? */
  has (clientId: string): boolean {
    const kept = this.#sessions.get(clientId)
    return kept !== undefined && kept.until > this.#now()
  }

  /**
   * The connection is gone; what is open waits for the next one, oldest sessions making room.
   * @param expiryMs how long the session outlives it; the limit of all sessions may be shorter
   */
  keep (clientId: string, ids: OpenIds, expiryMs = Infinity): void {
    if (ids.size === 0) return
    const { maxSessions, sessionExpiryMs } = this.#limits
    const [oldest] = this.#sessions.keys()
    if (oldest !== undefined && this.#sessions.size >= maxSessions) this.#sessions.delete(oldest)
    this.#sessions.set(clientId, { ids, until: this.#now() + Math.min(expiryMs, sessionExpiryMs === 0 ? Infinity : sessionExpiryMs) })
  }
}
