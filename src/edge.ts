/**
 * The composition root: one configuration in, one running edge out. The only place that knows both the broker and the bridges; it hands
 * each the other's half: the Relay to the broker, local delivery to the bridges. In a sidecar a broker that is not ours stands in its place.
 */
import { randomBytes } from 'node:crypto'
import type { Bridge } from './bridge/bridge.ts'
import { spoolNames } from './config/bridge-lanes.ts'
import { warnOfOrphans } from './bridge/up/orphan-journals.ts'
import { AuthGatekeeper } from './broker/auth/gatekeeper.ts'
import { type Broker, startBroker } from './broker/broker.ts'
import type { ClientFacts } from './broker/client-facts.ts'
import type { DeviceEvent } from './broker/device-events.ts'
import type { DeviceSide } from './broker/device-side.ts'
import type { ObservedMessage } from './broker/observation.ts'
import { LocalInterest } from './broker/local-interest.ts'
import type { ListenerAddress } from './broker/listener/listener.ts'
import { openSessionStore } from './broker/persistence/stored-state.ts'
import type { Message } from './broker/session-port.ts'
import { readEnvironment } from './config/environment.ts'
import { loadConfig, type LoadedConfig } from './config/load.ts'
import type { BridgeConfig, Config } from './config/model.ts'
import type { ConfigReport } from './config/report.ts'
import type { Logger, LogLevels } from './logger.ts'
import { BrokerCounters } from './metrics/broker-counters.ts'
import { HttpAuthCounters } from './metrics/http-auth-counters.ts'
import { SessionCounters } from './metrics/session-counters.ts'
import { ExpiryMonitor, type ExpiryEvent, type InUseStanding } from './trust/expiry-monitor.ts'
import { type BridgeRelay, createRelay } from './relay/bridge-relay.ts'
import type { LocalDelivery } from './relay/local-delivery.ts'
import { applyChanges, type Unmoved } from './reload/apply.ts'
import type { BridgeEdit } from './reload/bridge-edit.ts'
import type { ReloadOutcome } from './reload/outcome.ts'
import type { Changes, NoticesConfig, Stated } from './reload/changes.ts'
import { Reloads } from './reload/reloads.ts'
import { runSidecar } from './reload/running-sidecar.ts'
import { type ReadyBridge, RunningBridges } from './reload/running-bridges.ts'
import type { Sidecar } from './sidecar/sidecar.ts'
import { TrustFiles, type TrustOwner, type TrustReport } from './reload/trust-files.ts'

export interface EdgeOptions {
  readonly config: Config
  readonly logger: Logger
  /** Where what must outlast a restart is kept beside messages, such as a client id that was made up; null: nowhere. */
  readonly stateDir: string | null
  /** What was said about the file of `config`, so that a reload can name keys with the values they had. */
  readonly report?: ConfigReport
  /** As `loadConfig` has returned it, so that bridges can be changed while the edge runs; left out, they can not. */
  readonly revise?: LoadedConfig['revise']
  /**
   * Reads the configuration again for a reload. @throws ConfigError
   * @default the file of `config`, with the working directory and the environment of now
   */
  readonly read?: () => Stated
  /** Another `log.level` or `log.levels` is in the file. @default it is not applied */
  readonly setLogLevels?: (levels: LogLevels) => void
  /** Another `webhook` or `alerts` is in the file. @default it is not applied */
  readonly setNotices?: (config: NoticesConfig) => void
}

