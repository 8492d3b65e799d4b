/** Who wants a topic in this process, as the Relay needs to know it: exact, synchronous, and told when it changes. */
export interface LocalInterest {
  /** Somebody here wants it: a live subscription, an offline session, a webhook. */
  wants (topic: string): boolean
  /** False: nobody here has a filter that can match the valid name in `bytes[start, end)`, so that {@link wants} need not be asked. HOT. */
  mayWant (bytes: Uint8Array, start: number, end: number): boolean
  /**
   * Calls with each filter that got its first subscriber or lost its last one, after {@link wants} has changed. One
   * listener; a second call replaces it.
   */
  onChange (call: (filter: string) => void): void
}
