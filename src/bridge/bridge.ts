/**
 * The life of one bridge: dial, connect, carry, and after each end wait and try again, for as long as it is not stopped. Its
 * queue and what the remote has open in QoS 2 outlive every connection.
 */
import type { BridgeConfig, RemoteAddress } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { Outbox } from '../relay/outbox.ts'
import { Backoff } from './backoff.ts'
import type { Bridge } from './bridge-control.ts'
import { type BridgeFigures, bridgeFigures } from './bridge-figures.ts'
import type { BridgeOptions, BridgeSettings } from './bridge-options.ts'
import { idle, letGo, outboxOf } from './up/bridge-outbox.ts'
import { DeadLetters } from './up/dead-letters.ts'
import { BridgeStanding } from './bridge-standing.ts'
import type { BridgeState } from './bridge-state.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Connection } from './link/connection.ts'
import { Connector } from './link/connector.ts'
import { DownlinkRules } from './down/downlink-rules.ts'
import { Downlink } from './down/downlink.ts'
import { unforeseen } from './errors.ts'
import { Failback } from './link/failback.ts'
import { FailureLog } from './failure-log.ts'
import { forwardRules } from './up/forward-rules.ts'
import { Pause } from './pause.ts'
import { Renewal } from './link/renewal.ts'
import { waitAfter } from './link/steering.ts'
import { mustBeAnswered, Subscriptions } from './link/subscriptions.ts'

export type { Bridge } from './bridge-control.ts'

/** A connection that lasted this long was a good one. */
const STABLE_MS = 30_000

/**
 * Starts a bridge; its messages are taken from now on, whether the remote is there or not.
 * @throws BridgeError for rules that can not be; a checked configuration has none
 */
export function startBridge (options: BridgeOptions): Bridge {
  return new LivingBridge(options)
}

class LivingBridge implements Bridge {
  readonly name: string
  readonly counters: BridgeCounters
  readonly #options: BridgeOptions
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #outbox: Outbox
  /** null where what comes in is not for the local broker. */
  readonly #downlink: Downlink | null
  readonly #subscriptions: Subscriptions
  #backoff: Backoff
  readonly #pause: Pause
  readonly #failures: FailureLog
  readonly #stopping = new AbortController()
  readonly #standing: BridgeStanding
  readonly #connector: Connector
  readonly #renewal: Renewal
  readonly #failback: Failback
  readonly #life: Promise<void>
  #connection: Connection | null = null

