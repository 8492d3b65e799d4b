/**
 * A {@link TopicEntry} with what keeps it current. One shape for every topic, valid or not. One that is not kept in the cache is
 * made for one message, and decodes its name only for who asks. HOT.
 */
import type { Violation } from '../mqtt/violation.ts'
import type { DirectWay } from './direct-way.ts'
import type { TopicEntry } from './relay.ts'
import type { Route } from './route.ts'
import { topicKey } from './topic-key.ts'

const NOWHERE: readonly Route[] = Object.freeze([])
const NOTHING = Buffer.alloc(0)
const DOLLAR = 0x24
const ASCII = /^[\0-\x7f]*$/

export class TopicRecord implements TopicEntry {
  /** The name's bytes as latin1 text; empty before {@link keep}. */
  key = ''
  readonly fault: Violation | null
  readonly system: boolean
  routes = NOWHERE
  local = false
  direct: DirectWay | null = null
  /** Generation of the rules that `routes` came from; 0: never asked. */
  generation = 0
  /** Group of local interest, and its version when `local` was asked; -1: never asked. */
  readonly group: number
  version = -1
  /** Where the name stands, until {@link keep}. */
  #bytes: Buffer
  readonly #start: number
  readonly #end: number
  #name: string | null = null

  /** Of the name in `bytes[start, end)`. */
  constructor (bytes: Buffer, start: number, end: number, fault: Violation | null, group: number) {
    this.fault = fault
    this.system = bytes[start] === DOLLAR && fault === null
    this.group = group
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  get name (): string {
    this.#name ??= this.#decode()
    return this.#name
  }

  get valid (): boolean { return this.fault === null }
  get bridged (): boolean { return this.routes.length !== 0 }

  /** It outlives its message: from here on it holds nothing of the chunk that the name came in. */
  keep (): this {
    this.key = topicKey(this.#bytes, this.#start, this.#end)
    this.#bytes = NOTHING
    return this
  }

  #decode (): string {
    if (this.fault !== null) return ''
    if (this.#bytes !== NOTHING) return this.#bytes.toString('utf8', this.#start, this.#end)
    return ASCII.test(this.key) ? this.key : Buffer.from(this.key, 'latin1').toString()
  }
}
