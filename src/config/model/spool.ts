/** The queue on disk; limits are those of one bridge. */
export interface SpoolConfig {
  /** Of all bridges; in a bridge's `spool` the bridge's own below it. */
  readonly dir: string
  /** `always`: synced before a device is acknowledged. `interval`: written before, synced every second. `never`: written before. */
  readonly fsync: 'always' | 'interval' | 'never'
  /** A message waits so long for the remote before it is written at all. */
  readonly spoolAfterMs: number
  readonly maxBytes: number
  readonly maxMessages: number
  /** Older messages are given up; 0: never. */
  readonly maxAgeMs: number
  /** The file system keeps so much free. */
  readonly minFreeBytes: number
  readonly onFull: 'backpressure' | 'drop_oldest' | 'drop_newest'
}
