/** What others see of a bridge, and do to it. */
import type { RemoteAddress } from '../config/model.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeFigures } from './bridge-figures.ts'
import type { BridgeSettings } from './bridge-options.ts'
import type { BridgeState } from './bridge-state.ts'

export interface Bridge {
  readonly name: string
  readonly state: BridgeState
  /** The server of the connection that is up; without one that of the configuration. */
  readonly server: RemoteAddress
  readonly counters: BridgeCounters
  /** Messages of QoS 1 and 2 that the remote does not have yet, and their bytes. */
  readonly queued: number
  readonly queuedBytes: number
  /** More of what stands in numbers. */
  readonly figures: BridgeFigures
  /** Calls at each change of state; the answer ends that. */
  onState (call: (state: BridgeState) => void): () => void
  /** Waits until nothing waits for the remote any more, at most so long. True when that is so. */
  drain (timeoutMs: number): Promise<boolean>
  /**
   * The trust it dials with has changed: another connection, verified by that of now, takes over from the one that is up. One that
   * the trust of now does not accept is ended; where nothing can be said, it is tried again. Settles when it has been tried.
   * @param anew also when the trust is the same: the remote is known not to be accepted by it any more
   */
  renew (anew?: boolean): Promise<void>
  /** Opens what so many links keep on disk: before {@link reconfigure} gives it more of them. @throws SpoolError; nothing has changed then */
  makeRoom (links: number): Promise<void>
  /**
   * Takes other settings while it runs; what waits stays. Rules hold from the next message on. Another connection made with the settings
   * of now takes over from the one that is up, which serves on until then. Settles when it has been tried.
   */
  reconfigure (settings: BridgeSettings): Promise<void>
  /** Takes no more, waits at most so long for what it has to reach the remote, and stops. */
  leave (timeoutMs: number): Promise<void>
  /** Says DISCONNECT, lets go of what still waits, and takes the bridge out of the Relay. */
  stop (): Promise<void>
}
