/**
 * `acl.rules`, compiled. For a connection only the rules whose conditions hold for it are left; connections with the same
 * rules left share one {@link AccessClass} and what it remembers. Rules are asked in order and the first that speaks of
 * the action and the topic decides; `no_match` decides when none does.
 */
import { BlockList, isIP } from 'node:net'
import type { AclRule, AuthConfig, Permit } from '../../config/model.ts'
import { AuthError, authErrorCodes } from './errors.ts'
import { BoundedMap } from './bounded-map.ts'
import { isLiteralLevel, TopicPattern, usesClientId, usesUsername } from './topic-pattern.ts'
import type { Names } from './topic-pattern.ts'

export type Action = 'publish' | 'subscribe'

/** What rules ask of a connection. */
export interface Identity extends Names {
  readonly address: string
}

/** Longer topics are decided each time, so that the memory of a class is bounded in bytes too. */
const MAX_REMEMBERED_TOPIC = 512
/** Classes that connections can share; beyond it they are only not shared any more. */
const MAX_CLASSES = 1024
const ANYBODY = '#'

interface Rule {
  readonly config: AclRule
  readonly holds: (who: Identity) => boolean
  readonly personal: boolean
}

interface Verdict {
  readonly permit: Permit
  /** null: any topic. */
  readonly patterns: readonly TopicPattern[] | null
}

export class AccessRules {
  readonly #rules: readonly Rule[]
  readonly #noMatch: Permit
  readonly #remembered: number
  readonly #classes: BoundedMap<AccessClass>
  /** The first rule that uses each placeholder; null when none does. */
  readonly #usesUsername: AclRule | null
  readonly #usesClientId: AclRule | null

  /** @throws {AuthError} CW_AUTH_RULE */
  constructor (config: Pick<AuthConfig, 'rules' | 'noMatch' | 'cache'>) {
    this.#rules = config.rules.map(compileConditions)
    this.#noMatch = config.noMatch
    this.#remembered = config.cache.maxSize
    this.#classes = new BoundedMap(MAX_CLASSES)
    this.#usesUsername = config.rules.find(rule => rule.topics.some(usesUsername)) ?? null
    this.#usesClientId = config.rules.find(rule => rule.topics.some(usesClientId)) ?? null
  }