export interface Edge extends DeviceSide {
  /** What is in force. */
  readonly config: Config
  /** What the broker and its store of sessions count. */
  readonly counters: { readonly broker: BrokerCounters, readonly sessions: SessionCounters, readonly httpAuth: HttpAuthCounters }
  readonly bridges: readonly Bridge[]
  /** The broker that is not ours, in a sidecar; null: there is a broker of our own. */
  readonly sidecar: Pick<Sidecar, 'link' | 'broker'> | null
  /** Where the certificate files of each bridge and TLS listener stand. */
  readonly trust: readonly TrustReport[]
  /** Every certificate in use, of files and of remotes as last seen, what ends first at the front. */
  readonly certificates: readonly InUseStanding[]
  /** Calls when a certificate is about to expire, has expired, or that is mended, and at once for what is so already; the answer ends that. See `trust.expiry_warn`. */
  onExpiry (call: (event: ExpiryEvent) => void): () => void
  /** The last reload that was tried, and when, in milliseconds since 1970; null: none was. */
  readonly lastReload: { readonly at: number, readonly outcome: ReloadOutcome } | null
  /** Reloads since the start, by what came of them. */
  readonly reloads: Readonly<Record<ReloadOutcome['kind'], number>>
  /**
   * Reads the configuration again and brings it into force: all of it or nothing. Then looks at all certificate files. One at a time; what
   * comes while one runs is one more. Never rejects. Settles when removed bridges have drained and new connections have been tried.
   */
  reload (): Promise<ReloadOutcome>
  /**
   * Changes one bridge until the configuration is read again: judged as a whole file is, and then all of it or nothing. A bridge that is up
   * keeps its connection unless another could be made with the new settings.
   * @throws ReloadError; nothing was changed
   */
  changeBridge (edit: BridgeEdit): Promise<ReloadOutcome>
  /** Names of bridges that {@link changeBridge} has changed since the configuration was read. */
  readonly editedBridges: ReadonlySet<string>
  /** Calls with each change of where certificate files stand; the answer ends that. */
  onTrust (call: (report: TrustReport) => void): () => void
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
  readonly counters = { broker: new BrokerCounters(), sessions: new SessionCounters(), httpAuth: new HttpAuthCounters() }
  readonly #trust: TrustFiles
  readonly #expiry: ExpiryMonitor
  readonly #reloads: Reloads
  readonly #relay: BridgeRelay
  readonly #interest = new LocalInterest()
  readonly #gatekeeper: AuthGatekeeper
  readonly #bridges: RunningBridges
  /** Open, and not started. */
  readonly #ready: ReadyBridge[] = []
  #broker: Broker | null = null
  #sidecar: Sidecar | null = null
  #closeStore: () => Promise<void> = async () => {}

