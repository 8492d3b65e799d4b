/** The way from a remote broker into this one: what the bridges need of the local broker, and all they know of it. */
export interface LocalMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** MQTT 5: what goes along with it, in order, without alias, expiry and subscription identifiers. */
  readonly properties?: { readonly raw: Buffer }
  /** Milliseconds since 1970 after which it is not delivered any more [MQTT-3.3.2-5]. */
  readonly messageExpiry?: number
  /** The bridge it came by. */
  readonly bridge: string
}

export interface LocalDelivery {
  /**
   * Gives a message to local sessions, and through the broker's one entry to other bridges.
   * @param done called once, when it is stored for offline sessions and handed to online ones: not when slow subscribers have read it
   */
  deliver (message: LocalMessage, done: (error: Error | null) => void): void
}
