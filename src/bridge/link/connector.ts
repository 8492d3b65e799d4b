/**
 * Makes the connections of one bridge: its client id, which outlives them, which of its servers is dialled, and the bridge bit, which is left
 * out where a remote refuses it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { BridgeConfig, RemoteAddress } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { KnownSession } from '../../relay/known-session.ts'
import { BridgeBit } from './bridge-bit.ts'
import type { BridgeOptions } from '../bridge-options.ts'
import { ClientIdentity } from './client-identity.ts'
import type { Connection } from './connection.ts'
import { openConnection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import type { TrustSource } from './dial-remote.ts'
import { atEachServer } from './each-server.ts'
import { RateLimit } from './rate-limit.ts'
import { isNamed } from './steering.ts'

/** Of all connections of the bridge. */
export type ConnectionSurroundings = Pick<ConnectionOptions, 'outbox' | 'incoming' | 'logger' | 'clock' | 'signal' | 'onDialled'>

/** Of the bridge. */
export interface ConnectorOptions extends Pick<BridgeOptions, 'config' | 'trust' | 'trustListener' | 'stateDir' | 'maxPacketSize'> {
  /** Of a further link of the bridge: it has its own client id, and its limits in common with the first. @default it is the first */
  readonly further?: FurtherLink | null
}

export interface FurtherLink {
  /** Of the first link. */
  readonly first: Connector
  /** Put behind the client id of the first. */
  readonly suffix: string
}

/** NanoMQ's own. */
const MAX_PACKET_SIZE = 10 * 1024 * 1024

/** One of the servers of a bridge. */
interface Server {
  /** That of the bridge, with this server. Another object only when what connections are made with has changed. */
  readonly config: BridgeConfig
  readonly bit: BridgeBit
}

export class Connector {
  readonly #options: ConnectorOptions
  readonly #surroundings: ConnectionSurroundings
  readonly #logger: Logger
  readonly #session = new KnownSession(true)
  /** The first is `server`. */
  #servers: readonly [Server, ...Server[]]
  /** Which is dialled next, and which was last. */
  #next = 0
  #last = 0
  /** Times in a row that servers have sent us to each other. */
  #turns = 0
  #isSent = false
  #trust: TrustSource | null
  #identity: ClientIdentity
  #limits: ConnectionOptions['limits']

  constructor (options: ConnectorOptions, surroundings: ConnectionSurroundings) {
    this.#options = options
    this.#surroundings = surroundings
    this.#logger = surroundings.logger
    this.#servers = serversOf(options.config)
    this.#trust = options.trust
    this.#identity = this.#identityOf(options.config)
    this.#limits = this.#limitsOf(options.config)
  }

