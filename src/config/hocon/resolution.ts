/**
 * From what was written to what is meant: substitutions made, definitions of one key merged.
 * A name is looked for in the configuration, from its top, then in the environment. A value that names its own key means the earlier value of that
 * key; but `site = ${?SITE}`, where only case makes the names one, means the variable first. Nothing is resolved twice, and no chain is followed
 * deeper than the stack bears.
 */
import { Extents } from './extent.ts'
import { configCodes } from '../errors.ts'
import { joined } from './concatenation.ts'
import type { Appendix, Concatenation, Draft, DraftField, DraftObject, Substitution, TextPart } from './draft.ts'
import type { HoconArray, HoconField, HoconNode, HoconObject, HoconScalar, Place } from './tree.ts'
import type { Reading } from './reading.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Values that wait for each other; each costs a handful of stack frames. */
const maxPending = 256

export class Resolution {
  readonly #root: DraftObject
  readonly #environment: Environment
  readonly #reading: Reading
  readonly #extents: Extents
  /** What each field has come to; undefined: only absent optional substitutions. */
  readonly #resolved = new Map<DraftField, HoconNode | undefined>()
  /** The fields being resolved, innermost last, with what their earlier layers have come to. */
  readonly #pending = new Map<DraftField, HoconNode | undefined>()
  #innermost: DraftField | undefined
  #depth = 0

  constructor (root: DraftObject, environment: Environment, reading: Reading) {
    this.#root = root
    this.#environment = environment
    this.#reading = reading
    this.#extents = new Extents(reading)
  }

  root (): HoconObject {
    return this.#object(this.#root)
  }

  #node (draft: Draft): HoconNode | undefined {
    if (draft.kind === 'scalar') return draft
    if (++this.#depth > maxPending) this.#reading.exceed(draft.place, 'substitutions lead too deep')
    const node = draft.kind === 'object' ? this.#object(draft) : draft.kind === 'array' ? this.#array(draft.place, draft.items) : this.#concatenation(draft)
    this.#depth--
    return node
  }

  #object ({ place, fields }: DraftObject): HoconObject {
    const resolved = new Map<string, HoconField>()
    for (const [name, field] of fields) {
      const value = this.#field(field)
      if (value !== undefined) resolved.set(name, { key: field.key, place: field.place, value })
    }
    return this.#extents.check({ kind: 'object', place, fields: resolved })
  }

  #array (place: Place, drafts: readonly Draft[], before: readonly HoconNode[] = []): HoconArray {
    const items = [...before]
    for (const draft of drafts) {
      const item = this.#node(draft)
      if (item !== undefined) items.push(item)
    }
    return this.#extents.check({ kind: 'array', place, items })
  }

  #field (field: DraftField): HoconNode | undefined {
    if (this.#resolved.has(field)) return this.#resolved.get(field)
    const outer = this.#innermost
    let value: HoconNode | undefined
    for (const layer of field.layers) {
      this.#innermost = field
      this.#pending.set(field, value)
      value = this.#overlaid(value, layer)
    }
    this.#pending.delete(field)
    this.#innermost = outer
    this.#resolved.set(field, value)
    return value
  }

  #overlaid (earlier: HoconNode | undefined, layer: Draft | Appendix): HoconNode | undefined {
    if (layer.kind === 'appendix') return this.#appended(earlier, layer)
    const later = this.#node(layer)
    if (later === undefined) return earlier
    return earlier?.kind === 'object' && later.kind === 'object' ? this.#merged(earlier, later) : later
  }

  #appended (earlier: HoconNode | undefined, { place, items }: Appendix): HoconNode {
    if (earlier !== undefined && earlier.kind !== 'array') this.#reading.fail(place, 'only an array can be added to, and the key holds something else')
    if (earlier !== undefined) this.#extents.countCopies(earlier, earlier.items.length)
    return this.#array(earlier?.place ?? place, items, earlier?.items)
  }

  #merged (earlier: HoconObject, later: HoconObject): HoconObject {
    this.#extents.countCopies(later, earlier.fields.size + later.fields.size)
    const fields = new Map(earlier.fields)
    for (const [name, field] of later.fields) {
      const known = fields.get(name)?.value
      const both = known?.kind === 'object' && field.value.kind === 'object'
      fields.set(name, both ? { ...field, value: this.#merged(known, field.value) } : field)
    }
    return this.#extents.check({ kind: 'object', place: earlier.place, fields })
  }

  #concatenation ({ place, parts }: Concatenation): HoconNode | undefined {
    const [only] = parts
    if (parts.length === 1 && only?.kind === 'substitution') return this.#substituted(only)
    const texts: TextPart[] = []
    for (const part of parts) {
      const text = part.kind === 'text' ? part : this.#textOf(part)
      if (text === undefined) continue
      this.#extents.countText(place, text.text.length)
      texts.push(text)
    }
    return texts.length > 0 ? { kind: 'scalar', place, ...joined(texts) } : undefined
  }

  #textOf (substitution: Substitution): TextPart | undefined {
    const node = this.#substituted(substitution)
    if (node === undefined) return undefined
    if (node.kind !== 'scalar') this.#refuse(substitution, `stands for an ${node.kind}, which can not be part of a text`)
    return { kind: 'text', text: node.text, quoted: node.form === 'quoted' }
  }

  #substituted (substitution: Substitution): HoconNode | undefined {
    const node = this.#lookUp(substitution) ?? this.#fromEnvironment(substitution)
    if (node === undefined && !substitution.optional) {
      this.#refuse(substitution, 'has no value: no key and no environment variable has this name', `Define it, or write \${?${substitution.name}} where it may be absent.`)
    }
    return node
  }

  #lookUp (substitution: Substitution): HoconNode | undefined {
    const [first, ...rest] = substitution.path
    let field = this.#root.fields.get(first)
    while (field !== undefined && rest.length > 0) {
      const [layer] = field.layers
      if (field.layers.length > 1 || layer?.kind !== 'object') break
      // through an object that is written in one place, so that its other members may still be unresolved
      field = layer.fields.get(rest.shift() ?? '')
    }
    if (field === undefined) return undefined
    let node = this.#value(field, substitution)
    for (const name of rest) node = node?.kind === 'object' ? node.fields.get(name)?.value : undefined
    return node
  }

  #value (field: DraftField, substitution: Substitution): HoconNode | undefined {
    if (!this.#pending.has(field)) return this.#field(field)
    if (field === this.#innermost) return (spelled(field, substitution) ? undefined : this.#fromEnvironment(substitution)) ?? this.#pending.get(field)
    return this.#refuse(substitution, 'refers to itself, by way of other values')
  }

  #fromEnvironment ({ name, place }: Substitution): HoconScalar | undefined {
    const value = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined
    return value === undefined ? undefined : { kind: 'scalar', place, ...joined([{ kind: 'text', text: value, quoted: false }]) }
  }

  #refuse ({ place, name }: Substitution, what: string, hint = ''): never {
    this.#reading.fail(place, `\${${name}} ${what}`, { code: configCodes.substitution, hint })
  }
}

/** Whether a substitution names its own key letter for letter. */
function spelled (field: DraftField, { name }: Substitution): boolean {
  return name.endsWith(field.key)
}
