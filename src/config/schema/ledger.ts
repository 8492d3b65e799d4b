/** Collects everything there is to say about one file in one pass, so that an operator mends it in one go. */
import type { HoconNode, Place } from '../hocon/tree.ts'
import type { Notice } from '../notice.ts'

/** What becomes of a key. */
export type Fate = 'works' | 'no effect' | 'refused'

/** One key with the value in force. */
export interface Entry {
  readonly path: string
  /** As it would be written in a file; `***` for a secret. */
  readonly value: string
  /** null: nobody set it. */
  readonly place: Place | null
  readonly fate: Fate
}

/** Of each sort; what is beyond is only said to be there. */
const mostNotices = 500

function add (notices: Notice[], notice: Notice): void {
  if (notices.length < mostNotices) notices.push(notice)
  else if (notices.length === mostNotices) notices.push({ path: '', place: null, message: 'there are more of them than are shown', hint: '' })
}

export class Ledger {
  readonly #problems: Notice[] = []
  readonly #warnings: Notice[] = []
  readonly #advice: Notice[] = []
  readonly #refused = new Set<string>()
  readonly entries: Entry[] = []
  /** Relative paths in a file are meant from here. */
  readonly cwd: string
  readonly #overriding: readonly Place[]
  readonly #secretLines = new Set<string>()

  /** @param overriding where a value takes the place of one that another block gave to the same key */
  constructor (cwd: string, overriding: readonly Place[] = []) {
    this.cwd = cwd
    this.#overriding = overriding
  }

  /** The lines of this node are not to be shown: something in it is a secret, or nobody knows. */
  hide (node: HoconNode): void {
    if (node.kind === 'array') for (const item of node.items) this.hide(item)
    if (node.kind === 'object') for (const field of node.fields.values()) this.hide(field.value)
    if (node.kind !== 'scalar') return
    const { file, line } = node.place
    const lines = node.text.split('\n').length
    for (let i = 0; i < lines; i++) this.#secretLines.add(`${file}:${line + i}`)
  }

  isHidden ({ file, line }: Place): boolean {
    return this.#secretLines.has(`${file}:${line}`)
  }

  overrides (place: Place | null): boolean {
    return this.#overriding.some(each => each.file === place?.file && each.line === place.line && each.column === place.column)
  }

  get problems (): readonly Notice[] { return this.#problems }

  get warnings (): readonly Notice[] { return this.#warnings }

  /** What works and could be better. */
  get advice (): readonly Notice[] { return this.#advice }

  refuse (notice: Notice): void {
    this.#refused.add(notice.path)
    add(this.#problems, notice)
  }

  warn (notice: Notice): void {
    add(this.#warnings, notice)
  }

  advise (notice: Notice): void {
    add(this.#advice, notice)
  }

  hasProblemAt (path: string): boolean {
    return this.#refused.has(path)
  }

  /** Nobody reads on: what only helps to read is left out, so that a hostile file costs no more time than a broken one. */
  get isFull (): boolean { return this.#problems.length >= mostNotices }
}
