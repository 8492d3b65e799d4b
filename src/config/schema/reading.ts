/**
 * One key of a file while it is read: where it is, what it is called, and where to tell what is odd about it.
 * Steps are the property names of the typed value, so that what zod finds by property is told by key and place.
 */
import type { HoconScalar, Place } from '../hocon/tree.ts'
import type { Ledger } from './ledger.ts'

/** What the readers need to know of a key beside its value. */
export interface About {
  readonly secret: boolean
  /** NanoMQ reads this key too, so a difference to it is worth a warning. */
  readonly nanomq: boolean
  /** What NanoMQ keeps when it ignores the value; empty: nothing. */
  readonly kept: string
}

const plain: About = { secret: false, nanomq: false, kept: '' }

export interface ReadingOptions {
  readonly ledger: Ledger
  /** Path of the key; empty for the whole file. */
  readonly path: string
  readonly place: Place | null
  /** False for a key that is not in the file; its place is that of the block that could hold it. */
  readonly given?: boolean
  readonly about?: About
  /** Of a named block: its name. */
  readonly name?: string
}

export class Reading {
  readonly ledger: Ledger
  readonly path: string
  readonly place: Place | null
  readonly given: boolean
  readonly about: About
  readonly name: string
  readonly #children = new Map<PropertyKey, Reading>()

  constructor ({ ledger, path, place, given = true, about = plain, name = '' }: ReadingOptions) {
    this.ledger = ledger
    this.path = path
    this.place = place
    this.given = given
    this.about = about
    this.name = name
  }

  /** The reading of a part. */
  step (property: PropertyKey, options: Omit<ReadingOptions, 'ledger'>): Reading {
    const child = new Reading({ ...options, ledger: this.ledger })
    this.#children.set(property, child)
    return child
  }

  /** The deepest part that was seen on this way. */
  find (steps: readonly PropertyKey[]): Reading {
    const [first, ...rest] = steps
    if (first === undefined) return this
    return this.#children.get(first)?.find(rest) ?? this
  }

  /** As {@link find}, for the words of the file: `ssl.cacertfile`. */
  named (key: string): Reading {
    const path = this.path === '' ? key : `${this.path}.${key}`
    const children = [...this.#children.values()]
    const around = children.find(child => path.startsWith(`${child.path}.`))
    return children.find(child => child.path === path) ?? around?.named(path.slice(around.path.length + 1)) ?? this
  }

  refuse (message: string, hint = ''): undefined {
    this.ledger.refuse({ path: this.path, place: this.place, message, hint })
  }

  warn (message: string, hint = ''): void {
    this.ledger.warn({ path: this.path, place: this.place, message, hint })
  }

  advise (message: string, hint = ''): void {
    this.ledger.advise({ path: this.path, place: this.place, message, hint })
  }

  /** The value is not what NanoMQ reads here, but what was meant is plain: taken, and said where the two differ. */
  lenient (written: string, used: string, nanomqReads = ''): void {
    if (!this.about.nanomq) return
    const there = nanomqReads === '' ? `ignores ${written}${this.#keeps()}` : `reads ${written} as ${nanomqReads}`
    this.warn(`NanoMQ ${there}; taken as ${this.about.secret ? 'written' : used}`)
  }

  /** The text of a scalar for a message; a secret stays one. */
  quote (scalar: HoconScalar): string {
    if (this.about.secret) return 'the value'
    return scalar.form === 'quoted' ? JSON.stringify(scalar.text) : scalar.text
  }

  /** Puts the value into the table of what is in force. */
  show (value: string): void {
    const shown = this.about.secret && value !== 'none' ? '***' : value
    this.ledger.entries.push({ path: this.path, value: shown, place: this.given ? this.place : null, fate: 'works' })
  }

  #keeps (): string {
    return this.about.kept === '' ? '' : ` and keeps ${this.about.kept}`
  }
}