  constructor (options: BridgeOptions) {
    const { config, relay } = options
    this.name = config.name
    this.counters = options.counters ?? new BridgeCounters()
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#logger = options.logger.child({ bridge: config.name })
    this.#standing = new BridgeStanding(config.enable, this.#logger)
    this.#failures = new FailureLog(this.#logger)
    this.#backoff = this.#backoffOf(config)
    this.#pause = new Pause(this.#clock)
    this.#outbox = options.ownEnd?.outbox ?? this.#outboxOf(options)
    this.#subscriptions = new Subscriptions(config.subscription, this.#logger)
    const downlink = new Downlink({
      bridge: config.name,
      level: config.protoVer,
      rules: new DownlinkRules(config.subscription),
      delivery: options.delivery,
      isOwn: view => relay.isOwn(view),
      counters: this.counters
    })
    this.#downlink = options.ownEnd === undefined ? downlink : null
    this.#connector = new Connector(options, {
      outbox: this.#outbox,
      incoming: options.ownEnd?.incoming ?? downlink,
      logger: this.#logger,
      clock: this.#clock,
      signal: this.#stopping.signal,
      onDialled: () => this.#standing.change({ name: 'connecting', since: Date.now() })
    })
    const link = {
      connection: () => this.state.name === 'up' && this.#connection?.isOver === false ? this.#connection : null,
      tookOver: (connection: Connection) => this.#tookOver(connection),
      logger: this.#logger,
      clock: this.#clock
    }
    this.#renewal = new Renewal({
      ...link,
      optionsLike: async old => this.#connector.optionsLike(old),
      renewed: outcome => options.trustListener?.renewed(outcome)
    })
    this.#failback = new Failback(this.#backoffOf(config), { ...link, connector: this.#connector, renewal: this.#renewal, stableMs: STABLE_MS })
    const rules = forwardRules(config.forwards)
    if (config.enable) relay.attach(this.#outbox, rules)
    this.#life = config.enable ? this.#live() : Promise.resolve()
  }

  get state (): BridgeState { return this.#standing.state }
  get server (): RemoteAddress { return this.#connection?.config.server ?? this.#connector.first }
  get queued (): number { return this.#outbox.queued }
  get queuedBytes (): number { return this.#outbox.queuedBytes }
  get figures (): BridgeFigures { return bridgeFigures(this.#outbox, this.#options.journal ?? null) }

  onState (call: (state: BridgeState) => void): () => void {
    return this.#standing.onChange(call)
  }

  async drain (timeoutMs: number): Promise<boolean> {
    if (this.state.name === 'up') this.#standing.change({ name: 'draining', since: Date.now() })
    // nothing goes out now, and what waits is on disk
    if (this.#outbox.journaled !== null && this.#connection === null) return this.#outbox.idle
    return idle(this.#outbox, timeoutMs, this.#clock)
  }

  async renew (anew = false): Promise<void> {
    this.#pause.end()
    await this.#renewal.renew(anew)
  }

  async reconfigure ({ config, rules, link }: BridgeSettings): Promise<void> {
    if (rules) {
      const downlink = new DownlinkRules(config.subscription)
      this.#options.relay.attach(this.#outbox, forwardRules(config.forwards))
      this.#downlink?.replaceRules(downlink)
      this.#subscriptions.replace(config.subscription)
      if (this.#connection !== null) mustBeAnswered(this.#connection, this.#subscriptions.adjust(this.#connection))
    }
    if (link === null) return
    this.#backoff = this.#backoffOf(config)
    this.#failback.replace(this.#backoffOf(config))
    this.#connector.replace(config, link.trust)
    await this.renew()
  }

  async leave (timeoutMs: number): Promise<void> {
    this.#options.relay.detach(this.#outbox)
    await this.drain(timeoutMs)
    await this.stop()
  }

  async stop (): Promise<void> {
    if (!this.#isStopping()) {
      this.#stopping.abort()
      this.#renewal.stop()
      this.#failback.stop()
      this.#options.relay.detach(this.#outbox)
      await this.#connection?.close()
      await this.#life
      await letGo(this.#outbox, this.#options.journal ?? null, this.#logger)
      this.#standing.change({ name: 'stopped', since: Date.now() })
    }
    await this.#life
  }

  #outboxOf ({ config, relay, delivery, journal = null }: BridgeOptions): Outbox {
    const surroundings = { counters: this.counters, logger: this.#logger, clock: this.#clock }
    const deadLetters = new DeadLetters({ ...surroundings, bridge: config.name, topic: config.deadLetterTopic, delivery })
    return outboxOf(config, { ...surroundings, journal, via: relay.via, deadLetters })
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
      const connection = await this.#connector.connect()
      this.#connection = connection
      this.#comesUp(connection)
      const cancel = this.#clock.after(STABLE_MS, () => {
        this.#backoff.reset()
        this.#failures.clear()
      })
      const reason = await this.#lastEnd(connection)
      cancel()
      if (!this.#isStopping()) this.counters.disconnects++
      return reason
    } catch (error) {
      if (!this.#isStopping()) this.counters.connectFailures++
      return error instanceof CausewayError ? error : unforeseen(this.name, error)
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
    this.counters.connects++
    const { sessionPresent, config: { server } } = connection
    const facts = { server: server.url, sessionPresent, queued: this.#outbox.queued }
    if (this.#failures.said) this.#logger.info(facts, 'link is up')
    this.#serves(connection)
    this.#renewal.cameUp()
  }

  /** Subscribes where the remote's session does not hold it all. */
  #serves (connection: Connection): void {
    if (this.state.name !== 'draining') this.#standing.change({ name: 'up', since: Date.now(), sessionPresent: connection.sessionPresent })
    mustBeAnswered(connection, this.#subscriptions.renew(connection))
    this.#failback.serves(connection)
  }

  #tookOver (connection: Connection): void {
    this.#connection = connection
    this.counters.takeOvers++
    if (this.#isStopping()) void connection.close()
    else this.#serves(connection)
  }

  async #wait (reason: CausewayError): Promise<void> {
    const retryInMs = waitAfter(reason, this.#connector, this.#backoff)
    this.#failures.report(reason, retryInMs)
    this.#standing.change({ name: 'waiting', since: Date.now(), reason, retryInMs, failures: this.#failures.total })
    await this.#pause.wait(retryInMs, this.#stopping.signal)
  }
}
