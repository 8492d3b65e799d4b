/** What the page reads of the interface's answers and events. */

export interface Reason {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export type Tone = 'good' | 'warn' | 'bad' | 'quiet'

export interface BridgeStanding {
  readonly name: string
  readonly since: number
  readonly reason?: Reason
  readonly failures?: number
  readonly retryInMs?: number
}

export interface BridgeStatus extends BridgeStanding {
  readonly links: { readonly all: number, readonly up: number }
  readonly queued: number
  readonly queuedBytes: number
  /** Part of what may wait that the fullest queue has, 0 to 1. */
  readonly queueFill: number
  readonly inFlight: number
  readonly oldestMs: number
  /** null: nothing is kept on disk. */
  readonly diskBytes: number | null
  /** How many messages took up to each bound, in seconds, since the start; one more bucket for what took longer. */
  readonly latency: { readonly bounds: readonly number[], readonly counts: readonly number[] }
  readonly counters: Readonly<Record<string, number>>
}

export interface Bridge {
  readonly name: string
  /** To a local broker that is not ours. */
  readonly isLocal?: boolean
  readonly server: string
  readonly status: BridgeStatus
}

export interface Listener {
  readonly name: string
  readonly transport: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly connections: number
}

/** Of `GET api/v1/status`. */
export interface Status {
  readonly at: number
  readonly version: string
  readonly startedAt: number
  readonly ready: boolean
  readonly devices: number
  readonly receivedMessages: number
  readonly listeners: readonly Listener[]
  /** The link to a local broker that is not ours; null: there is a broker here. */
  readonly sidecar: Omit<Bridge, 'name' | 'isLocal'> | null
  readonly bridges: readonly Bridge[]
  readonly trust: readonly TrustStanding[]
}

export interface Outcome {
  readonly result: string
  readonly reason: string
  readonly at: number
}

export interface TrustStanding {
  readonly kind: string
  readonly name: string
  readonly generation: number
  readonly stage: string
  readonly since: number
  readonly candidate?: string
  readonly reason?: Reason
  readonly attempts?: number
  readonly retryInMs?: number
  readonly last: Outcome | null
}

export interface Step {
  readonly step: string
  readonly at: number
  readonly durationMs: number
  readonly generation: number
  readonly reason: string
  readonly times: number
}

/** Of `GET api/v1/trust`. */
export interface Trust extends TrustStanding {
  readonly history: readonly Step[]
}

/** Of `GET api/v1/certificates`. */
export interface Certificate {
  readonly owner: { readonly kind: string, readonly name: string }
  readonly kind: string
  readonly subject: string
  readonly file: string | null
  readonly notAfter: number
  readonly daysLeft: number
  /** The least threshold it is within; 0: it is over; null: it has time. */
  readonly withinMs: number | null
}

export type Happening = { readonly id: number, readonly at: number } & (
  | { readonly kind: 'bridge', readonly bridge: string, readonly state: BridgeStanding }
  | { readonly kind: 'trust', readonly trust: TrustStanding }
  | { readonly kind: 'drops', readonly bridge: string, readonly dropped: Readonly<Record<string, number>> }
)