  /** @throws AuthError */
  constructor (options: EdgeOptions) {
    const { config, report = null, revise, logger, stateDir } = options
    this.#options = options
    this.#trust = new TrustFiles(logger.child({ component: 'trust' }))
    this.#relay = createRelay({ node: randomBytes(6).toString('base64url'), interest: config.sidecar === null ? this.#interest : null, maxTopicLevels: config.limits.maxTopicLevels })
    this.#gatekeeper = new AuthGatekeeper(config.auth, { logger: logger.child({ component: 'broker' }), stateDir, httpCounters: this.counters.httpAuth })
    this.#bridges = new RunningBridges({ relay: this.#relay, trust: this.#trust, logger: logger.child({ component: 'bridge' }), stateDir, maxPacketSize: config.mqtt.maxPacketSize, deviceFilters: config.sidecar === null ? this.#interest.devices : null })
    this.#reloads = new Reloads({
      inForce: { config, report, ...(revise === undefined ? {} : { revise }) },
      read: options.read ?? (() => loadConfig({ file: config.file, cwd: process.cwd(), environment: readEnvironment() })),
      apply: async (changes, trialFirst) => this.#apply(changes, trialFirst),
      logger: logger.child({ component: 'reload' })
    })
    this.#expiry = new ExpiryMonitor({ items: () => this.#trust.inUse, warnMs: config.trust.expiryWarnMs, logger: logger.child({ component: 'trust' }) })
  }

  get config (): Config { return this.#reloads.inForce.config }
  get addresses (): readonly ListenerAddress[] { return this.#broker?.addresses ?? [] }
  get bridges (): readonly Bridge[] { return this.#bridges.all }
  get sidecar (): Edge['sidecar'] { return this.#sidecar }
  get certificates (): readonly InUseStanding[] { return this.#expiry.items }
  get trust (): readonly TrustReport[] { return this.#trust.reports }
  get editedBridges (): ReadonlySet<string> { return this.#reloads.edited }
  get reloads (): Edge['reloads'] { return this.#reloads.counts }
  get lastReload (): Edge['lastReload'] { return this.#reloads.last }

  async reload (): Promise<ReloadOutcome> {
    const outcome = await this.#reloads.reload()
    await this.#trust.check()
    return outcome
  }

  async changeBridge (edit: BridgeEdit): Promise<ReloadOutcome> { return this.#reloads.change(edit) }

  async #apply (changes: Changes, trialFirst: boolean): Promise<readonly Unmoved[]> {
    const delivery = this.#sidecar ?? this.#broker
    if (delivery === null) return []
    const { setLogLevels = () => {}, setNotices = () => {} } = this.#options
    const askLocally = async (bridges: readonly BridgeConfig[]): Promise<void> => this.#sidecar?.serve(bridges)
    return applyChanges(changes, { broker: this.#broker, delivery, askLocally, gatekeeper: this.#gatekeeper, bridges: this.#bridges, trust: this.#trust, setLogLevels, setNotices, trialFirst })
  }

  onExpiry (call: (event: ExpiryEvent) => void): () => void { return this.#expiry.onExpiry(call) }

  clients (): readonly ClientFacts[] { return this.#broker?.clients() ?? [] }

  onDevice (call: (event: DeviceEvent) => void): () => void { return this.#broker?.onDevice(call) ?? (() => {}) }

  observe (filters: readonly string[], call: (message: ObservedMessage) => void): () => void { return this.#broker?.observe(filters, call) ?? (() => {}) }

  connectionsByListener (): ReadonlyMap<string, number> {
    return this.#broker?.connectionsByListener() ?? new Map<string, number>()
  }

  async publish (message: Message, publisher: string | null): Promise<void> {
    await (this.#sidecar?.publish(message) ?? this.#broker?.publish(message, publisher))
  }

  onTrust (call: (report: TrustReport) => void): () => void { return this.#trust.onReport(call) }

  async checkTrust (): Promise<void> { await this.#trust.check() }

  commitTrust (owner: TrustOwner): boolean { return this.#trust.commit(owner) }

  abortTrust (owner: TrustOwner): boolean { return this.#trust.abort(owner) }

  async start (): Promise<void> {
    const { config } = this.#options
    const logger = this.#options.logger.child({ component: 'bridge' })
    // before anybody is let in: from then on the bridges take messages
    for (const bridge of config.bridges) this.#ready.push(await this.#bridges.ready(bridge))
    if (config.spool !== null) await warnOfOrphans(config.spool.dir, new Set(config.bridges.filter(({ spool }) => spool !== null).flatMap(({ name }) => spoolNames(name))), logger)
    if (config.sidecar === null) await this.#startBroker()
    else this.#startBridges(this.#sidecar = runSidecar({ config: config.sidecar, bridges: config.bridges, relay: this.#relay, trust: this.#trust, logger, maxPacketSize: config.mqtt.maxPacketSize }))
    // a file that was renewed is not told of as expiring in the minute until the next look
    this.#trust.onStatus(() => this.#expiry.check())
    this.#expiry.start()
  }

  async #startBroker (): Promise<void> {
    const { config } = this.#options
    const logger = this.#options.logger.child({ component: 'broker' })
    const { limits, mqtt, persistence } = config
    const interest = this.#interest
    const { store, close } = await openSessionStore({ persistence, mqtt, limits, interest, logger, counters: this.counters.sessions })
    this.#closeStore = close
    const broker = await startBroker({ config, relay: this.#relay, interest, gatekeeper: this.#gatekeeper, store, counters: this.counters.broker, logger })
    this.#broker = broker
    this.#startBridges(broker)
    for (const listener of config.listeners) await this.#trust.addListener(listener, broker)
  }

  /** In the turn in which the local side was started: what came in already is bridged from the first message on. */
  #startBridges (delivery: LocalDelivery): void {
    for (const bridge of this.#ready.splice(0)) this.#bridges.start(bridge, delivery)
  }

  async close (drainTimeoutMs: number): Promise<{ readonly undelivered: number }> {
    const until = performance.now() + drainTimeoutMs
    const left = (): number => Math.max(0, until - performance.now())
    this.#expiry.stop()
    await this.#trust.stop()
    this.#sidecar?.quiesce()
    await this.#broker?.close(left() / 2)
    const undelivered = await this.#bridges.stop(left())
    await this.#sidecar?.stop()
    await this.#reloads.stop()
    for (const bridge of this.#ready) await this.#bridges.letGo(bridge)
    await this.#closeStore()
    return { undelivered }
  }
}
