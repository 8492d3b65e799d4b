/** What is told of a connected device to those who run the edge. */
import type { Qos } from './session-port.ts'

export interface ClientFacts {
  readonly clientId: string
  readonly username: string | null
  /** The peer's IP address. */
  readonly address: string
  /** Our port it came in by. */
  readonly port: number
  /** The listener's name. */
  readonly listener: string
  /** Protocol level of its CONNECT: 3 for MQTT 3.1, 4 for 3.1.1. */
  readonly level: number
  /** Seconds, as its CONNECT asked for. */
  readonly keepAlive: number
  readonly cleanSession: boolean
  /** Milliseconds since 1970. */
  readonly connectedAt: number
  /** Acknowledgements that it waits for. */
  readonly owed: number
  readonly subscriptions: readonly { readonly filter: string, readonly qos: Qos }[]
}
