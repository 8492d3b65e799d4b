/** What an outbox knows of its link to the remote broker, and what a link must be told of it. */

/** How much of messages a link with a rate limit may carry now. */
export interface LinkMeter {
  /** Bytes that may go in one piece, 0 when nothing may. One message goes whole in any case. Up to date from {@link LinkWriter.begin} on. */
  readonly room: number
}

/** The writing side of a link. Given whole frames only [invariant 5]. */
export interface LinkWriter {
  /** Counts what is written. Whoever writes more than there is room for is not refused: what comes later waits the longer. @default there is no limit */
  readonly meter?: LinkMeter | null
  /** What follows until {@link end} goes out in one piece. */
  begin (): void
  /**
   * Takes frames; the bytes must not change until `written` is called, or for ever where it is null.
   * @returns false when enough waits: the outbox writes no more until {@link Outbox.drained}
   */
  write (frames: Buffer, written: (() => void) | null): boolean
  end (): void
}

/** What this connection's CONNACK has settled. */
export interface SessionTerms {
  /** The remote remembers the packet ids of the connection before [MQTT-3.2.2-2]. */
  readonly sessionPresent: boolean
  /** Names the session: another server, or another client id, has another one. */
  readonly session: string
  /** MQTT 5 Receive Maximum; 65,535 where there is none [MQTT-3.3.4-9]. */
  readonly receiveMaximum: number
  /** Largest frame it takes, in bytes [MQTT-3.2.2-15]; Infinity without a limit. */
  readonly maximumPacketSize: number
  readonly maximumQos: 0 | 1 | 2
  readonly retainAvailable: boolean
  /** Topic aliases that it takes; 0: none [MQTT-3.2.2-18]. */
  readonly topicAliasMaximum: number
}

/** A remote of MQTT 3.1.1, which says nothing. */
export const plainTerms: SessionTerms = Object.freeze({
  sessionPresent: false, session: '', receiveMaximum: 65_535, maximumPacketSize: Infinity, maximumQos: 2, retainAvailable: true, topicAliasMaximum: 0
})
