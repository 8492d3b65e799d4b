/**
 * Decides who may connect and what it may do, by users, rules, client certificates and the authorization server together.
 * One generation of all of them is one frozen object; a reload swaps the reference, and what connections hold is renewed.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AuthConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import { HttpAuthCounters } from '../../metrics/http-auth-counters.ts'
import type { TopicEntry } from '../../relay/relay.ts'
import { AccessRules } from './access.ts'
import type { AccessClass } from './access.ts'
import { HttpAuth } from './http-auth.ts'
import { HttpRights } from './http-rights.ts'
import { admit, certificateSuffices, identityOf, letsUnknownIn, refusal, serverOf } from './identification.ts'
import type { Entry, Generation } from './identification.ts'
import { keptSecret } from './kept-secret.ts'
import { Passwords, PasswordVerifier } from './passwords.ts'
import type { PasswordCounters } from './passwords.ts'
import type { Answer, AuthenticationExchange, Credentials, Gatekeeper, Rights } from './rights.ts'
import { SCRAM_SHA_256, ScramAuthentication } from './scram-authentication.ts'

export interface GatekeeperOptions {
  readonly logger: Logger
  readonly now?: () => number
  /** Where the secret for salts of SCRAM is kept; null, or left out: it lasts as long as the process. */
  readonly stateDir?: string | null
  readonly httpCounters?: HttpAuthCounters
}

export interface AuthCounters {
  allowed: number
  refused: number
  readonly passwords: PasswordCounters
}

export class AuthGatekeeper implements Gatekeeper {
  readonly #logger: Logger
  readonly #now: () => number
  readonly #verifier: PasswordVerifier
  readonly #entries = new WeakMap<Rights, Entry>()
  readonly #listeners = new Set<() => void>()
  #current: Generation
  #generation = 1
  readonly counters: AuthCounters
  /** Of all authorization servers that were configured so far. */
  readonly httpCounters: HttpAuthCounters

  /** @throws {AuthError} when users, rules or requests can not be compiled */
  constructor (config: AuthConfig, options: GatekeeperOptions) {
    this.#logger = options.logger
    this.#now = options.now ?? Date.now
    const { logger, stateDir = null } = options
    this.#verifier = new PasswordVerifier(this.#now, () => keptSecret(stateDir, logger))
    this.counters = { allowed: 0, refused: 0, passwords: this.#verifier.counters }
    this.httpCounters = options.httpCounters ?? new HttpAuthCounters()
    this.#current = this.#compile(config, null)
  }

  get denyAction (): 'ignore' | 'disconnect' { return this.#current.config.denyAction }

  get generation (): number { return this.#generation }

  async authenticate (credentials: Credentials): Promise<Answer> {
    const generation = this.#current
    const first = await this.#authenticate(generation, credentials)
    // users or rules may have been replaced while it waited
    const answer = first.allow && generation !== this.#current ? this.renew(first.rights) : first
    if (answer.allow) this.counters.allowed++
    else this.counters.refused++
    return answer
  }

  exchange (method: string): AuthenticationExchange | null {
    if (method !== SCRAM_SHA_256 || this.#current.passwords.size === 0) return null
    return new ScramAuthentication(() => this.#current.passwords, () => { this.counters.refused++ })
  }

  /**
   * Takes other users and rules. Nothing changes when they can not be compiled. Afterwards {@link generation} is higher, and
   * whoever holds rights exchanges them by {@link renew} and asks again for each subscription.
   * @throws {AuthError}
   */
  replace (config: AuthConfig): void {
    const previous = this.#current
    this.#current = this.#compile(config, previous)
    this.#generation++
    if (previous.http !== this.#current.http) previous.http?.close()
    for (const listener of this.#listeners) listener()
  }

  onReplaced (listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /**
   * Refuses where the connection would not be let in today: its user is gone or has another password, anonymous access was
   * taken away, or another server decides who may connect. The password is not at hand to be checked again.
   */
  renew (rights: Rights): Answer {
    const entry = this.#entries.get(rights)
    if (entry === undefined) return refusal(5, 'its rights are not of this gatekeeper')
    const now = this.#current
    const { username } = entry.who
    const stored = username === null ? null : now.passwords.storedOf(username)
    if (stored !== entry.stored) return refusal(4, 'its user was removed or got another password')
    if (stored === null && !(entry.byCertificate && certificateSuffices(now)) && !letsUnknownIn(now, username)) {
      return refusal(5, 'it has no user, and is not let in without one any more')
    }
    if (serverOf(now) !== null && serverOf(now) !== entry.askedOf) return refusal(5, 'another server decides now who may connect')
    return this.#grant(now, entry)
  }

  close (): void {
    this.#current.http?.close()
  }

  #compile (config: AuthConfig, previous: Generation | null): Generation {
    const passwords = new Passwords(config.users, this.#verifier)
    const rules = new AccessRules(config)
    const generation = Object.freeze({ config, passwords, rules, http: this.#serverFor(config, previous) })
    if (rules.namesUsers && passwords.size === 0 && serverOf(generation) === null) {
      this.#logger.warn({}, 'access rules name users, but no password is checked: a device can claim any name')
    }
    return generation
  }

  /** The same server keeps its connections and what it answered. */
  #serverFor (config: AuthConfig, previous: Generation | null): HttpAuth | null {
    if (config.http === null) return null
    if (previous !== null && previous.http !== null && isDeepStrictEqual(previous.config.http, config.http)) return previous.http
    return new HttpAuth(config.http, { logger: this.#logger, now: this.#now, counters: this.httpCounters })
  }

  async #authenticate (generation: Generation, who: Credentials): Promise<Answer> {
    const admitted = await admit(generation, who)
    if ('allow' in admitted) return admitted
    const verdict = await serverOf(generation)?.connect(who) ?? 'allow'
    if (verdict === 'deny') return refusal(5, 'the authorization server refused it')
    if (verdict === 'error') return refusal(3, 'the authorization server can not be asked')
    return this.#grant(generation, admitted)
  }

  #grant (generation: Generation, entry: Entry): Answer {
    const { rules, http, config } = generation
    const who = identityOf(entry)
    const refused = rules.refusal(who)
    if (refused !== null) return refusal(refused.of === 'clientid' ? 2 : 4, refused.reason)
    const rights = http === null || !http.asksTopics
      ? new RuleRights(rules.classFor(who))
      : new HttpRights({
        // without rules of its own the file leaves topics to the server, whatever `no_match` says
        access: rules.size === 0 ? null : rules.classFor(who),
        http,
        who: entry.who,
        remembered: config.cache.maxSize,
        now: this.#now
      })
    this.#entries.set(rights, entry)
    return { allow: true, rights }
  }
}

/** The rules of the file alone. */
class RuleRights implements Rights {
  readonly #access: AccessClass

  constructor (access: AccessClass) {
    this.#access = access
  }

  /** Where no rule speaks of topics their names are not decoded for it. */
  publish (entry: TopicEntry): boolean { return this.#access.publishAlways ?? this.#access.publish(entry.name) }
  subscribe (filter: string): boolean { return this.#access.subscribe(filter) }
  receive (topic: string): boolean { return this.#access.receive(topic) }
}
