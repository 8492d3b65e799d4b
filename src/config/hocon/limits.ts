/** How large a configuration may be. Generous for people, far below what would hold up the process. */

export interface HoconLimits {
  /** Bytes of one file. */
  readonly maxFileBytes: number
  /** Bytes of all files together, a file that is included twice counting twice; also the UTF-16 units of text that substitutions may expand to. */
  readonly maxTotalBytes: number
  /** Objects and arrays inside each other, those of dotted keys included. */
  readonly maxDepth: number
  /** Scalars, arrays and objects, those that substitutions repeat included. */
  readonly maxNodes: number
  /** UTF-16 units of a key with its dots. */
  readonly maxKeyLength: number
  /** Include directives followed, in all files. */
  readonly maxIncludes: number
  /** Files that include each other: NanoMQ's limit. */
  readonly maxIncludeDepth: number
  /** Warnings kept; the last one says that there were more. */
  readonly maxWarnings: number
}

export const defaultLimits: HoconLimits = {
  maxFileBytes: 1024 * 1024,
  maxTotalBytes: 4 * 1024 * 1024,
  maxDepth: 64,
  maxNodes: 50_000,
  maxKeyLength: 1024,
  maxIncludes: 256,
  maxIncludeDepth: 10,
  maxWarnings: 100
}
