/** What the coordinator asks of the processes it measures with, and what they answer, over Node's IPC channel. */
import type { HistogramRecord } from '../wire/histogram.ts'
import type { Workload } from '../wire/workload.ts'

/** Counts since the process began, except what describes the window since the last mark. */
export interface Snapshot {
  /** Microseconds of the common clock. */
  readonly at: number
  /** CPU time of this process, user and system, in microseconds. */
  readonly cpu: number
  readonly sent: number
  readonly acknowledged: number
  readonly unacknowledged: number
  readonly received: number
  readonly duplicates: number
  readonly reordered: number
  readonly foreign: number
  readonly bytes: number
  readonly links: number
  /** Connections lost without having been asked to. */
  readonly losses: number
  /** First thing that was not MQTT; null when all was. */
  readonly fault: string | null
  /** Longest time without an arrival since the mark, in microseconds. */
  readonly longestPause: number
  /** When the first and the last message since the mark arrived; 0: none did. */
  readonly firstArrival: number
  readonly lastArrival: number
}

interface Distributions {
  /** Arrival minus intended time since the mark. */
  readonly latency: HistogramRecord
  /** The p99 of each second of it. */
  readonly tails: readonly number[]
  /** The same of what is urgent; not part of the others. */
  readonly urgent: HistogramRecord
  /** How far behind its schedule the sender was since the mark. */
  readonly lateness: HistogramRecord
}

export interface Identity {
  readonly certificate: string
  readonly key: string
}

export interface Calls {
  /** Receiver: listens on loopback. */
  listen: { readonly asks: { readonly port: number, readonly run: number, readonly identity: Identity }, readonly answers: { readonly port: number } }
  /** Receiver: closes all connections and refuses new ones, until `back`. */
  away: { readonly asks: null, readonly answers: null }
  back: { readonly asks: null, readonly answers: null }
  /** Receiver: certificate of connections from now on. */
  present: { readonly asks: Identity, readonly answers: null }
  /** Receiver: closes the connections there are. */
  cut: { readonly asks: null, readonly answers: null }
  /** Receiver: handshakes completed so far. */
  handshakes: { readonly asks: null, readonly answers: number }
  /** Receiver: prepares messages for the target, towards its subscriptions. */
  prepare: { readonly asks: { readonly workload: Workload, readonly topicPrefix: string }, readonly answers: null }

  /** Generator: connects the publishers; over TLS to the receiver itself where `ca` is given. */
  connect: { readonly asks: ConnectRequest, readonly answers: null }
  /** Generator: connects subscribers; `stalled` ones stop reading once subscribed. */
  subscribe: { readonly asks: SubscribeRequest, readonly answers: null }
  /** Generator: connects the device whose messages are urgent; they go from `hurry` on. */
  urgent: { readonly asks: UrgentRequest, readonly answers: null }
  hurry: { readonly asks: null, readonly answers: null }
  /** Generator: closes all publishing connections at once and brings them back; answers the milliseconds that took. */
  storm: { readonly asks: null, readonly answers: number }

  start: { readonly asks: null, readonly answers: null }
  stop: { readonly asks: null, readonly answers: null }
  /** The longest time without an arrival since it was asked the last time, in microseconds. */
  pause: { readonly asks: null, readonly answers: number }
  /** Begins the measured window. */
  mark: { readonly asks: null, readonly answers: Snapshot }
  snapshot: { readonly asks: null, readonly answers: Snapshot }
  distributions: { readonly asks: null, readonly answers: Distributions }
}
export type CallName = keyof Calls

export interface ConnectRequest {
  readonly host: string
  readonly port: number
  readonly run: number
  readonly workload: Workload
  readonly topicPrefix: string
  /** PEM: speak TLS and trust this. */
  readonly ca: string | null
  /** Seconds in CONNECT. */
  readonly keepAlive: number
}

export type UrgentRequest = Omit<ConnectRequest, 'topicPrefix' | 'ca'>

export interface SubscribeRequest {
  readonly host: string
  readonly port: number
  readonly run: number
  readonly filter: string
  readonly qos: 0 | 1 | 2
  readonly count: number
  readonly stalled: boolean
  /** Whether what they get is what the run measures. */
  readonly counted: boolean
  readonly level: 4 | 5
}

/** Said by a process without being asked. */
export interface Announcement {
  readonly links: number
}

export type Question = { readonly [Name in CallName]: { readonly id: number, readonly call: Name, readonly asks: Calls[Name]['asks'] } }[CallName]
export type Answer = { readonly id: number, readonly answers: unknown } | { readonly id: number, readonly failed: string } | Announcement
