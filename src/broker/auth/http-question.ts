/**
 * Asks the authorization server one yes-or-no question. 200 is yes, 4xx is no, anything else is no answer: redirects, 5xx,
 * 408 and 429, a time-out, a broken connection. The body of the answer is thrown away, and no more of it read than a little.
 */
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { HttpAuthConfig, HttpTlsConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { statusOf } from '../../trust/http-status.ts'
import { VerifiedHttps } from '../../trust/verified-https.ts'
import type { FilledRequest } from './http-placeholders.ts'

export type HttpAnswer =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny' }
  /** The reason names neither the URL's query nor the body: they hold passwords. */
  | { readonly kind: 'error', readonly reason: string }

/** Questions that may wait for a connection, for each one of the pool. */
const WAITING_PER_CONNECTION = 32

export class HttpQuestions {
  readonly #plain: http.Agent
  readonly #secure: https.Agent
  readonly #config: HttpAuthConfig
  readonly #logger: Logger
  /** By their files: each request of `http_auth` may name others. */
  readonly #verified = new Map<string, VerifiedHttps>()
  #asking = 0

  constructor (config: HttpAuthConfig, logger: Logger) {
    this.#config = config
    this.#logger = logger
    const options = { keepAlive: true, maxSockets: config.poolSize, maxTotalSockets: config.poolSize }
    this.#plain = new http.Agent(options)
    this.#secure = new https.Agent({ ...options, minVersion: 'TLSv1.2' })
    for (const request of [config.auth, config.superuser, config.acl]) if (request !== null && request.tls !== null) this.#open(request.tls)
  }

  /** Never rejects. Answers within `timeout`, the wait for a free connection included. */
  ask (question: FilledRequest): Promise<HttpAnswer> {
    if (this.#asking >= this.#config.poolSize * WAITING_PER_CONNECTION) {
      return Promise.resolve({ kind: 'error', reason: 'too many questions wait for an answer' })
    }
    this.#asking++
    return this.#send(question).finally(() => { this.#asking-- })
  }

  close (): void {
    this.#plain.destroy()
    this.#secure.destroy()
    for (const each of this.#verified.values()) each.close()
  }

  async #send (question: FilledRequest): Promise<HttpAnswer> {
    const { timeoutMs, connectTimeoutMs } = this.#config
    try {
      const request = this.#request(question)
      request.on('socket', socket => limitConnecting(socket, connectTimeoutMs, error => request.destroy(error)))
      return answerOf(await statusOf(request, question.body, timeoutMs))
    } catch (error) {
      return { kind: 'error', reason: reasonOf(error) }
    }
  }

  #request (question: FilledRequest): http.ClientRequest {
    const headers = question.body === ''
      ? question.headers
      : { ...question.headers, 'content-length': String(Buffer.byteLength(question.body)) }
    const options = { method: question.method, headers: { ...headers } }
    return question.url.startsWith('https:')
      ? https.request(question.url, { ...options, agent: question.tls === null ? this.#secure : this.#open(question.tls).agent })
      : http.request(question.url, { ...options, agent: this.#plain })
  }

  #open (tls: HttpTlsConfig): VerifiedHttps {
    const key = JSON.stringify([tls.cacertfile, tls.certfile, tls.keyfile, tls.keyPassword])
    const known = this.#verified.get(key)
    if (known !== undefined) return known
    const { poolSize, connectTimeoutMs } = this.#config
    const opened = new VerifiedHttps({ files: tls, maxSockets: poolSize, connectTimeoutMs, logger: this.#logger.child({ server: 'http_auth' }) })
    this.#verified.set(key, opened)
    return opened
  }
}

function answerOf (status: number): HttpAnswer {
  if (status === 200) return { kind: 'allow' }
  const noJudgement = status === 408 || status === 429
  if (status >= 400 && status < 500 && !noJudgement) return { kind: 'deny' }
  return { kind: 'error', reason: `the server answered with status ${status}` }
}

function limitConnecting (socket: Socket, limitMs: number, fail: (error: Error) => void): void {
  if (!socket.connecting) return
  const timer = setTimeout(() => fail(new Error(`no connection within ${limitMs} ms`)), limitMs)
  const stop = (): void => clearTimeout(timer)
  socket.once('connect', stop)
  socket.once('close', stop)
}
