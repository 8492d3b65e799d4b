/**
 * The life of one bridge: dial, connect, carry, and after each end wait and try again, for as long as it is not stopped. Its
 * queue and what the remote has open in QoS 2 outlive every connection.
 */
import { CausewayError, reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { Outbox } from '../relay/outbox.ts'
import { Backoff } from './backoff.ts'
import { type BridgeFigures, bridgeFigures } from './bridge-figures.ts'
import type { BridgeOptions, BridgeSettings } from './bridge-options.ts'
import { outboxOf } from './bridge-outbox.ts'
import { BridgeStanding } from './bridge-standing.ts'
import type { BridgeState } from './bridge-state.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { Connection } from './connection.ts'
import { Connector } from './connector.ts'
import { DownlinkRules } from './downlink-rules.ts'
import { Downlink } from './downlink.ts'
import { BridgeError, bridgeCodes, unforeseen } from './errors.ts'
import { FailureLog } from './failure-log.ts'
import { forwardRules } from './forward-rules.ts'
import { Pause } from './pause.ts'
import { Renewal } from './renewal.ts'
import { Subscriptions } from './subscriptions.ts'

export interface Bridge {
  readonly name: string
  readonly state: BridgeState
  readonly counters: BridgeCounters
  /** Messages of QoS 1 and 2 that the remote does not have yet, and their bytes. */
  readonly queued: number
  readonly queuedBytes: number
  /** More of what stands in numbers. */
  readonly figures: BridgeFigures
  /** Calls at each change of state; the answer ends that. */
  onState (call: (state: BridgeState) => void): () => void
  /** Waits until nothing waits for the remote any more, at most so long. True when that is so. */
  drain (timeoutMs: number): Promise<boolean>
  /**
   * The trust it dials with has changed: another connection, verified by that of now, takes over from the one that is up. One that
   * the trust of now does not accept is ended; where nothing can be said, it is tried again. Settles when it has been tried.
   * @param anew also when the trust is the same: the remote is known not to be accepted by it any more
   */
  renew (anew?: boolean): Promise<void>
  /**
   * Takes other settings while it runs; what waits stays. Rules hold from the next message on. Another connection made with the settings
   * of now takes over from the one that is up, which serves on until then. Settles when it has been tried.
   */
  reconfigure (settings: BridgeSettings): Promise<void>
  /** Takes no more, waits at most so long for what it has to reach the remote, and stops. */
  leave (timeoutMs: number): Promise<void>
  /** Says DISCONNECT, lets go of what still waits, and takes the bridge out of the Relay. */
  stop (): Promise<void>
}

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
    this.#backoff = new Backoff(config.backoffMaxMs, options.random ?? Math.random)
    this.#pause = new Pause(this.#clock)
    this.#outbox = options.ownEnd?.outbox ?? outboxOf(config, this.counters, options.journal ?? null, relay.via)
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
    this.#renewal = new Renewal({
      connection: () => this.state.name === 'up' ? this.#connection : null,
      connectionOptions: async () => this.#connector.connectionOptions(),
      tookOver: connection => this.#tookOver(connection),
      renewed: outcome => options.trustListener?.renewed(outcome),
      logger: this.#logger,
      clock: this.#clock
    })
    const rules = forwardRules(config.forwards)
    if (config.enable) relay.attach(this.#outbox, rules)
    this.#life = config.enable ? this.#live() : Promise.resolve()
  }

  get state (): BridgeState { return this.#standing.state }
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
    return new Promise(resolve => {
      const cancel = this.#clock.after(timeoutMs, () => resolve(this.#outbox.idle))
      this.#outbox.whenIdle(() => {
        cancel()
        resolve(true)
      })
    })
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
      if (this.#connection !== null) this.#keepUp(this.#connection, this.#subscriptions.adjust(this.#connection))
    }
    if (link === null) return
    this.#backoff = new Backoff(config.backoffMaxMs, this.#options.random ?? Math.random)
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
      this.#options.relay.detach(this.#outbox)
      await this.#connection?.close()
      await this.#life
      const left = this.#outbox.queued
      if (left > 0 && this.#outbox.journaled !== null) this.#logger.info({ messages: left }, 'messages stay on disk for the next start')
      else if (left > 0) this.#logger.warn({ messages: left }, 'bridge is stopped with messages that the remote does not have')
      this.#outbox.close()
      await this.#closeJournal()
      this.#standing.change({ name: 'stopped', since: Date.now() })
    }
    await this.#life
  }

  async #closeJournal (): Promise<void> {
    try {
      await this.#options.journal?.close()
    } catch (error) {
      this.#logger.warn({ reason: reasonOf(error), hint: 'Look at the disk and its file system' }, 'the spool could not be written to its end')
    }
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
      this.counters.disconnects++
      return reason
    } catch (error) {
      this.counters.connectFailures++
      return error instanceof CausewayError ? error : unforeseen(this.name, error)
    } finally {
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
    const { server } = this.#connector.config
    this.counters.connects++
    const { sessionPresent } = connection
    const facts = { server: server.url, sessionPresent, queued: this.#outbox.queued }
    if (this.#failures.said) this.#logger.info(facts, 'link is up')
    this.#serves(connection)
    this.#renewal.cameUp()
  }

  /** Subscribes where the remote's session does not hold it all. */
  #serves (connection: Connection): void {
    if (this.state.name !== 'draining') this.#standing.change({ name: 'up', since: Date.now(), sessionPresent: connection.sessionPresent })
    this.#keepUp(connection, this.#subscriptions.renew(connection))
  }

  /** A remote that does not answer SUBSCRIBE is tried anew. */
  #keepUp (connection: Connection, asked: Promise<void>): void {
    asked.catch((error: unknown) => {
      connection.fail(error instanceof CausewayError ? error : new BridgeError(bridgeCodes.linkLost, reasonOf(error), { cause: error }))
    })
  }

  #tookOver (connection: Connection): void {
    this.#connection = connection
    this.counters.takeOvers++
    if (this.#isStopping()) void connection.close()
    else this.#serves(connection)
  }

  async #wait (reason: CausewayError): Promise<void> {
    const retryInMs = this.#backoff.next()
    this.#failures.report(reason, retryInMs)
    this.#standing.change({ name: 'waiting', since: Date.now(), reason, retryInMs, failures: this.#failures.total })
    await this.#pause.wait(retryInMs, this.#stopping.signal)
  }
}
