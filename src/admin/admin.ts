/** The administration of a running edge: the control socket, and the HTTP interface where one is configured. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { isIPv6, type AddressInfo } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { HttpServerConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import type { AdjustableLogger, Logger } from '../logger.ts'
import type { AdminPort, NotificationsPort, ProcessPort } from './admin-port.ts'
import { controlPath, listenAt } from './control-socket.ts'
import { AdminError, adminCodes } from './errors.ts'
import { EventFeed } from './event-feed.ts'
import { EventLoop } from './event-loop.ts'
import { EventTotals } from './event-totals.ts'
import type { Guard } from './guard.ts'
import { type Application, LazyServer } from './lazy-server.ts'
import { SysTopics } from './sys/sys-topics.ts'

const nothing: NotificationsPort = { firing: [], receivers: [] }

export interface AdminOptions {
  readonly edge: AdminPort
  readonly process: ProcessPort
  readonly logger: Logger
  readonly stateDir: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Its levels can be changed through it; left out, they can not. */
  readonly log?: AdjustableLogger
  /** @default there are none */
  readonly notifications?: NotificationsPort
}

export interface Admin {
  /** Where the HTTP interface is bound; null without one. */
  readonly address: { readonly host: string, readonly port: number } | null
  /** Path of the control socket; null without one. */
  readonly controlSocket: string | null
  /** Ends both ways in. Never rejects. */
  close (): Promise<void>
}

/** What a request through the control socket may hold. */
const CONTROL_BODY = 64 * 1024 ** 2
const CONTROL_CONNECTIONS = 64

/** @throws AdminError; nothing is left running then */
export async function startAdmin (options: AdminOptions): Promise<Admin> {
  const admin = new RunningAdmin(options)
  try {
    await admin.start()
  } catch (error) {
    await admin.close()
    throw error
  }
  return admin
}

class RunningAdmin implements Admin {
  readonly #options: AdminOptions
  readonly #feed: EventFeed
  readonly #totals: EventTotals
  readonly #eventLoop: EventLoop
  /** null in a sidecar: such topics are the server's own, and the broker is not ours. */
  readonly #sys: SysTopics | null
  #http: LazyServer | null = null
  #control: LazyServer | null = null
  address: Admin['address'] = null
  controlSocket: string | null = null

  constructor (options: AdminOptions) {
    this.#options = options
    this.#feed = new EventFeed(options.edge, options.logger)
    this.#totals = new EventTotals(this.#feed)
    this.#eventLoop = new EventLoop(options.logger)
    this.#sys = options.edge.sidecar === null ? new SysTopics(options.edge, this.#feed, options.logger) : null
  }

  async start (): Promise<void> {
    const { httpServer, control } = this.#options.edge.config
    if (control.enable) await this.#startControl(control.socket)
    if (httpServer !== null) await this.#startHttp(httpServer)
  }

  async close (): Promise<void> {
    await Promise.all([this.#http?.close(), this.#control?.close()])
    this.#eventLoop.stop()
    this.#sys?.stop()
    this.#totals.stop()
    this.#feed.stop()
  }

  /** One that nobody asked for by name must not keep an edge from starting. */
  async #startControl (configured: string | null): Promise<void> {
    const { stateDir, environment, logger } = this.#options
    const path = controlPath({ configured, stateDir, environment })
    if (path === null) return logger.info({ hint: 'Set control.socket' }, 'there is no control socket: neither a state directory nor a runtime directory is known')
    const server = new LazyServer({ load: async () => this.#load(null, CONTROL_BODY), tls: null, maxConnections: CONTROL_CONNECTIONS, logger })
    try {
      await listenAt(path, server.server)
    } catch (error) {
      await server.close()
      if (configured !== null || !(error instanceof AdminError)) throw error
      return logger.warn({ code: error.code, reason: error.message, hint: error.hint }, 'there is no control socket')
    }
    this.#control = server
    this.controlSocket = path
    logger.info({ socket: path }, 'control socket is open')
  }

  async #startHttp (config: HttpServerConfig): Promise<void> {
    const { logger } = this.#options
    const { host, port, limitConn, maxBody, auth } = config
    const { guardOf } = await import('./guard.ts')
    const guard = await guardOf(auth)
    const server = new LazyServer({ load: async () => this.#load(guard, maxBody), tls: await secureContext(config), maxConnections: limitConn, logger })
    this.#http = server
    server.server.listen({ host, port })
    try {
      await once(server.server, 'listening')
    } catch (error) {
      throw new AdminError(adminCodes.listen, `the HTTP interface can not listen at ${isIPv6(host) ? `[${host}]` : host}:${port}: ${reasonOf(error)}`, { hint: 'Set http_server.ip_addr and port to an address of this machine and a port that is free', cause: error })
    }
    server.server.on('error', error => logger.warn({ reason: error.message }, 'the HTTP interface can not accept connections'))
    const bound = server.server.address() as AddressInfo
    this.address = { host: bound.address, port: bound.port }
    logger.info({ ...this.address, tls: config.tls !== null }, 'HTTP interface is open')
  }

  async #load (guard: Guard | null, maxBody: number): Promise<Application> {
    const { loadApp } = await import('./http/app.ts')
    const { edge, process, logger, log = null, notifications = nothing } = this.#options
    return loadApp({ context: { edge, process, logger, log, notifications, feed: this.#feed, totals: this.#totals, eventLoop: this.#eventLoop }, guard, maxBody })
  }
}

/** @throws AdminError CW_HTTP_KEY */
async function secureContext ({ tls }: HttpServerConfig): Promise<SecureContextOptions | null> {
  if (tls === null) return null
  const { certfile, keyfile, keyPassword } = tls
  try {
    const { createSecureContext } = await import('node:tls')
    const context = { cert: await readFile(certfile), key: await readFile(keyfile), ...(keyPassword === null ? {} : { passphrase: keyPassword }) }
    createSecureContext(context)
    return context
  } catch (error) {
    throw new AdminError(adminCodes.key, `${certfile} and ${keyfile} can not serve the HTTP interface: ${reasonOf(error)}`, { hint: 'http_server.certfile and keyfile must be a certificate and its key, in PEM', cause: error })
  }
}