  get first (): RemoteAddress { return this.#servers[0].config.server }

  /** The last attempt failed, and there is a server that was not tried since. */
  get hasAnother (): boolean { return this.#next !== 0 || this.#isSent }

  /**
   * The server that was connected to last sends us to another one: the next is the one it names, if it is one of ours, else the one behind it.
   * @returns false where there is none, or all have sent us on: then it is worth waiting
   */
  sentAway (reference: string | null): boolean {
    const servers = this.#servers
    if (servers.length === 1 || ++this.#turns >= servers.length) {
      this.#turns = 0
      return false
    }
    const named = reference === null ? -1 : servers.findIndex(({ config }, i) => i !== this.#last && isNamed(config.server, reference))
    this.#next = named < 0 ? (this.#last + 1) % servers.length : named
    this.#isSent = true
    return true
  }

  /** Other settings hold for the next connection. */
  replace (config: BridgeConfig, trust: TrustSource | null): void {
    const before = this.#servers[0].config
    if (config.clientid !== before.clientid || config.protoVer !== before.protoVer) this.#identity = this.#identityOf(config)
    if (!isDeepStrictEqual(config.rateLimit, before.rateLimit)) this.#limits = this.#limitsOf(config)
    this.#servers = serversOf(config)
    this.#next = this.#last = 0
    this.#trust = trust
  }

  #identityOf (config: BridgeConfig): ClientIdentity {
    return new ClientIdentity(config, this.#options.stateDir, this.#logger)
  }

  /**
   * The client id of the next connection.
   * @throws BridgeError when one that was made can not be kept
   */
  async clientId (): Promise<string> {
    const { further = null } = this.#options
    return further === null ? this.#identity.now() : await further.first.clientId() + further.suffix
  }

  /** What may cross in a second, all links together. */
  get limits (): ConnectionOptions['limits'] { return this.#options.further?.first.limits ?? this.#limits }

  #limitsOf ({ rateLimit: { up, down } }: BridgeConfig): ConnectionOptions['limits'] {
    const now = this.#surroundings.clock.now()
    return { up: up === null ? null : new RateLimit(up, now), down: down === null ? null : new RateLimit(down, now) }
  }

  /** Is it a connection to the first server? */
  isFirst ({ config }: Connection): boolean { return config.server.url === this.#servers[0].config.server.url }

  /**
   * Connects to the first server, or where that has just failed to the next; once more without the bridge bit where that may be the
   * reason of a refusal.
   * @throws CausewayError when the remote is not reached, not accepted or does not accept
   */
  async connect (): Promise<Connection> {
    const servers = this.#servers
    const server = servers[this.#next] ?? servers[0]
    this.#last = this.#next
    this.#isSent = false
    this.#next = (this.#next + 1) % servers.length
    const connection = await this.#open(server)
    server.bit.accepted()
    this.#next = 0
    return connection
  }

  async #open (server: Server): Promise<Connection> {
    try {
      return await openConnection(await this.#connectionOptions(server))
    } catch (error) {
      const isNameless = this.#identity.givesUp(error)
      if (this.#surroundings.signal.aborted || !(isNameless || server.bit.retryWithout(error))) throw error
      this.#logger.debug({ reason: reasonOf(error) }, isNameless ? 'asking for another client id' : 'trying once without the bridge bit')
    }
    try {
      return await openConnection(await this.#connectionOptions(server))
    } catch (error) {
      server.bit.restore()
      throw error
    }
  }

  /** What a connection to the same server is made with now; the first, where that is none any more. */
  async optionsLike ({ config }: Connection): Promise<ConnectionOptions> {
    return this.#connectionOptions(this.#servers.find(each => each.config.server.url === config.server.url) ?? this.#servers[0])
  }

  /** Lets `move` try a connection to the first server; the attempt after one that failed may be without the bridge bit. */
  async toFirst<T> (move: (options: ConnectionOptions) => Promise<T>): Promise<T> {
    const [first] = this.#servers
    try {
      const moved = await move(await this.#connectionOptions(first))
      first.bit.accepted()
      return moved
    } catch (error) {
      first.bit.failed(error)
      throw error
    }
  }

  async #connectionOptions ({ config, bit }: Server): Promise<ConnectionOptions> {
    const { trustListener, maxPacketSize = MAX_PACKET_SIZE } = this.#options
    const identity = this.#identity
    const limit = config.protoVer === 5 ? config.connProperties?.maximumPacketSize ?? maxPacketSize : maxPacketSize
    return {
      ...this.#surroundings,
      config,
      trust: this.#trust,
      limits: this.limits,
      verified: (chain, answers) => trustListener?.verified(chain, answers),
      maxPacketSize: Math.min(limit, maxPacketSize),
      clientId: await this.clientId(),
      assigned: id => identity.assigned(id),
      bridgeBit: bit.set,
      session: this.#session
    }
  }
}

function serversOf (config: BridgeConfig): [Server, ...Server[]] {
  const made = (each: BridgeConfig): Server => ({ config: each, bit: new BridgeBit(each) })
  const [first, ...others] = atEachServer(config)
  return [made(first), ...others.map(made)]
}
