/**
 * Asks the authorization server one yes-or-no question. 200 is yes, 4xx is no, anything else is no answer: redirects, 5xx,
 * 408 and 429, a time-out, a broken connection. The body of the answer is thrown away, and no more of it read than a little.
 */
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { HttpAuthConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { FilledRequest } from './http-placeholders.ts'

export type HttpAnswer =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny' }
  /** The reason names neither the URL's query nor the body: they hold passwords. */
  | { readonly kind: 'error', readonly reason: string }

/** An answer's body beyond this costs its connection. */
const MAX_IGNORED_BODY = 64 * 1024
/** Questions that may wait for a connection, for each one of the pool. */
const WAITING_PER_CONNECTION = 32

export class HttpQuestions {
  readonly #plain: http.Agent
  readonly #secure: https.Agent
  readonly #config: HttpAuthConfig
  #asking = 0

  constructor (config: HttpAuthConfig) {
    this.#config = config
    const options = { keepAlive: true, maxSockets: config.poolSize, maxTotalSockets: config.poolSize }
    this.#plain = new http.Agent(options)
    this.#secure = new https.Agent({ ...options, minVersion: 'TLSv1.2' })
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
  }

  #send (question: FilledRequest): Promise<HttpAnswer> {
    return new Promise(resolve => {
      let request: http.ClientRequest
      try {
        request = this.#request(question)
      } catch (error) {
        resolve({ kind: 'error', reason: reasonOf(error) })
        return
      }
      const fail = (reason: string): void => {
        resolve({ kind: 'error', reason })
        request.destroy()
      }
      const overall = setTimeout(() => fail(`no answer within ${this.#config.timeoutMs} ms`), this.#config.timeoutMs)
      request.on('socket', socket => limitConnecting(socket, this.#config.connectTimeoutMs, fail))
      request.on('error', error => fail(reasonOf(error)))
      request.on('close', () => {
        clearTimeout(overall)
        fail('the connection ended without an answer')
      })
      request.on('response', response => {
        resolve(answerOf(response.statusCode ?? 0))
        ignoreBody(response)
      })
      request.end(question.body)
    })
  }

  #request (question: FilledRequest): http.ClientRequest {
    const secure = question.url.startsWith('https:')
    const headers = question.body === ''
      ? question.headers
      : { ...question.headers, 'content-length': String(Buffer.byteLength(question.body)) }
    const options = { method: question.method, headers: { ...headers } }
    return secure
      ? https.request(question.url, { ...options, agent: this.#secure })
      : http.request(question.url, { ...options, agent: this.#plain })
  }
}

function answerOf (status: number): HttpAnswer {
  if (status === 200) return { kind: 'allow' }
  const noJudgement = status === 408 || status === 429
  if (status >= 400 && status < 500 && !noJudgement) return { kind: 'deny' }
  return { kind: 'error', reason: `the server answered with status ${status}` }
}

function limitConnecting (socket: Socket, limitMs: number, fail: (reason: string) => void): void {
  if (!socket.connecting) return
  const timer = setTimeout(() => fail(`no connection within ${limitMs} ms`), limitMs)
  const stop = (): void => clearTimeout(timer)
  socket.once('connect', stop)
  socket.once('close', stop)
}

function ignoreBody (response: http.IncomingMessage): void {
  let seen = 0
  response.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > MAX_IGNORED_BODY) response.destroy()
  })
  response.on('error', () => {})
}
