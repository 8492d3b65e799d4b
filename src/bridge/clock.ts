/** Time as a parameter: what waits and measures gets it, so that a test can let an hour pass. */
export interface Clock {
  /** Milliseconds; only differences mean something. */
  now (): number
  /** Calls once after `ms`; the answer cancels it. */
  after (ms: number, call: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after (ms, call) {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  }
}
