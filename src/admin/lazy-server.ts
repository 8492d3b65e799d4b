/** An HTTP server whose application is loaded with its first request: an edge that nobody looks at pays nothing for it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** What answers requests. */
export interface Application {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  readonly close: () => Promise<void>
}

export interface LazyServerOptions {
  readonly load: () => Promise<Application>
  /** null: plain HTTP. */
  readonly tls: SecureContextOptions | null
  readonly maxConnections: number
  readonly logger: Logger
}

const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
const MAX_HEADERS = 100

export class LazyServer {
  readonly server: Server
  readonly #options: LazyServerOptions
  #application: Promise<Application> | null = null

  constructor (options: LazyServerOptions) {
    this.#options = options
    const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: 5000 }
    const answer = (request: IncomingMessage, response: ServerResponse): void => { void this.#answer(request, response) }
    this.server = options.tls === null ? createServer(limits, answer) : createSecureServer({ ...limits, ...options.tls, minVersion: 'TLSv1.2' }, answer)
    this.server.maxConnections = options.maxConnections
    this.server.maxHeadersCount = MAX_HEADERS
  }

  /** Stops to listen, cuts connections off, and lets the application go. */
  async close (): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve))
    this.server.closeAllConnections()
    if (this.server.listening) await closed
    const application = await this.#application?.catch(() => null)
    await application?.close()
  }

  async #answer (request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#application ??= this.#options.load()
      const application = await this.#application
      application.handle(request, response)
    } catch (error) {
      this.#application = null
      this.#options.logger.error({ reason: reasonOf(error) }, 'the HTTP interface could not be loaded')
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"code":102,"message":"the interface could not be loaded; see the log"}')
    }
  }
}
