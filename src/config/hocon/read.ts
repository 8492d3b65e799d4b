/**
 * Reads a configuration in HOCON, a superset of what NanoMQ reads: docs/reference/hocon.md says what is accepted and where it differs.
 * Files are read and nothing else is done: nothing is executed, fetched or written.
 */
import { resolve } from 'node:path'
import { Block } from './block.ts'
import { ConfigError, configCodes } from '../errors.ts'
import { Inclusion } from './inclusion.ts'
import { Reading } from './reading.ts'
import { Resolution } from './resolution.ts'
import { readFirst } from './include-file.ts'
import { decodeText, soundText } from './text.ts'
import { defaultLimits } from './limits.ts'
import { reasonOf } from '../../errors.ts'
import type { DraftObject } from './draft.ts'
import type { Environment } from './resolution.ts'
import type { FileContent } from './include-file.ts'
import type { HoconLimits } from './limits.ts'
import type { HoconObject, Place } from './tree.ts'
import type { HoconWarning } from './reading.ts'
import type { Source } from './source.ts'

export { ConfigSyntaxError } from './syntax-error.ts'

export interface HoconOptions {
  /** Relative names of files are looked for from here first. */
  readonly cwd: string
  /** Where `${NAME}` is looked for when no key has the name. */
  readonly environment: Environment
  readonly limits?: Partial<HoconLimits>
}

export interface HoconTextOptions extends HoconOptions {
  /** What the text is called in places; includes are looked for beside it. */
  readonly file: string
}

export interface HoconDocument {
  readonly root: HoconObject
  /** All files read, absolute, for watching. */
  readonly files: readonly string[]
  readonly warnings: readonly HoconWarning[]
  /** The line of a place with a caret under its column, secrets masked; empty for a place that is not of this document. */
  readonly excerpt: (place: Place) => string
}

/** @throws ConfigError (CW_CONFIG_UNREADABLE) without the file; ConfigSyntaxError when it or what it includes can not be understood. */
export function readHoconFile (file: string, options: HoconOptions): HoconDocument {
  const reading = new Reading({ ...defaultLimits, ...options.limits })
  const content = readRoot(resolve(options.cwd, file), reading.limits.maxFileBytes)
  reading.countBytes(startOf(file), content.bytes.length)
  reading.files.add(content.path)
  return understand(reading, reading.open(file, content.path, decodeText(content.bytes)), content.identity, options)
}

/** @throws ConfigSyntaxError when the text or what it includes can not be understood. */
export function readHoconText (text: string, { file, ...options }: HoconTextOptions): HoconDocument {
  const reading = new Reading({ ...defaultLimits, ...options.limits })
  reading.countBytes(startOf(file), Buffer.byteLength(text))
  return understand(reading, reading.open(file, resolve(options.cwd, file), soundText(text)), '', options)
}

function startOf (file: string): Place {
  return { file, line: 1, column: 1 }
}

function readRoot (path: string, maxBytes: number): FileContent {
  const detail = { hint: 'Check the path given with --conf and its permissions.' }
  try {
    const content = readFirst([path], maxBytes)
    if (content !== undefined) return content
  } catch (error) {
    throw new ConfigError(configCodes.unreadable, `can not read the configuration ${path}: ${reasonOf(error)}`, { ...detail, cause: error })
  }
  throw new ConfigError(configCodes.unreadable, `there is no configuration ${path}`, detail)
}

function understand (reading: Reading, source: Source, identity: string, { cwd, environment }: HoconOptions): HoconDocument {
  const draft: DraftObject = { kind: 'object', place: source.placeAt(0), fields: new Map() }
  new Inclusion(reading, cwd).parse(source, new Block(draft, 0, reading), [identity])
  const root = new Resolution(draft, environment, reading).root()
  return { root, files: [...reading.files], warnings: reading.warnings, excerpt: place => reading.excerpt(place) }
}