  get size (): number { return this.#rules.length }

  /** A rule speaks of user names: they mean something only when they are verified. */
  get namesUsers (): boolean {
    return this.#usesUsername !== null || this.#rules.some(({ config }) => config.username !== null && config.username !== ANYBODY)
  }

  /**
   * Why this connection can not be judged by the rules; null when it can. A name with `+`, `#` or `/` in the place of `%u`
   * or `%c` would reach topics the rule does not mean.
   */
  refusal (who: Names): { readonly of: 'username' | 'clientid', readonly reason: string } | null {
    if (this.#usesUsername !== null && !isLiteralLevel(who.username ?? '')) {
      return { of: 'username', reason: `user name holds + # or /, and the access rule at ${this.#usesUsername.place} puts it into a topic` }
    }
    if (this.#usesClientId !== null && !isLiteralLevel(who.clientId)) {
      return { of: 'clientid', reason: `client identifier holds + # or /, and the access rule at ${this.#usesClientId.place} puts it into a topic` }
    }
    return null
  }

  /** The rules that are left for this connection. */
  classFor (who: Identity): AccessClass {
    const left = this.#rules.filter(rule => rule.holds(who))
    if (left.some(rule => rule.personal)) return this.#compile(left, who)
    const key = left.map(rule => this.#rules.indexOf(rule)).join()
    const known = this.#classes.get(key)
    if (known !== undefined) return known
    const made = this.#compile(left, who)
    this.#classes.set(key, made)
    return made
  }

  #compile (left: readonly Rule[], who: Identity): AccessClass {
    const of = (action: Action): Decisions => new Decisions(verdictsFor(action, left, who), this.#noMatch, this.#remembered)
    return new AccessClass(of('publish'), of('subscribe'))
  }
}

/** What connections with the same rules may do. Synchronous. */
export class AccessClass {
  readonly #publish: Decisions
  readonly #subscribe: Decisions

  constructor (publish: Decisions, subscribe: Decisions) {
    this.#publish = publish
    this.#subscribe = subscribe
  }

  /** Its answer to {@link publish} where that is the same for every topic; null otherwise. */
  get publishAlways (): boolean | null { return this.#publish.always }

  publish (topic: string): boolean { return this.#publish.decide(topic) }

  /** A filter is decided by the first rule that covers all it matches: one that only overlaps does not speak of it. */
  subscribe (filter: string): boolean { return this.#subscribe.decide(withoutGroup(filter)) }

  /** A denied subtree stays hidden from a subscriber whose filter reaches further. */
  receive (topic: string): boolean { return this.#subscribe.decide(topic) }
}

class Decisions {
  readonly #verdicts: readonly Verdict[]
  readonly #noMatch: boolean
  /** The answer when it is the same for every topic; null otherwise. */
  readonly always: boolean | null
  readonly #known: BoundedMap<boolean>

  constructor (verdicts: readonly Verdict[], noMatch: Permit, remembered: number) {
    this.#verdicts = verdicts
    this.#noMatch = noMatch === 'allow'
    const last = verdicts.find(verdict => verdict.patterns === null)?.permit ?? noMatch
    this.always = verdicts.every(verdict => verdict.permit === last) ? last === 'allow' : null
    this.#known = new BoundedMap(remembered)
  }

  decide (topic: string): boolean {
    if (this.always !== null) return this.always
    const known = this.#known.get(topic)
    if (known !== undefined) return known
    const decided = this.#evaluate(topic.split('/'))
    if (topic.length <= MAX_REMEMBERED_TOPIC) this.#known.set(topic, decided)
    return decided
  }

  #evaluate (levels: readonly string[]): boolean {
    for (const { permit, patterns } of this.#verdicts) {
      if (patterns === null || patterns.some(pattern => pattern.covers(levels))) return permit === 'allow'
    }
    return this.#noMatch
  }
}

function verdictsFor (action: Action, left: readonly Rule[], who: Identity): readonly Verdict[] {
  const verdicts: Verdict[] = []
  for (const { config } of left) {
    if (config.action !== 'pubsub' && config.action !== action) continue
    if (config.topics.length === 0) {
      verdicts.push({ permit: config.permit, patterns: null })
      break // nothing gets past it
    }
    const patterns = config.topics.map(topic => TopicPattern.compile(topic, who)).filter(pattern => pattern !== null)
    if (patterns.length > 0) verdicts.push({ permit: config.permit, patterns })
  }
  return verdicts
}

function compileConditions (config: AclRule): Rule {
  const conditions: ((who: Identity) => boolean)[] = []
  const { username, clientid, ipaddr } = config
  if (username !== null) conditions.push(username === ANYBODY ? always : who => who.username === username)
  if (clientid !== null) conditions.push(clientid === ANYBODY ? always : who => who.clientId === clientid)
  if (ipaddr !== null) conditions.push(ipaddr === ANYBODY ? always : addressTest(ipaddr, config.place))
  const holds = conditions.length === 0
    ? always
    : config.combine === 'and'
      ? (who: Identity) => conditions.every(condition => condition(who))
      : (who: Identity) => conditions.some(condition => condition(who))
  return { config, holds, personal: config.topics.some(topic => usesUsername(topic) || usesClientId(topic)) }
}

function always (): boolean {
  return true
}

/** `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`. */
function addressTest (text: string, place: string): (who: Identity) => boolean {
  const [address = '', prefix] = text.split('/')
  const family = isIP(address)
  const bits = family === 6 ? 128 : 32
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (family === 0 || length < 0 || length > bits) {
    throw new AuthError(authErrorCodes.RULE, `${place}: ipaddr of the access rule is no address: ${text}`, {
      hint: 'write an IPv4 or IPv6 address, a network such as 192.0.2.0/24, or # for any'
    })
  }
  const list = new BlockList()
  list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
  return who => {
    const peer = plainAddress(who.address)
    const kind = isIP(peer)
    return kind !== 0 && list.check(peer, kind === 6 ? 'ipv6' : 'ipv4')
  }
}

/** An IPv4 peer of a dual-stack socket is the IPv4 peer; a zone is no part of an address. */
function plainAddress (address: string): string {
  const bare = address.split('%')[0] ?? ''
  return bare.toLowerCase().startsWith('::ffff:') && bare.includes('.') ? bare.slice('::ffff:'.length) : bare
}

/** `$share/group/filter` asks for `filter`. */
function withoutGroup (filter: string): string {
  if (!filter.startsWith('$share/')) return filter
  const slash = filter.indexOf('/', '$share/'.length)
  return slash < 0 ? filter : filter.slice(slash + 1)
}
