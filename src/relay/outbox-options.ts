/** What an outbox is made with: whose it is, and every bound of it. */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { Journal } from './journal.ts'
import type { SetAside } from './set-aside.ts'
import type { SuspectOptions } from './suspect.ts'

/** Highest first. */
export const priorities = ['high', 'normal', 'low'] as const
export type Priority = typeof priorities[number]

/** What makes one lane of an outbox. */
export interface LaneOptions {
  /** Which share of the link it has. @default normal */
  readonly priority?: Priority
  /** Which part of the QoS 2 ids is its own, from 0; the same after every restart. @default 0 */
  readonly slice?: number
  /** Publishers hear of QoS 1 and 2 when the remote has acknowledged; false: once it is in the lane. */
  readonly awaitRemote: boolean
  /** Keeps QoS 1 and 2 on disk: publishers hear of them when they are safe there or with the remote; null: in memory only. */
  readonly journal?: Journal | null
}

/** It has one lane at least, the first; order is kept within each, and not between them. */
export interface OutboxOptions extends LaneOptions {
  /** The bridge's name. */
  readonly name: string
  /** Protocol level the remote is spoken to in. */
  readonly level: 4 | 5
  /** A full outbox holds publishers back; false: it drops what is offered, counted. */
  readonly required: boolean
  /** Takes also what came by another bridge. */
  readonly forwardBridged: boolean
  /** MQTT 5: marks what leaves. @default null, nothing does */
  readonly via?: Buffer | null
  /** Takes nothing that has come through so many nodes. @default any */
  readonly maxHops?: number
  /** There are servers to fail over to: which of them had the session before this process is not known. @default false */
  readonly severalServers?: boolean
  /** QoS 0 waits in the batch while the link is down; false: it is dropped. @default false */
  readonly keepQos0?: boolean
  /** With a journal: QoS 0 is taken as QoS 1, but where a rule says QoS 0. @default false */
  readonly spoolQos0?: boolean
  /** Lanes beside the first. A rule says by number which one its messages take. @default none */
  readonly otherLanes?: readonly LaneOptions[]
  /** Messages of QoS 1 and 2 that may wait in memory, and their bytes; each lane has an equal part of it. */
  readonly maxCount: number
  readonly maxBytes: number
  /** Messages that may wait for the remote's acknowledgement, at most. */
  readonly windowQos1: number
  readonly windowQos2: number
  /** How many may at first; more while the remote answers. @default the most */
  readonly firstQos1?: number
  readonly firstQos2?: number
  /** Milliseconds, by a clock that is never set. @default performance.now */
  readonly now?: () => number
  /** Calls once, at the end of this turn of the event loop. */
  readonly schedule: (flush: () => void) => void
  readonly counters: BridgeCounters
  /** Where it counts how long messages take. @default one of its own */
  readonly latency?: LatencyHistogram
  /** The quota of the remote is used up: calls `goOn` after a while; the answer prevents that. @default such a refusal is as any other */
  readonly pause?: (goOn: () => void) => () => void
  /** @default a message on which the remote ends the link is sent again on every connection */
  readonly suspect?: SuspectOptions
  /** @default nobody is told */
  readonly setAside?: SetAside
}
