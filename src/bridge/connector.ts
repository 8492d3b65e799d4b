/** Makes the connections of one bridge: its client id, which outlives them, and the bridge bit, which is left out where a remote refuses it. */
import { isDeepStrictEqual } from 'node:util'
import type { BridgeConfig } from '../config/model.ts'
import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { BridgeBit } from './bridge-bit.ts'
import type { BridgeOptions } from './bridge-options.ts'
import { keptClientId } from './client-id.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { openConnection } from './connection.ts'
import type { TrustSource } from './dial-remote.ts'
import { RateLimit } from './rate-limit.ts'

/** Of all connections of the bridge. */
export type ConnectionSurroundings = Pick<ConnectionOptions, 'outbox' | 'incoming' | 'logger' | 'clock' | 'signal' | 'onDialled'>

/** NanoMQ's own. */
const MAX_PACKET_SIZE = 10 * 1024 * 1024

export class Connector {
  readonly #options: BridgeOptions
  readonly #surroundings: ConnectionSurroundings
  readonly #logger: Logger
  /** Another object only when what connections are made with has changed. */
  #config: BridgeConfig
  #trust: TrustSource | null
  #bit: BridgeBit
  #clientId: string | null
  #limits: ConnectionOptions['limits']

  constructor (options: BridgeOptions, surroundings: ConnectionSurroundings) {
    this.#options = options
    this.#surroundings = surroundings
    this.#logger = surroundings.logger
    this.#config = options.config
    this.#trust = options.trust
    this.#bit = new BridgeBit(options.config)
    this.#clientId = options.config.clientid
    this.#limits = this.#limitsOf(options.config)
  }

  get config (): BridgeConfig { return this.#config }

  /** Other settings hold for the next connection. */
  replace (config: BridgeConfig, trust: TrustSource | null): void {
    if (config.clientid !== this.#config.clientid) this.#clientId = config.clientid
    if (!isDeepStrictEqual(config.rateLimit, this.#config.rateLimit)) this.#limits = this.#limitsOf(config)
    this.#config = config
    this.#trust = trust
    this.#bit = new BridgeBit(config)
  }

  #limitsOf ({ rateLimit: { up, down } }: BridgeConfig): ConnectionOptions['limits'] {
    const now = this.#surroundings.clock.now()
    return { up: up === null ? null : new RateLimit(up, now), down: down === null ? null : new RateLimit(down, now) }
  }

  /**
   * Connects, and once more without the bridge bit where that may be the reason of a refusal.
   * @throws CausewayError when the remote is not reached, not accepted or does not accept
   */
  async connect (): Promise<Connection> {
    const connection = await this.#open()
    this.#bit.accepted()
    return connection
  }

  async #open (): Promise<Connection> {
    try {
      return await openConnection(await this.connectionOptions())
    } catch (error) {
      if (this.#surroundings.signal.aborted || !this.#bit.retryWithout(error)) throw error
      this.#logger.debug({ reason: reasonOf(error) }, 'trying once without the bridge bit')
    }
    try {
      return await openConnection(await this.connectionOptions())
    } catch (error) {
      this.#bit.restore()
      throw error
    }
  }

  /** What the next connection is made with. */
  async connectionOptions (): Promise<ConnectionOptions> {
    const { trustListener, stateDir, maxPacketSize = MAX_PACKET_SIZE } = this.#options
    const config = this.#config
    this.#clientId ??= await keptClientId(stateDir, config.name)
    const limit = config.protoVer === 5 ? config.connProperties?.maximumPacketSize ?? maxPacketSize : maxPacketSize
    return { ...this.#surroundings, config, trust: this.#trust, limits: this.#limits, verified: (chain, answers) => trustListener?.verified(chain, answers), maxPacketSize: Math.min(limit, maxPacketSize), clientId: this.#clientId, bridgeBit: this.#bit.set }
  }
}
