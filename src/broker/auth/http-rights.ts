/**
 * Rights of one connection where the authorization server is asked about topics: the rules of the file must allow it, and
 * then the server. What is known is answered at once.
 */
import type { TopicEntry } from '../../relay/relay.ts'
import type { AccessClass } from './access.ts'
import { BoundedMap } from './bounded-map.ts'
import type { HttpAuth } from './http-auth.ts'
import { Access } from './http-placeholders.ts'
import type { Credentials, Rights } from './rights.ts'

interface Known {
  readonly allow: boolean
  readonly until: number
}

export interface HttpRightsOptions {
  /** null: the server alone decides. */
  readonly access: AccessClass | null
  readonly http: HttpAuth
  readonly who: Credentials
  /** Topics remembered for this connection. */
  readonly remembered: number
  readonly now: () => number
}

export class HttpRights implements Rights {
  readonly #access: AccessClass | null
  readonly #http: HttpAuth
  readonly #who: Credentials
  readonly #now: () => number
  readonly #known: BoundedMap<Known>

  constructor (options: HttpRightsOptions) {
    this.#access = options.access
    this.#http = options.http
    this.#who = options.who
    this.#now = options.now
    this.#known = new BoundedMap(options.remembered)
  }

  publish (entry: TopicEntry): boolean | Promise<boolean> {
    const topic = entry.name
    if (this.#access?.publish(topic) === false) return false
    const known = this.#known.get(topic)
    if (known !== undefined && known.until > this.#now()) return known.allow
    return this.#ask(Access.PUBLISH, topic)
  }

  subscribe (filter: string): boolean | Promise<boolean> {
    return this.#access?.subscribe(filter) !== false && this.#ask(Access.SUBSCRIBE, filter)
  }

  /** By the rules alone: the server has allowed the filter, and can not be asked about each message. */
  receive (topic: string): boolean {
    return this.#access?.receive(topic) !== false
  }

  async #ask (access: Access, topic: string): Promise<boolean> {
    const verdict = await this.#http.topic(this.#who, access, topic)
    const allow = verdict === 'allow'
    const ttl = this.#http.ttlOf(verdict)
    if (access === Access.PUBLISH && ttl > 0) this.#known.set(topic, { allow, until: this.#now() + ttl })
    return allow
  }
}
