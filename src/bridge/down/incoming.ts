/**
 * Where messages go that come in over a link: at a bridge into the local broker, at a sidecar's own link into the Relay. What is held of
 * QoS 2 handshakes outlives a connection, as the session at the other end does. HOT.
 */
import type { PublishView } from '../../mqtt/publish-view.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import type { SessionTerms } from '../../relay/link.ts'

/** It was owed no PUBREC that it could have answered. */
export const EARLY_PUBREL: Violation = violation('MQTT-4.3.3-1', 'PUBREL comes before its PUBREC was sent', 0x82)

/** What is needed of the connection that messages come by. */
export interface IncomingPort {
  /** @param header of AcknowledgementHeader */
  acknowledge (header: number, packetId: number, reason: number): void
  /** Too much waits on this side, or not any more. */
  hold (held: boolean): void
  /** This side could not take a message: the other must send it again. */
  failed (error: Error): void
}

export interface Incoming {
  /**
   * A connection is up. Unless it resumes the session of the one before, packet ids of that mean nothing on it.
   * @param session names the one it has, which outlives it; null: it does not
   */
  open (port: IncomingPort, resumed: boolean, session: string | null): void
  /** What that connection has settled. */
  agreed? (terms: SessionTerms): void
  /**
   * Another connection is about to take the session over: what comes in of QoS 1 is kept from now on, neither delivered nor acknowledged.
   * @param settled called once when all that came before is acknowledged, or the connection is gone
   */
  handOver? (port: IncomingPort, settled: () => void): void
  /** Nothing has taken over: what was kept is taken now; what is wrong with it otherwise. */
  proceed? (port: IncomingPort): Violation | null
  /** The connection is gone. One whose place was taken changes nothing. */
  close (port: IncomingPort): void
  /** Takes a PUBLISH; what is wrong with it otherwise. */
  publish (view: PublishView, port: IncomingPort): Violation | null
  /** PUBREL: the other end gives the id up [MQTT-4.3.3-2]; what is wrong with it otherwise. */
  pubrel (id: number, port: IncomingPort): Violation | null
}
