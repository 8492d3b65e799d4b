/**
 * Packet ids for mqtt.js, which sends SUBSCRIBE and UNSUBSCRIBE only: 1 to 1023. The Outbox numbers PUBLISHes from 1024
 * on, so that the two never meet in one session [MQTT-2.3.1-2].
 */
const LAST = 1023

export class SubscribeIds {
  readonly #taken = new Set<number>()
  #last = 0

  /** null when all are taken. */
  allocate (): number | null {
    for (let tries = 0; tries < LAST; tries++) {
      this.#last = this.#last % LAST + 1
      if (this.register(this.#last)) return this.#last
    }
    return null
  }

  register (id: number): boolean {
    if (this.#taken.has(id)) return false
    this.#taken.add(id)
    return true
  }

  deallocate (id: number): void {
    this.#taken.delete(id)
  }

  getLastAllocated (): number {
    return this.#last
  }

  clear (): void {
    this.#taken.clear()
  }
}
