/** What DUP has to say, as far as who receives can tell [MQTT-3.3.1-1] [MQTT-3.3.1-2] [MQTT-3.3.1-3]. */
import { type Arrival, keyOf } from './ledger.ts'

export class Repetitions {
  readonly #name: string
  /** Messages that came by earlier connections of the session and may be repeated, by packet identifier. */
  readonly #before = new Map<number, string>()
  readonly #now = new Map<number, string>()
  /** The session has been resumed, and the other side has not come to rest since. */
  #resumed = false

  constructor (name: string) {
    this.#name = name
  }

  /** A connection begins. @param present its session goes on */
  begins (present: boolean): void {
    if (!present) this.#before.clear()
    else for (const [id, key] of this.#now) this.#before.set(id, key)
    this.#now.clear()
    this.#resumed = present
  }

  /**
   * All that was sent is acknowledged, and the other side knows.
   * @param mayFollow what had its identifier when a connection ended may still come, such as a will of a broker that stops: when the disk has it, and with DUP
   */
  rests (mayFollow = false): void {
    this.#before.clear()
    this.#now.clear()
    this.#resumed &&= mayFollow
  }

  /** @returns what is wrong; null: nothing */
  complaint (message: Arrival & { readonly id: number, readonly dup: boolean }): string | null {
    const { id, dup, qos } = message
    const key = keyOf(message)
    const repeats = this.#before.get(id) === key
    if (qos > 0) {
      this.#now.set(id, key)
      this.#before.delete(id)
    }
    if (dup && qos === 0) return `${this.#name} got ${key} with DUP`
    if (dup && !this.#resumed) return `${this.#name} got ${key} with DUP, and there was no time before`
    if (!dup && repeats) return `${this.#name} got ${key} again, under the same identifier, and without DUP`
    return null
  }
}
