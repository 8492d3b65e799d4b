/**
 * One URL that is told things by POST. By https only what the named CA file proves is talked to, and nothing is said before that. Redirects
 * are not followed, and of an answer only its status is looked at.
 */
import http from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { EndpointConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import { dialVerified } from '../trust/dial.ts'
import { HandshakeError } from '../trust/errors.ts'
import { createTrustSnapshot, type TrustSnapshot } from '../trust/snapshot.ts'
import { signatureOf } from './signature.ts'

export type PostOutcome =
  | { readonly kind: 'taken' }
  /** The receiver does not want it, and would not want it later. */
  | { readonly kind: 'refused', readonly reason: string }
  /** It may be taken later. */
  | { readonly kind: 'failed', readonly reason: string }

/** An answer's body beyond this costs its connection. */
const MOST_IGNORED_BYTES = 64 * 1024

export class Endpoint {
  readonly #config: EndpointConfig
  readonly #url: URL
  readonly #agent: http.Agent
  readonly #closing = new AbortController()
  #snapshot: TrustSnapshot | null = null

  constructor (config: EndpointConfig) {
    this.#config = config
    this.#url = new URL(config.url)
    const options = { keepAlive: true, maxSockets: config.poolSize, maxTotalSockets: config.poolSize }
    this.#agent = config.tls === null ? new http.Agent(options) : new VerifiedAgent(options, async () => this.#dial())
  }

  /** Reads the files of `ssl`. @throws TrustError when they can not be used */
  async open (): Promise<void> {
    if (this.#config.tls !== null) this.#snapshot = await createTrustSnapshot(this.#config.tls, 1)
  }

  close (): void {
    this.#closing.abort()
    this.#agent.destroy()
  }

  /** Never rejects. Settles within `cancel_timeout`. */
  async post (body: Buffer): Promise<PostOutcome> {
    return new Promise(resolve => {
      const request = this.#request(body)
      const fail = (reason: string): void => {
        resolve({ kind: 'failed', reason })
        request.destroy()
      }
      const overall = setTimeout(() => fail(`no answer within ${this.#config.timeoutMs} ms`), this.#config.timeoutMs)
      request.on('error', error => {
        if (error instanceof HandshakeError) void this.#reread()
        fail(reasonOf(error))
      })
      request.on('close', () => {
        clearTimeout(overall)
        fail('the connection ended without an answer')
      })
      request.on('response', response => {
        resolve(outcomeOf(response.statusCode ?? 0))
        ignoreBody(response)
      })
      request.end(body)
    })
  }

  #request (body: Buffer): http.ClientRequest {
    const { headers, secret } = this.#config
    const { pathname, search, host } = this.#url
    return http.request({
      method: 'POST',
      agent: this.#agent,
      host: this.#host,
      port: this.#port,
      path: `${pathname}${search}`,
      headers: {
        'content-type': 'application/json',
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        host,
        'content-length': String(body.length),
        ...(secret === null ? {} : signatureOf(body, secret))
      }
    })
  }

  /** IPv6 without its brackets. */
  get #host (): string { return this.#url.hostname.replace(/^\[|\]$/g, '') }
  get #port (): number { return this.#url.port === '' ? this.#url.protocol === 'https:' ? 443 : 80 : Number(this.#url.port) }

  async #dial (): Promise<Socket> {
    if (this.#snapshot === null) throw new Error('the endpoint is not open')
    const { timeoutMs } = this.#config
    return dialVerified({
      host: this.#host,
      port: this.#port,
      servername: null,
      snapshot: this.#snapshot,
      connectTimeoutMs: timeoutMs,
      handshakeTimeoutMs: timeoutMs,
      signal: this.#closing.signal,
      nodelay: true,
      keepalive: true,
      localAddress: null
    })
  }

  /** The files may have been renewed, as the receiver's certificate was; where they can not be used, those of before serve. */
  async #reread (): Promise<void> {
    if (this.#config.tls === null || this.#closing.signal.aborted) return
    this.#snapshot = await createTrustSnapshot(this.#config.tls, (this.#snapshot?.generation ?? 0) + 1).catch(() => this.#snapshot)
  }
}

type CreationCall = (error: Error | null, socket: Duplex) => void

/** Its connections are made elsewhere, verified, and then kept for more requests. */
class VerifiedAgent extends http.Agent {
  readonly #dial: () => Promise<Socket>

  constructor (options: http.AgentOptions, dial: () => Promise<Socket>) {
    super(options)
    this.#dial = dial
  }

  // Node waits for the call where nothing is returned
  override createConnection (_options: http.ClientRequestArgs, call: CreationCall = () => {}): undefined {
    this.#dial().then(socket => call(null, socket), (error: unknown) => {
      const failed = call as (error: Error) => void // there is no socket then
      failed(error instanceof Error ? error : new Error(String(error)))
    })
  }
}

/** 408 and 429 ask for patience; every other 4xx will not be another tomorrow. */
function outcomeOf (status: number): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const reason = `the receiver answered with status ${status}`
  return { kind: status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'refused' : 'failed', reason }
}

function ignoreBody (response: http.IncomingMessage): void {
  let seen = 0
  response.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen > MOST_IGNORED_BYTES) response.destroy()
  })
  response.on('error', () => {})
}
