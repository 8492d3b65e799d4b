/**
 * Messages of QoS 2 that the broker beside us has open with us: one sent again is acknowledged again and not taken again [MQTT-4.3.3-2].
 * They belong to the session, and outlast a connection.
 */
interface OpenMessage {
  safe: boolean
  waiting: (() => void) | null
}

export class OpenMessages {
  readonly #open = new Map<number, OpenMessage>()

  has (packetId: number): boolean { return this.#open.has(packetId) }

  /** Its PUBREC could be given, or it is not open. */
  mayEnd (packetId: number): boolean { return this.#open.get(packetId)?.safe !== false }

  /** A message was seen for the first time. */
  add (packetId: number): void {
    this.#open.set(packetId, { safe: false, waiting: null })
  }

  /** PUBREL has come, or the message was not taken after all. */
  delete (packetId: number): void {
    this.#open.delete(packetId)
  }

  clear (): void {
    this.#open.clear()
  }

  /** Its PUBREC may be given, now and again. */
  settle (packetId: number): void {
    const message = this.#open.get(packetId)
    if (message === undefined) return
    message.safe = true
    message.waiting?.()
    message.waiting = null
  }

  /** Calls once it is safe; at once when it is. A second call replaces the first: it is of another connection. */
  whenSafe (packetId: number, call: () => void): void {
    const message = this.#open.get(packetId)
    if (message === undefined) return
    if (message.safe) call()
    else message.waiting = call
  }
}
