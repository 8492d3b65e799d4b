/**
 * HTTPS to a server that is held to certificate files of its own, as strictly as a remote of a bridge: for whoever asks or tells something over HTTP. The files are
 * watched: later connections are verified by what is in them now, and idle ones that were verified by what was in them before are closed.
 */
import https from 'node:https'
import type { ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../logger.ts'
import { dialVerified } from './dial.ts'
import { Rotation } from './rotation.ts'
import type { FileWatchOptions } from './file-watch.ts'
import { createTrustSnapshot, filesOf } from './snapshot.ts'
import type { TrustFiles, TrustSnapshot } from './snapshot.ts'

export interface VerifiedHttpsOptions {
  readonly files: TrustFiles
  /** Connections at a time; more requests wait. */
  readonly maxSockets: number
  /** Each for TCP and for TLS. */
  readonly connectTimeoutMs: number
  readonly logger: Logger
  readonly watch?: Pick<FileWatchOptions, 'debounceMs' | 'pollMs' | 'events'>
}

type Created = (error: Error | null, socket: Duplex) => void

export class VerifiedHttps {
  readonly #options: VerifiedHttpsOptions
  readonly #rotation: Rotation<TrustSnapshot>
  readonly #begun: Promise<void>
  readonly #closing = new AbortController()
  #agent: VerifyingAgent

  /** Begins to read and watch the files. What is wrong with them is told to the logger, and to each request. */
  constructor (options: VerifiedHttpsOptions) {
    const { files, logger, watch } = options
    this.#options = options
    this.#agent = this.#newAgent()
    this.#rotation = new Rotation<TrustSnapshot>({
      files: filesOf(files),
      read: async generation => createTrustSnapshot(files, generation),
      canary: null,
      strategy: 'enforce',
      canaryGraceMs: null,
      logger,
      ...(watch === undefined ? {} : { watch })
    })
    this.#rotation.onCommitted(() => this.#renew())
    this.#begun = this.#rotation.start()
  }

  /** For the next request. A request of which the server is not verified fails with HandshakeError or TrustError, and nothing of it was sent. */
  get agent (): https.Agent { return this.#agent }

  /** Where the files stand. */
  get generation (): number { return this.#rotation.status.generation }

  close (): void {
    this.#closing.abort()
    this.#agent.destroy()
    void this.#rotation.stop()
  }

  #newAgent (): VerifyingAgent {
    const { maxSockets } = this.#options
    return new VerifyingAgent({ keepAlive: true, maxSockets, maxTotalSockets: maxSockets }, async args => this.#dial(args))
  }

  /** Requests under way go on to their end on what they were begun on; no other follows there. */
  #renew (): void {
    const before = this.#agent
    this.#agent = this.#newAgent()
    before.keepAlive = false
    for (const sockets of Object.values(before.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  async #dial ({ host, port }: ClientRequestArgs): Promise<Duplex> {
    const { connectTimeoutMs } = this.#options
    await this.#begun
    return dialVerified({
      host: (host ?? '').replace(/^\[(.*)\]$/, '$1'),
      port: Number(port ?? 443),
      servername: null,
      snapshot: this.#rotation.serving(),
      connectTimeoutMs,
      handshakeTimeoutMs: connectTimeoutMs,
      signal: this.#closing.signal,
      nodelay: true,
      keepalive: false,
      localAddress: null
    })
  }
}

/** Gets its connections from elsewhere, verified. */
class VerifyingAgent extends https.Agent {
  readonly #dial: (args: ClientRequestArgs) => Promise<Duplex>
  /** Of Node, which closes a connection after its request where this is false. */
  keepAlive = true

  constructor (options: https.AgentOptions, dial: (args: ClientRequestArgs) => Promise<Duplex>) {
    super(options)
    this.#dial = dial
  }

  /** Of Node: what it answers with nothing it expects to be told later. */
  override createConnection (args: ClientRequestArgs, created?: Created): undefined {
    this.#dial(args).then(socket => created?.(null, socket), (created as ((error: Error) => void) | undefined) ?? (() => {}))
  }
}
