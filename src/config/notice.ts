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

/** In one line: `nanomq.conf:3:5: bridges.mqtt.north.qos: must be 0, 1 or 2. What to do.` */
export function showNotice ({ path, place, message, hint }: Notice): string {
  const parts = [place === null ? '' : showPlace(place), path, message].filter(part => part !== '')
  return parts.join(': ') + (hint === '' ? '' : `. ${hint}`)
}

/** In the order of the file; what is in different files stays as it came. */
export function inFileOrder<N extends Pick<Notice, 'place'>> (notices: readonly N[]): readonly N[] {
  return [...notices].sort(({ place: a }, { place: b }) => a === null || b === null || a.file !== b.file ? 0 : a.line - b.line || a.column - b.column)
}
