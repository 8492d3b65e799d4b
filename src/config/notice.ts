/** What reading a configuration tells its owner: a key, its place in the file, and one sentence with a remedy. */
import type { Place } from './hocon/tree.ts'

export interface Notice {
  /** Path of the key, such as `bridges.mqtt.north.forwards[0].qos`. */
  readonly path: string
  /** Of the key, or of the block that should hold it; null where nothing of it is in a file. */
  readonly place: Place | null
  /** Without the path, the place, or anything secret. */
  readonly message: string
  /** What to do about it; empty where the message says it all. */
  readonly hint: string
}

export function showPlace (place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}
