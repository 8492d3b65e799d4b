/** What the harness knows of a bridge it measures: how to configure and start it, and how one tells that it is ready. */

export interface ForwardRule {
  /** Local topics that go up. */
  readonly filter: string
  /** Put before the topic at the remote; empty: unchanged. */
  readonly prefix: string
  /** Where the target knows of priorities. */
  readonly priority: 'high' | null
}

/** The same for every target of a run. */
export interface TargetSetup {
  /** Its working directory, empty and its own. */
  readonly dir: string
  /** Listens on 127.0.0.1 here. */
  readonly port: number
  /** The receiver, TLS on 127.0.0.1. */
  readonly remotePort: number
  readonly caFile: string
  /** MQTT level the bridge speaks to the receiver. */
  readonly remoteLevel: 4 | 5
  readonly forwards: readonly ForwardRule[]
  readonly subscriptions: readonly { readonly filter: string, readonly qos: 0 | 1 | 2 }[]
  /** Unacknowledged messages towards the remote, where the target lets one say. */
  readonly inFlight: number
  /** Devices that will connect. */
  readonly connections: number
  /** What will wait while the remote is away; null: it stays. */
  readonly backlog: { readonly messages: number, readonly bytes: number } | null
  /** Largest packet, in bytes. */
  readonly maxPacket: number
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  /** Ready when it writes a line that matches; null: when its port accepts. */
  readonly readyLine: RegExp | null
  /** How it takes up a changed CA bundle. */
  readonly rotation: 'by itself' | 'restart'
  /** How it was set up, for the reader of a report. */
  readonly settings: readonly string[]
}

export interface Target {
  /** As asked for on the command line. */
  readonly label: string
  readonly version: string
  /** `process`: started here. `direct`: the generator itself writes to the remote. `external`: somebody else started it. */
  readonly kind: 'process' | 'direct' | 'external'
  /** Writes what the target reads and says how to start it. */
  prepare (setup: TargetSetup): Promise<Launch>
}
