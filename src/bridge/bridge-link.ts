/**
 * The life of one link of a bridge: dial, connect, carry, and after each end wait and try again, for as long as it is not stopped. Its
 * queue and what the remote has open in QoS 2 outlive every connection.
 */
import type { BridgeConfig, RemoteAddress } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { Outbox } from '../relay/outbox.ts'
import { Backoff } from './backoff.ts'
import type { BridgeOptions } from './bridge-options.ts'
import { BridgeStanding } from './bridge-standing.ts'
import type { BridgeState } from './bridge-state.ts'
import type { Clock } from './clock.ts'
import type { Incoming } from './down/incoming.ts'
import { unforeseen } from './errors.ts'
import { FailureLog } from './failure-log.ts'
import type { Connection } from './link/connection.ts'
import { Connector, type ConnectorOptions } from './link/connector.ts'
import type { TrustSource } from './link/dial-remote.ts'
import { Failback } from './link/failback.ts'
import { Renewal } from './link/renewal.ts'
import { waitAfter } from './link/steering.ts'
import { mustBeAnswered, Subscriptions } from './link/subscriptions.ts'
import { Pause } from './pause.ts'
import { idle } from './up/bridge-outbox.ts'

/** A connection that lasted this long was a good one. */
const STABLE_MS = 30_000

export interface BridgeLinkOptions extends ConnectorOptions, Pick<BridgeOptions, 'after' | 'random'> {
  /** It outlives the link. */
  readonly outbox: Outbox
  readonly incoming: Incoming
  readonly counters: BridgeCounters
  readonly logger: Logger
  readonly clock: Clock
}

export class BridgeLink {
  readonly outbox: Outbox
  readonly #options: BridgeLinkOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #counters: BridgeCounters
  readonly #subscriptions: Subscriptions
  #backoff: Backoff
  readonly #pause: Pause
  readonly #failures: FailureLog
  readonly #stopping = new AbortController()
  readonly #standing: BridgeStanding
  /** Makes its connections. */
  readonly connector: Connector
  readonly #renewal: Renewal
  readonly #failback: Failback
  #life: Promise<void> = Promise.resolve()
  #connection: Connection | null = null

