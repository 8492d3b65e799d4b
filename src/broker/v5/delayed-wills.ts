/**
 * Wills of MQTT 5 that wait: the connection is gone, the session is not, and its device may come back before the delay is
 * over [MQTT-3.1.3-9]. They stay in the store meanwhile, so that a restart does not lose them.
 */
import type { DelayedWill, SessionStore } from '../session-store.ts'

interface Waiting {
  readonly will: DelayedWill
  readonly timer: NodeJS.Timeout
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

export class DelayedWills {
  readonly #store: SessionStore
  readonly #publish: (clientId: string, will: DelayedWill) => void
  readonly #waiting = new Map<string, Waiting>()

  constructor (store: SessionStore, publish: (clientId: string, will: DelayedWill) => void) {
    this.#store = store
    this.#publish = publish
  }

  hold (clientId: string, will: DelayedWill, delayMs: number): void {
    this.settle(clientId, true)
    void this.#store.putWill({ id: clientId }, will)
    const timer = setTimeout(() => this.settle(clientId, true), Math.min(delayMs, LONGEST_TIMER_MS)).unref()
    this.#waiting.set(clientId, { will, timer })
  }

  /** The delay is over, or the session is: the will is published; or its device is back: it is not. */
  settle (clientId: string, isDue: boolean): void {
    const waiting = this.#waiting.get(clientId)
    if (waiting === undefined) return
    this.#waiting.delete(clientId)
    clearTimeout(waiting.timer)
    void this.#store.delWill({ id: clientId })
    if (isDue) this.#publish(clientId, waiting.will)
  }

  /** The broker stops: what waits is left to the store. */
  close (): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer)
    this.#waiting.clear()
  }
}
