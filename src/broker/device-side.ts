/** What is seen and done of local clients, whoever keeps their sessions: of the broker, and of the edge around it. */
import type { ClientFacts } from './client-facts.ts'
import type { DeviceEvent } from './device-events.ts'
import type { ListenerAddress } from './listener/listener.ts'
import type { ObservedMessage } from './observation.ts'
import type { Message } from './session-port.ts'

export interface DeviceSide {
  /** What is bound, in the order in which it was opened: that of the configuration at first. */
  readonly addresses: readonly ListenerAddress[]
  /** Devices whose session is open. */
  clients (): readonly ClientFacts[]
  /** How many connections each listener has. */
  connectionsByListener (): ReadonlyMap<string, number>
  /** Calls when a device has come, was refused or is gone; the answer ends that. */
  onDevice (call: (event: DeviceEvent) => void): () => void
  /**
   * Calls with each message that local sessions are given and a filter matches, once; `$SYS` topics only for a filter that begins with `$`. It must return at once.
   * The answer ends that.
   */
  observe (filters: readonly string[], call: (message: ObservedMessage) => void): () => void
  /**
   * Publishes a message that came by no connection, past all rights. Resolves when local sessions and bridges have it safe.
   * @param publisher a client id whose own it is, for subscribers that do not want theirs back; null: nobody's
   * @throws BrokerError when there is no room for it
   */
  publish (message: Message, publisher: string | null): Promise<void>
}
