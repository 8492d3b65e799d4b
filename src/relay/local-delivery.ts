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
  /** QoS 2, where the remote keeps the session: what it came under. */
  readonly handshake?: { readonly packetId: number, readonly isRepeated: boolean }
}

/** QoS 2 handshakes with remotes, as local sessions keep them on disk beside the messages. */
export interface RemoteHandshakes {
  /** The remote has accepted the bridge, whose session it is; null: one that ends with its connection. @param resumed it goes on */
  enter (bridge: string, session: string | null, resumed: boolean): void
  /** PUBREL has come. @param done called once, when PUBCOMP may go out: at once where nothing was kept */
  complete (bridge: string, packetId: number, done: (wasKept: boolean) => void): void
}

export interface LocalDelivery {
  /** None, or null: handshakes last as long as this process. */
  readonly handshakes?: RemoteHandshakes | null
  /**
   * Gives a message to local sessions, and through the broker's one entry to other bridges.
   * @param done called once, when it is stored for offline sessions and handed to online ones: not when slow subscribers have read it
   */
  deliver (message: LocalMessage, done: (error: Error | null) => void): void
}