  constructor (options: BridgeLinkOptions) {
    const { config, outbox, incoming, logger, clock } = options
    this.outbox = outbox
    this.#options = options
    this.#counters = options.counters
    this.#clock = clock
    this.#logger = logger
    this.#standing = new BridgeStanding(config.enable, logger)
    this.#failures = new FailureLog(logger)
    this.#backoff = this.#backoffOf(config)
    this.#pause = new Pause(clock)
    this.#subscriptions = new Subscriptions(config.subscription, logger)
    this.connector = new Connector(options, {
      outbox,
      incoming,
      logger,
      clock,
      signal: this.#stopping.signal,
      onDialled: () => this.#standing.change({ name: 'connecting', since: Date.now() })
    })
    const link = {
      connection: () => this.state.name === 'up' && this.#connection?.isOver === false ? this.#connection : null,
      tookOver: (connection: Connection) => this.#tookOver(connection),
      logger,
      clock
    }
    this.#renewal = new Renewal({
      ...link,
      optionsLike: async old => this.connector.optionsLike(old),
      renewed: outcome => options.trustListener?.renewed(outcome)
    })
    this.#failback = new Failback(this.#backoffOf(config), { ...link, connector: this.connector, renewal: this.#renewal, stableMs: STABLE_MS })
  }

  /** Begins to dial, and goes on until it is stopped. */
  start (): void {
    this.#life = this.#live()
  }

  get state (): BridgeState { return this.#standing.state }
  /** It carries. */
  get isUp (): boolean { return this.state.name === 'up' || this.state.name === 'draining' }
  get server (): RemoteAddress { return this.#connection?.config.server ?? this.connector.first }

  onState (call: (state: BridgeState) => void): () => void {
    return this.#standing.onChange(call)
  }

  /** Waits until nothing waits for the remote any more, at most so long. True when that is so. */
  async drain (timeoutMs: number): Promise<boolean> {
    if (this.state.name === 'up') this.#standing.change({ name: 'draining', since: Date.now() })
    // nothing goes out now, and what waits is on disk
    if (this.#connection === null && this.outbox.isOnDisk) return this.outbox.idle
    return idle(this.outbox, timeoutMs, this.#clock)
  }

  /** As that of the bridge. */
  async renew (anew = false): Promise<void> {
    this.#pause.end()
    await this.#renewal.renew(anew)
  }

  /** Asks the remote for what these rules say from now on. */
  resubscribe (rules: BridgeConfig['subscription']): void {
    this.#subscriptions.replace(rules)
    if (this.#connection !== null) mustBeAnswered(this.#connection, this.#subscriptions.adjust(this.#connection))
  }

  /** Moves to a connection made with these. Settles when it has been tried. */
  async move (config: BridgeConfig, trust: TrustSource | null): Promise<void> {
    this.#backoff = this.#backoffOf(config)
    this.#failback.replace(this.#backoffOf(config))
    this.connector.replace(config, trust)
    await this.renew()
  }

  /** Says DISCONNECT. What still waits stays in the outbox. */
  async stop (): Promise<void> {
    if (!this.#isStopping()) {
      this.#stopping.abort()
      this.#renewal.stop()
      this.#failback.stop()
      await this.#connection?.close()
      await this.#life
      this.#standing.change({ name: 'stopped', since: Date.now() })
    }
    await this.#life
  }

  #backoffOf ({ backoffMaxMs }: BridgeConfig): Backoff {
    return new Backoff(backoffMaxMs, this.#options.random ?? Math.random)
  }

  #isStopping (): boolean {
    return this.#stopping.signal.aborted
  }

  async #live (): Promise<void> {
    await this.#options.after
    while (!this.#isStopping()) {
      this.#standing.change({ name: 'dialling', since: Date.now() })
      const reason = await this.#untilItEnds()
      if (!this.#isStopping()) await this.#wait(reason)
    }
  }

  /** One connection, or an attempt at one; answers why it is over. */
  async #untilItEnds (): Promise<CausewayError> {
    try {
      const connection = await this.connector.connect()
      this.#connection = connection
      this.#comesUp(connection)
      const cancel = this.#clock.after(STABLE_MS, () => {
        this.#backoff.reset()
        this.#failures.clear()
      })
      const { setAside } = this.#counters
      const reason = await this.#lastEnd(connection)
      cancel()
      // what ended one link after the other is gone: the long wait that it came to is not due any more
      if (this.#counters.setAside > setAside) this.#backoff.reset()
      if (!this.#isStopping()) this.#counters.disconnects++
      return reason
    } catch (error) {
      if (!this.#isStopping()) this.#counters.connectFailures++
      return error instanceof CausewayError ? error : unforeseen(this.#options.config.name, error)
    } finally {
      this.#failback.lost()
      this.#connection = null
    }
  }

  /** Waits for the end of a connection that no other has taken over from. */
  async #lastEnd (connection: Connection): Promise<CausewayError> {
    for (let last = connection; ;) {
      const reason = await last.ended
      await this.#renewal.settled()
      if (this.#connection === null || this.#connection === last) return reason
      last = this.#connection
    }
  }

  #comesUp (connection: Connection): void {
    this.#counters.connects++
    const { sessionPresent, config: { server } } = connection
    const facts = { server: server.url, sessionPresent, queued: this.outbox.queued }
    if (this.#failures.said) this.#logger.info(facts, 'link is up')
    this.#serves(connection)
    this.#renewal.cameUp()
  }

  /** Subscribes where the remote's session does not hold it all. */
  #serves (connection: Connection): void {
    if (this.state.name !== 'draining') this.#standing.change({ name: 'up', since: Date.now(), sessionPresent: connection.sessionPresent, clientId: connection.clientId })
    mustBeAnswered(connection, this.#subscriptions.renew(connection))
    this.#failback.serves(connection)
  }

  #tookOver (connection: Connection): void {
    this.#connection = connection
    this.#counters.takeOvers++
    if (this.#isStopping()) void connection.close()
    else this.#serves(connection)
  }

  async #wait (reason: CausewayError): Promise<void> {
    const retryInMs = waitAfter(reason, this.connector, this.#backoff)
    this.#failures.report(reason, retryInMs)
    this.#standing.change({ name: 'waiting', since: Date.now(), reason, retryInMs, failures: this.#failures.total })
    await this.#pause.wait(retryInMs, this.#stopping.signal)
  }
}
