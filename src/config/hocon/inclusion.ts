/** Parses a text with all it includes into one draft, as if the included members stood where the directive stands. */
import { configCodes } from '../errors.ts'
import { Cursor } from './cursor.ts'
import { Parser } from './parser.ts'
import { candidates, readFirst } from './include-file.ts'
import { decodeText } from './text.ts'
import { reasonOf } from '../../errors.ts'
import type { Block } from './block.ts'
import type { FileContent } from './include-file.ts'
import type { IncludeDirective } from './include-directive.ts'
import type { Reading } from './reading.ts'
import type { Source } from './source.ts'

const code = configCodes.include

export class Inclusion {
  readonly #reading: Reading
  readonly #cwd: string
  #followed = 0

  constructor (reading: Reading, cwd: string) {
    this.#reading = reading
    this.#cwd = cwd
  }

  /** The chain holds the identities of the files that are being read, outermost first, this one last. */
  parse (source: Source, into: Block, chain: readonly string[]): void {
    const follow = (directive: IncludeDirective, block: Block) => this.#follow(directive, block, source, chain)
    new Parser(new Cursor(source, this.#reading), follow).file(into)
  }

  #follow (directive: IncludeDirective, into: Block, from: Source, chain: readonly string[]): void {
    const { limits } = this.#reading
    if (++this.#followed > limits.maxIncludes) this.#reading.exceed(directive.place, `more than ${limits.maxIncludes} includes`)
    if (chain.length > limits.maxIncludeDepth) this.#reading.exceed(directive.place, `files that include each other more than ${limits.maxIncludeDepth} deep`)
    const content = this.#find(directive, from, into.root)
    if (content === undefined) return
    if (chain.includes(content.identity)) this.#reading.fail(directive.place, `${directive.file} is included while it is being read`, { code, hint: 'Break the circle of includes.' })
    this.#reading.countBytes(directive.place, content.bytes.length)
    this.#reading.files.add(content.path)
    const source = this.#reading.open(directive.file, content.path, decodeText(content.bytes), directive.secret)
    this.parse(source, into, [...chain, content.identity])
  }

  /**
   * A file that is there and can not be read is an error even where it may be missing: what it holds may be the access rules. Where it
   * holds nothing else, in `auth`, it may not be missing either: without it everybody would be let in.
   */
  #find ({ file, place, required }: IncludeDirective, from: Source, root: string): FileContent | undefined {
    const paths = candidates(file, this.#cwd, from.path)
    let content: FileContent | undefined
    try {
      content = readFirst(paths, this.#reading.limits.maxFileBytes)
    } catch (error) {
      this.#reading.fail(place, `can not include ${file}: ${reasonOf(error)}`, { code, cause: error, hint: 'Check the permissions of the file.' })
    }
    if (content !== undefined) return content
    const what = `the included file ${file} does not exist (looked for: ${paths.join(', ')})`
    if (required) this.#reading.fail(place, what, { code, hint: 'Create the file, or leave out required( ) if the configuration is good without it.' })
    if (root === 'auth') this.#reading.fail(place, what, { code, hint: 'It holds users or access rules, without which devices would have rights that they should not. Create the file, or remove the include.' })
    this.#reading.warn(place, what)
    return undefined
  }
}
