/**
 * The composition root: one configuration in, one running edge out. The only place that knows both the broker and the bridges; it hands
 * each the other's half: the Relay to the broker, local delivery to the bridges.
 */
import { startBridge, type Bridge } from './bridge/bridge.ts'
import { type BridgeJournal, openBridgeJournal } from './bridge/bridge-journal.ts'
import { warnOfOrphans } from './bridge/orphan-journals.ts'
import { AuthGatekeeper } from './broker/auth/gatekeeper.ts'
import { type Broker, startBroker } from './broker/broker.ts'
import { LocalInterest } from './broker/local-interest.ts'
import type { ListenerAddress } from './broker/listener/listener.ts'
import { openSessionStore } from './broker/persistence/stored-state.ts'
import type { Config } from './config/model.ts'
import type { Logger } from './logger.ts'
import { BridgeCounters } from './metrics/bridge-counters.ts'
import { BrokerCounters } from './metrics/broker-counters.ts'
import { createRelay } from './relay/bridge-relay.ts'
import { ExpiryMonitor, type ExpiryEvent, type InUseStanding } from './trust/expiry-monitor.ts'
import { TrustFiles, type TrustOwner, type TrustReport } from './reload/trust-files.ts'

export interface EdgeOptions {
  readonly config: Config
  readonly logger: Logger
  /** Where what must outlast a restart is kept beside messages, such as a client id that was made up; null: nowhere. */
  readonly stateDir: string | null
}

export interface Edge {
  /** What is bound, in the order of the configuration. */
  readonly addresses: readonly ListenerAddress[]
  readonly bridges: readonly Bridge[]
  /** Where the certificate files of each bridge and TLS listener stand. */
  readonly trust: readonly TrustReport[]
  /** Every certificate in use, of files and of remotes as last seen, what ends first at the front. */
  readonly certificates: readonly InUseStanding[]
  /** Calls when a certificate is about to expire, has expired, or that is mended, and at once for what is so already; the answer ends that. See `trust.expiry_warn`. */
  onExpiry (call: (event: ExpiryEvent) => void): () => void
  /** Looks at all certificate files now. Settles when what was found is in use or refused. */
  checkTrust (): Promise<void>
  /** Takes files into use that are valid and that a trial connection has refused. False: there are none, or no such owner. */
  commitTrust (owner: TrustOwner): boolean
  /** Gives up files that are valid and not in use, until they change. False: there are none, or no such owner. */
  abortTrust (owner: TrustOwner): boolean
  /**
   * Stops in order: no new connections, owed acknowledgements out, queues to the remotes, then all closed. Never rejects.
   * @param drainTimeoutMs the longest it may take
   * @returns messages of QoS 1 and 2 that no remote has acknowledged
   */
  close (drainTimeoutMs: number): Promise<{ readonly undelivered: number }>
}

/** @throws ListenerError, TrustError, PersistenceError, AuthError; nothing is left running then */
export async function startEdge (options: EdgeOptions): Promise<Edge> {
  const edge = new RunningEdge(options)
  try {
    await edge.start()
  } catch (error) {
    await edge.close(0)
    throw error
  }
  return edge
}

class RunningEdge implements Edge {
  readonly #options: EdgeOptions
  readonly #bridges: Bridge[] = []
  readonly #trust: TrustFiles
  readonly #expiry: ExpiryMonitor
  /** Open, and no bridge's yet. */
  readonly #journals = new Map<string, { readonly counters: BridgeCounters, readonly journal: BridgeJournal }>()
  #broker: Broker | null = null
  #closeStore: () => Promise<void> = async () => {}

  constructor (options: EdgeOptions) {
    this.#options = options
    this.#trust = new TrustFiles(options.logger)
    this.#expiry = new ExpiryMonitor({ items: () => this.#trust.inUse, warnMs: options.config.trust.expiryWarnMs, logger: options.logger })
  }

  get addresses (): readonly ListenerAddress[] { return this.#broker?.addresses ?? [] }
  get bridges (): readonly Bridge[] { return this.#bridges }
  get certificates (): readonly InUseStanding[] { return this.#expiry.items }
  get trust (): readonly TrustReport[] { return this.#trust.reports }

  onExpiry (call: (event: ExpiryEvent) => void): () => void { return this.#expiry.onExpiry(call) }

  async checkTrust (): Promise<void> {
    await this.#trust.check()
  }

  commitTrust (owner: TrustOwner): boolean { return this.#trust.commit(owner) }

  abortTrust (owner: TrustOwner): boolean { return this.#trust.abort(owner) }

  async start (): Promise<void> {
    const { config, logger, stateDir } = this.#options
    const { limits, mqtt, persistence } = config
    const interest = new LocalInterest()
    const relay = createRelay({ interest, maxTopicLevels: limits.maxTopicLevels })
    const { store, close } = await openSessionStore({ persistence, mqtt, limits, interest, logger })
    this.#closeStore = close
    // before anybody is let in: from then on the bridges take messages
    await this.#openJournals()
    const gatekeeper = new AuthGatekeeper(config.auth, { logger })
    const broker = await startBroker({ config, relay, interest, gatekeeper, store, counters: new BrokerCounters(), logger })
    this.#broker = broker
    // in the same turn: who came in already is bridged from his first message on
    for (const bridge of config.bridges) {
      const open = this.#journals.get(bridge.name)
      this.#journals.delete(bridge.name)
      this.#bridges.push(this.#trust.addBridge(bridge, (trust, trustListener) => startBridge({
        config: bridge, ...open, relay, delivery: broker, trust, ...(trustListener === undefined ? {} : { trustListener }), logger, stateDir, maxPacketSize: mqtt.maxPacketSize
      })))
    }
    for (const listener of config.listeners) await this.#trust.addListener(listener, broker)
    // a file that was renewed is not told of as expiring in the minute until the next look
    this.#trust.onStatus(() => this.#expiry.check())
    this.#expiry.start()
  }

  /** @throws SpoolError */
  async #openJournals (): Promise<void> {
    const { config, logger } = this.#options
    for (const { name, enable, spool } of config.bridges) {
      if (!enable || spool === null) continue
      const counters = new BridgeCounters()
      this.#journals.set(name, { counters, journal: await openBridgeJournal({ config: spool, counters, logger: logger.child({ bridge: name }) }) })
    }
    if (config.spool !== null) await warnOfOrphans(config.spool.dir, new Set(config.bridges.filter(({ spool }) => spool !== null).map(({ name }) => name)), logger)
  }

  async close (drainTimeoutMs: number): Promise<{ readonly undelivered: number }> {
    const until = performance.now() + drainTimeoutMs
    const left = (): number => Math.max(0, until - performance.now())
    this.#expiry.stop()
    await this.#trust.stop()
    await this.#broker?.close(left() / 2)
    await Promise.all(this.#bridges.map(async bridge => bridge.drain(left())))
    const undelivered = this.#bridges.reduce((sum, { queued }) => sum + queued, 0)
    await Promise.all(this.#bridges.map(async bridge => bridge.stop()))
    for (const { journal } of this.#journals.values()) await journal.close()
    await this.#closeStore()
    return { undelivered }
  }
}
