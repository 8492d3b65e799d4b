/**
 * Whether CONNECT carries the bit 0x80 that says "I am a bridge". Strict 3.1.1 servers refuse it, or close without a word: then
 * it is left out once, and for good where that helps.
 */
import type { BridgeConfig } from '../../config/model.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'
import { Refusal, refusesProtocolLevel } from './remote-reason.ts'

export class BridgeBit {
  readonly #level: 4 | 5
  #set: boolean
  /** Settled by a connection that was accepted, or by a try that failed without the bit as well. */
  #settled = false
  /** Left out by the attempt under way, to see whether that helps. */
  #leftOut = false

  constructor (config: BridgeConfig) {
    this.#level = config.protoVer
    this.#set = config.protoVer === 4 && config.noLocalV4
  }

  get set (): boolean { return this.#set }

  /** A connection was accepted: the bit stays as it is. */
  accepted (): void {
    this.#settled = true
    this.#leftOut = false
  }

  /** An attempt failed. True when it is worth one more at once, without the bit. */
  retryWithout (failure: unknown): boolean {
    const refused = failure instanceof Refusal && refusesProtocolLevel(failure.returnCode, this.#level)
    if (this.#set && (refused || (!this.#settled && isSilence(failure)))) {
      this.#set = false
      this.#leftOut = true
      return true
    }
    return false
  }

  /** That attempt failed as well: the bit was not the reason. Silence is not blamed on it again. */
  restore (): void {
    this.#set = true
    this.#settled = true
    this.#leftOut = false
  }

  /** An attempt failed, and another comes later: that one is without the bit where it is worth it. */
  failed (failure: unknown): void {
    if (this.#leftOut) this.restore()
    else this.retryWithout(failure)
  }
}

function isSilence (failure: unknown): boolean {
  return failure instanceof BridgeError && failure.code === bridgeCodes.noConnack
}
