/** The state a bridge is in, and who is told when it is another. */
import type { Logger } from '../logger.ts'
import type { BridgeState } from './bridge-state.ts'
import { mayFollow } from './bridge-state.ts'

export class BridgeStanding {
  readonly #logger: Logger
  readonly #listeners = new Set<(state: BridgeState) => void>()
  #state: BridgeState

  constructor (enable: boolean, logger: Logger) {
    this.#logger = logger
    this.#state = { name: enable ? 'idle' : 'disabled', since: Date.now() }
  }

  get state (): BridgeState { return this.#state }

  /** Calls at each change; the answer ends that. */
  onChange (call: (state: BridgeState) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  change (state: BridgeState): void {
    if (!mayFollow(this.#state.name, state.name)) {
      this.#logger.error({ from: this.#state.name, to: state.name }, 'bridge changes state as it never should')
    }
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }
}
