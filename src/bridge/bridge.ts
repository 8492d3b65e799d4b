/**
 * The life of one bridge: dial, connect, carry, and after each end wait and try again, for as long as it is not stopped. Its
 * queue and what the remote has open in QoS 2 outlive every connection.
 */
import type { BridgeConfig } from '../config/model.ts'
import { CausewayError, reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import { Outbox } from '../relay/outbox.ts'
import { Backoff } from './backoff.ts'
import { BridgeBit } from './bridge-bit.ts'
import type { BridgeState } from './bridge-state.ts'
import { mayFollow } from './bridge-state.ts'
import { keptClientId } from './client-id.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import { openConnection } from './connection.ts'
import type { Connection, TrustSource } from './connection.ts'
import { DownlinkRules } from './downlink-rules.ts'
import { Downlink } from './downlink.ts'
import { BridgeError, bridgeCodes } from './errors.ts'
import { FailureLog } from './failure-log.ts'
import { forwardRules } from './forward-rules.ts'
import { Subscriptions } from './subscriptions.ts'

export interface BridgeOptions {
  readonly config: BridgeConfig
  readonly relay: BridgeRelay
  readonly delivery: LocalDelivery
  /** Asked at each dial; null for plain TCP. */
  readonly trust: TrustSource | null
  readonly logger: Logger
  /** Where a client id that was made is kept; null: in memory. */
  readonly stateDir: string | null
  /** Largest packet the remote may send. @default 10 MiB, NanoMQ's own */
  readonly maxPacketSize?: number
  readonly counters?: BridgeCounters
  readonly clock?: Clock
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}

export interface Bridge {
  readonly name: string
  readonly state: BridgeState
  readonly counters: BridgeCounters
  /** Messages of QoS 1 and 2 that the remote does not have yet, and their bytes. */
  readonly queued: number
  readonly queuedBytes: number
  /** Calls at each change of state; the answer ends that. */
  onState (call: (state: BridgeState) => void): () => void
  /** Waits until nothing waits for the remote any more, at most so long. True when that is so. */
  drain (timeoutMs: number): Promise<boolean>
  /** Says DISCONNECT, lets go of what still waits, and takes the bridge out of the Relay. */
  stop (): Promise<void>
}

const MAX_PACKET_SIZE = 10 * 1024 * 1024
/** A connection that lasted this long was a good one. */
const STABLE_MS = 30_000
/** Messages that may wait for the remote's acknowledgement; an MQTT 5 remote says itself when it is less. */
const WINDOW_QOS_1 = 1000
const WINDOW_QOS_2 = 100
/**
 * QoS 2 to a remote of 3.1.1, which can not say how many it takes. With 20 of them open (its default) mosquitto 2.0 acknowledges
 * messages of QoS 1 and throws them away; seen with 2.0.11, whose log shows PUBACK rc151.
 */
const WINDOW_QOS_2_UNSAID = 16

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
  readonly #downlink: Downlink
  readonly #subscriptions: Subscriptions
  readonly #backoff: Backoff
  readonly #bit: BridgeBit
  readonly #failures: FailureLog
  readonly #stopping = new AbortController()
  readonly #listeners = new Set<(state: BridgeState) => void>()
  readonly #life: Promise<void>
  #state: BridgeState
  #clientId: string | null
  #connection: Connection | null = null

  constructor (options: BridgeOptions) {
    const { config, relay } = options
    this.name = config.name
    this.counters = options.counters ?? new BridgeCounters()
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#logger = options.logger.child({ bridge: config.name })
    this.#clientId = config.clientid
    this.#bit = new BridgeBit(config)
    this.#failures = new FailureLog(this.#logger)
    this.#backoff = new Backoff(config.backoffMaxMs, options.random ?? Math.random)
    this.#outbox = outboxOf(config, this.counters)
    this.#subscriptions = new Subscriptions(config.subscription, this.#logger)
    this.#downlink = new Downlink({
      bridge: config.name,
      level: config.protoVer,
      rules: new DownlinkRules(config.subscription),
      delivery: options.delivery,
      counters: this.counters
    })
    const rules = forwardRules(config.forwards)
    this.#state = { name: config.enable ? 'idle' : 'disabled', since: Date.now() }
    if (config.enable) relay.attach(this.#outbox, rules)
    this.#life = config.enable ? this.#live() : Promise.resolve()
  }

  get state (): BridgeState { return this.#state }
  get queued (): number { return this.#outbox.queued }
  get queuedBytes (): number { return this.#outbox.queuedBytes }

  onState (call: (state: BridgeState) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  async drain (timeoutMs: number): Promise<boolean> {
    if (this.#state.name === 'up') this.#change({ name: 'draining', since: Date.now() })
    return new Promise(resolve => {
      const cancel = this.#clock.after(timeoutMs, () => resolve(this.#outbox.idle))
      this.#outbox.whenIdle(() => {
        cancel()
        resolve(true)
      })
    })
  }

  async stop (): Promise<void> {
    if (!this.#isStopping()) {
      this.#stopping.abort()
      this.#options.relay.detach(this.#outbox)
      await this.#connection?.close()
      await this.#life
      const left = this.#outbox.queued
      if (left > 0) this.#logger.warn({ messages: left }, 'bridge is stopped with messages that the remote does not have')
      this.#outbox.close()
      this.#change({ name: 'stopped', since: Date.now() })
    }
    await this.#life
  }

  #change (state: BridgeState): void {
    if (!mayFollow(this.#state.name, state.name)) {
      this.#logger.error({ from: this.#state.name, to: state.name }, 'bridge changes state as it never should')
    }
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }

  #isStopping (): boolean {
    return this.#stopping.signal.aborted
  }

  async #live (): Promise<void> {
    while (!this.#isStopping()) {
      this.#change({ name: 'dialling', since: Date.now() })
      const reason = await this.#untilItEnds()
      if (!this.#isStopping()) await this.#wait(reason)
    }
  }

  /** One connection, or an attempt at one; answers why it is over. */
  async #untilItEnds (): Promise<CausewayError> {
    try {
      const connection = await this.#connect()
      this.#connection = connection
      this.#comesUp(connection)
      const cancel = this.#clock.after(STABLE_MS, () => {
        this.#backoff.reset()
        this.#failures.clear()
      })
      const reason = await connection.ended
      cancel()
      this.counters.disconnects++
      return reason
    } catch (error) {
      this.counters.connectFailures++
      if (error instanceof CausewayError) return error
      return new BridgeError(bridgeCodes.linkLost, `bridge ${this.name} fails in a way nobody foresaw: ${reasonOf(error)}`, {
        cause: error,
        hint: 'This is a defect of Causeway: report it.'
      })
    } finally {
      this.#connection = null
    }
  }

  async #connect (): Promise<Connection> {
    try {
      return await this.#open()
    } catch (error) {
      if (this.#isStopping() || !this.#bit.retryWithout(error)) throw error
      this.#logger.debug({ reason: reasonOf(error) }, 'trying once without the bridge bit')
    }
    try {
      return await this.#open()
    } catch (error) {
      this.#bit.restore()
      throw error
    }
  }

  async #open (): Promise<Connection> {
    const { config, trust, stateDir, maxPacketSize = MAX_PACKET_SIZE } = this.#options
    this.#clientId ??= await keptClientId(stateDir, this.name)
    return openConnection({
      config,
      clientId: this.#clientId,
      bridgeBit: this.#bit.set,
      trust,
      maxPacketSize,
      outbox: this.#outbox,
      downlink: this.#downlink,
      logger: this.#logger,
      clock: this.#clock,
      signal: this.#stopping.signal,
      onDialled: () => this.#change({ name: 'connecting', since: Date.now() })
    })
  }

  #comesUp (connection: Connection): void {
    const { server } = this.#options.config
    this.counters.connects++
    this.#bit.accepted()
    const { sessionPresent } = connection
    const facts = { server: server.url, sessionPresent, queued: this.#outbox.queued }
    if (this.#failures.said) this.#logger.info(facts, 'link is up')
    this.#change({ name: 'up', since: Date.now(), sessionPresent })
    this.#subscriptions.renew(connection).catch((error: unknown) => {
      connection.fail(error instanceof CausewayError ? error : new BridgeError(bridgeCodes.linkLost, reasonOf(error), { cause: error }))
    })
  }

  async #wait (reason: CausewayError): Promise<void> {
    const retryInMs = this.#backoff.next()
    this.#failures.report(reason, retryInMs)
    this.#change({ name: 'waiting', since: Date.now(), reason, retryInMs, failures: this.#failures.total })
    const { signal } = this.#stopping
    await new Promise<void>(resolve => {
      const cancel = this.#clock.after(retryInMs, done)
      function done (): void {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

function outboxOf (config: BridgeConfig, counters: BridgeCounters): Outbox {
  return new Outbox({
    name: config.name,
    level: config.protoVer,
    required: config.required,
    forwardBridged: false,
    awaitRemote: config.durability === 'remote',
    maxCount: config.maxSendQueueLen,
    maxBytes: config.maxSendQueueBytes,
    windowQos1: WINDOW_QOS_1,
    windowQos2: config.protoVer === 5 ? WINDOW_QOS_2 : WINDOW_QOS_2_UNSAID,
    schedule: flush => { setImmediate(flush) },
    counters
  })
}
