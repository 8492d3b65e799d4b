/** A wait that can be cut short: by who stops, or by news that make the next try worth while. */
import type { Clock } from './clock.ts'

export class Pause {
  readonly #clock: Clock
  #end: () => void = () => {}

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /** Settles after `ms`, or when `signal` is aborted, or by {@link end}. */
  async wait (ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>(resolve => {
      const end = (): void => {
        cancel()
        signal.removeEventListener('abort', end)
        resolve()
      }
      const cancel = this.#clock.after(ms, end)
      signal.addEventListener('abort', end, { once: true })
      this.#end = end
    })
  }

  /** Ends the wait that is under way, if there is one. */
  end (): void {
    this.#end()
  }
}
