/** Writes a tree of texts in HOCON, each piece in a style that chance chooses among all that mean the same. */

export type Printable = string | readonly Printable[] | ReadonlyMap<string, Printable>

/** A number from 0 to below the bound. */
export type Choose = (bound: number) => number

/** Of NanoMQ's alphabet, and nothing that means more than its text. */
const word = /^[A-Za-z_][\w@-]*$/
const words = /^[A-Za-z_][\w@-]*(?: [A-Za-z_][\w@-]*)*$/
const units = /^(?:true|false|null|include)\b/

export class HoconPrinter {
  readonly #choose: Choose

  constructor (choose: Choose) {
    this.#choose = choose
  }

  file (root: ReadonlyMap<string, Printable>): string {
    const members = this.#members(root)
    return this.#one('', '\ufeff') + this.#space() + this.#one(members, `{${members}}`) + this.#space()
  }

  #one (...texts: readonly [string, ...string[]]): string {
    return texts[this.#choose(texts.length)] ?? texts[0]
  }

  #space (): string {
    return this.#one('', ' ', '\n', '\t\r\n', ' # {"\n', ' // }\n  ')
  }

  /** Between two members or elements; a line end is always enough. */
  #gap (): string {
    return this.#one('\n', ',', ' , ', '\n\n', ' #,\n', ',\n')
  }

  #members (object: ReadonlyMap<string, Printable>): string {
    const members = Array.from(object, ([key, value]) => this.#member(key, value))
    return this.#space() + members.join(this.#gap()) + this.#end(members.length)
  }

  #end (length: number): string {
    return this.#one('\n', ' ', length > 0 ? ',' : '\n') + this.#one('', '\n')
  }

  /** The path is that of a dotted key, with its last dot. */
  #member (key: string, value: Printable, path = ''): string {
    const name = path + this.#key(key)
    if (!(value instanceof Map)) return name + this.#separator() + this.#value(value, words)
    const entries = [...value as ReadonlyMap<string, Printable>]
    const [only] = entries
    if (entries.length === 1 && only !== undefined && this.#choose(3) === 0) return this.#member(...only, `${name}.`)
    if (entries.length > 1 && this.#choose(3) === 0) {
      // two blocks merge
      return [entries.slice(0, 1), entries.slice(1)].map(part => this.#block(path + this.#key(key), new Map(part))).join('\n')
    }
    return this.#block(name, value as ReadonlyMap<string, Printable>)
  }

  #block (name: string, object: ReadonlyMap<string, Printable>): string {
    return `${name}${this.#one('', ' ', '\n', this.#separator())}{${this.#members(object)}}`
  }

  #separator (): string {
    return this.#one('=', ' = ', ':', ': ', '\n=\n', ' = # =\n')
  }

  #key (key: string): string {
    return word.test(key) && !key.startsWith('include') && this.#choose(2) === 0 ? key : this.#quoted(key)
  }

  #value (value: Printable, unquoted: RegExp): string {
    if (typeof value === 'string') return this.#text(value, unquoted)
    if (value instanceof Map) return `{${this.#members(value as ReadonlyMap<string, Printable>)}}`
    const items = (value as readonly Printable[]).map(item => this.#value(item, word))
    return `[${this.#space()}${items.join(this.#one(this.#gap(), ' \t '))}${this.#end(items.length)}]`
  }

  #text (text: string, unquoted: RegExp): string {
    if (unquoted.test(text) && !units.test(text) && this.#choose(2) === 0) return text
    const characters = Array.from(text)
    if (characters.length < 2 || this.#choose(4) > 0) return this.#quoted(text)
    // parts that touch are one text, but an empty one and its neighbour's quote would be three quotes
    const cut = 1 + this.#choose(characters.length - 1)
    return this.#quoted(characters.slice(0, cut).join(''), false) + this.#quoted(characters.slice(cut).join(''), false)
  }

  #quoted (text: string, mayBeTriple = true): string {
    if (mayBeTriple && !text.includes('"""') && this.#choose(3) === 0) return `"""${text}"""`
    return `"${Array.from(text, character => this.#escaped(character)).join('')}"`
  }

  #escaped (character: string): string {
    if (character === '"' || character === '\\') return `\\${character}`
    if (this.#choose(8) > 0) return character
    return Array.from({ length: character.length }, (_, unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`).join('')
  }
}
