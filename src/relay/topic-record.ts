/** A {@link TopicEntry} with what keeps it current. One shape for every topic, valid or not. */
import type { Violation } from '../mqtt/violation.ts'
import type { TopicEntry } from './relay.ts'
import type { Route } from './route.ts'

const NOWHERE: readonly Route[] = Object.freeze([])

export class TopicRecord implements TopicEntry {
  readonly name: string
  /** The name as it came, in memory of its own. */
  readonly bytes: Buffer
  readonly fault: Violation | null
  readonly system: boolean
  routes = NOWHERE
  local = false
  /** Generation of the rules that `routes` came from; 0: never asked. */
  generation = 0
  /** Group of local interest, and its version when `local` was asked; -1: never asked. */
  readonly group: number
  version = -1
  /** Looked up since the cache's hand last came by. */
  used = false

  constructor (name: string, bytes: Buffer, fault: Violation | null, group: number) {
    this.name = name
    this.bytes = bytes
    this.fault = fault
    this.system = name.charCodeAt(0) === 0x24
    this.group = group
  }

  /** Is `bytes[start, end)` this name? From the end: names of one site begin alike. */
  isNamed (bytes: Buffer, start: number, end: number): boolean {
    const own = this.bytes
    if (own.length !== end - start) return false
    for (let i = own.length - 1; i >= 0; i--) if (own[i] !== bytes[start + i]) return false
    return true
  }

  get valid (): boolean { return this.fault === null }
  get bridged (): boolean { return this.routes.length !== 0 }
}
