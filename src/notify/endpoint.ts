/**
 * One URL that is told things by POST. By https only what the named CA file proves is talked to, and nothing is said before that. Redirects
 * are not followed, and of an answer only its status is looked at.
 */
import http from 'node:http'
import https from 'node:https'
import type { EndpointConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { statusOf } from '../trust/http-status.ts'
import { VerifiedHttps } from '../trust/verified-https.ts'
import { signatureOf } from './signature.ts'

export type PostOutcome =
  | { readonly kind: 'taken' }
  /** The receiver does not want it, and would not want it later. */
  | { readonly kind: 'refused', readonly reason: string }
  /** It may be taken later. */
  | { readonly kind: 'failed', readonly reason: string }

export class Endpoint {
  readonly #config: EndpointConfig
  readonly #url: URL
  /** For `http://`. */
  readonly #plain: http.Agent
  readonly #verified: VerifiedHttps | null

  constructor (config: EndpointConfig, logger: Logger) {
    const { url, tls, poolSize: maxSockets, timeoutMs: connectTimeoutMs } = config
    this.#config = config
    this.#url = new URL(url)
    this.#plain = new http.Agent({ keepAlive: true, maxSockets, maxTotalSockets: maxSockets })
    this.#verified = tls === null ? null : new VerifiedHttps({ files: tls, maxSockets, connectTimeoutMs, logger })
  }

  close (): void {
    this.#plain.destroy()
    this.#verified?.close()
  }

  /** Never rejects. Settles within `cancel_timeout`. */
  async post (body: Buffer): Promise<PostOutcome> {
    try {
      return outcomeOf(await statusOf(this.#request(body), body, this.#config.timeoutMs))
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) }
    }
  }

  #request (body: Buffer): http.ClientRequest {
    const { headers, secret } = this.#config
    const options = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        'content-length': String(body.length),
        ...(secret === null ? {} : signatureOf(body, secret))
      }
    }
    return this.#verified === null ? http.request(this.#url, { ...options, agent: this.#plain }) : https.request(this.#url, { ...options, agent: this.#verified.agent })
  }
}

/** 408 and 429 ask for patience; every other 4xx will not be another tomorrow. */
function outcomeOf (status: number): PostOutcome {
  if (status >= 200 && status < 300) return { kind: 'taken' }
  const reason = `the receiver answered with status ${status}`
  return { kind: status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'refused' : 'failed', reason }
}
