/**
 * `http_auth`: who may connect, who is a superuser and who may use which topic, asked of a server over HTTP. Fails closed:
 * no answer is no, unless `on_error = cached` lets an earlier answer hold while the server can not be reached.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { HttpAuthConfig, HttpAuthRequest } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { HttpAuthCounters } from '../../metrics/http-auth-counters.ts'
import { AuthError, authErrorCodes } from './errors.ts'
import { BoundedMap } from './bounded-map.ts'
import { Access, fillRequest } from './http-placeholders.ts'
import type { FilledRequest } from './http-placeholders.ts'
import { HttpQuestions } from './http-question.ts'
import type { Credentials } from './rights.ts'

/** `error`: the server could not be asked, and nothing that holds is remembered. */
export type HttpVerdict = 'allow' | 'deny' | 'error'

/** Answers remembered over all devices. */
const MAX_REMEMBERED = 50_000
/** A refusal is asked again soon: somebody may just have put it right. */
const DENIAL_TTL_MS = 10_000
/** With `on_error = cached`: how old an answer may be that holds while the server can not be asked. */
const STALE_LIMIT_MS = 7 * 24 * 3_600_000

interface Remembered {
  readonly verdict: 'allow' | 'deny'
  readonly at: number
}

export interface HttpAuthOptions {
  readonly logger: Logger
  readonly now: () => number
  readonly counters: HttpAuthCounters
}

export class HttpAuth {
  readonly #config: HttpAuthConfig
  readonly #logger: Logger
  readonly #now: () => number
  readonly #questions: HttpQuestions
  readonly #key = randomBytes(32)
  readonly #remembered = new BoundedMap<Remembered>(MAX_REMEMBERED)
  readonly #underWay = new Map<string, Promise<HttpVerdict>>()
  #failing = false
  readonly counters: HttpAuthCounters

  /** @throws {AuthError} CW_AUTH_HTTP */
  constructor (config: HttpAuthConfig, options: HttpAuthOptions) {
    for (const request of [config.auth, config.superuser, config.acl]) if (request !== null) checkRequest(request)
    this.#config = config
    this.#logger = options.logger
    this.#now = options.now
    this.counters = options.counters
    this.#questions = new HttpQuestions(config, options.logger)
  }

  get asksWhoConnects (): boolean { return this.#config.auth !== null }

  /** Topics are a matter of the server's too. */
  get asksTopics (): boolean { return this.#config.acl !== null || this.#config.superuser !== null }

  /** A question about topics holds the password: it must be kept as long as the connection. */
  get needsPassword (): boolean {
    return [this.#config.acl, this.#config.superuser].some(request => Object.values(request?.params ?? {}).some(value => value.includes('%P')))
  }

  /** How long a verdict may be used without asking again, in milliseconds; 0: not at all. */
  ttlOf (verdict: HttpVerdict): number {
    if (verdict === 'error') return 0
    const ttl = this.#config.cacheTtlMs
    return verdict === 'allow' ? ttl : Math.min(ttl, DENIAL_TTL_MS)
  }

  /** May it connect? Never rejects. */
  connect (who: Credentials): Promise<HttpVerdict> {
    return this.#ask(this.#config.auth, who, Access.NONE, '')
  }

  /**
   * May it use the topic? A superuser may, whatever the topic; without `acl_req` nobody else may, as NanoMQ has it. Never rejects.
   */
  async topic (who: Credentials, access: Access, topic: string): Promise<HttpVerdict> {
    const { superuser, acl } = this.#config
    if (superuser !== null) {
      const verdict = await this.#ask(superuser, who, access, topic)
      if (verdict !== 'deny') return verdict
    }
    return acl === null ? 'deny' : await this.#ask(acl, who, access, topic)
  }

  close (): void {
    this.#questions.close()
  }

  async #ask (request: HttpAuthRequest | null, who: Credentials, access: Access, topic: string): Promise<HttpVerdict> {
    if (request === null) return 'allow'
    const filled = fillRequest(request, who, access, topic)
    const key = this.#keyOf(filled)
    const known = this.#remembered.get(key)
    if (known !== undefined && this.#now() - known.at < this.ttlOf(known.verdict)) {
      this.counters.remembered++
      return known.verdict
    }
    const underWay = this.#underWay.get(key)
    if (underWay !== undefined) return underWay
    const verdict = this.#send(filled, key, known).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, verdict)
    return verdict
  }

  async #send (filled: FilledRequest, key: string, known: Remembered | undefined): Promise<HttpVerdict> {
    this.counters.asked++
    const answer = await this.#questions.ask(filled)
    if (answer.kind === 'error') return this.#noAnswer(filled, answer.reason, known)
    this.#answered()
    if (answer.kind === 'allow') this.counters.allowed++
    else this.counters.denied++
    const keep = this.#config.cacheTtlMs > 0 || this.#config.onError === 'cached'
    if (keep) this.#remembered.set(key, { verdict: answer.kind, at: this.#now() })
    return answer.kind
  }

  #noAnswer (filled: FilledRequest, reason: string, known: Remembered | undefined): HttpVerdict {
    this.counters.errors++
    const stale = this.#config.onError === 'cached' && known !== undefined && this.#now() - known.at < STALE_LIMIT_MS
    if (!this.#failing) {
      this.#failing = true
      const meanwhile = this.#config.onError === 'cached' ? 'earlier answers hold' : 'devices are refused'
      this.#logger.warn({ server: withoutSecrets(filled.url), reason }, `authorization server can not be asked: ${meanwhile} until it answers`)
    }
    if (!stale) return 'error'
    this.counters.stale++
    return known.verdict
  }

  #answered (): void {
    if (!this.#failing) return
    this.#failing = false
    this.#logger.info({}, 'authorization server answers again')
  }

  /** The filled request holds the password: only a keyed digest of it is kept. */
  #keyOf (filled: FilledRequest): string {
    return createHmac('sha256', this.#key).update(JSON.stringify([filled.method, filled.url, filled.body])).digest('base64')
  }
}

function checkRequest (request: HttpAuthRequest): void {
  try {
    const { protocol } = new URL(request.url)
    if (protocol !== 'http:' && protocol !== 'https:') throw new Error('it is neither http: nor https:')
    for (const [name, value] of Object.entries(request.headers)) {
      validateHeaderName(name)
      validateHeaderValue(name, value)
    }
  } catch (error) {
    throw new AuthError(authErrorCodes.HTTP, `request of http_auth can not be made: ${withoutSecrets(request.url)}: ${reasonOf(error)}`, {
      hint: 'write a complete URL such as http://127.0.0.1:8991/mqtt/auth, and headers on one line each'
    })
  }
}

/** A URL for a log: its query and user part may be secret. */
function withoutSecrets (url: string): string {
  if (!URL.canParse(url)) return 'a URL that can not be read'
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
