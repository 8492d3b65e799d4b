/** The bridges of an edge, by name: made ready, started, given other settings, and taken away while the others go on. */
import { type Bridge, startBridge } from '../bridge/bridge.ts'
import { openPoolStore, type PoolStore } from '../bridge/pool/pool-store.ts'
import type { TrustListener } from '../bridge/bridge-options.ts'
import { atEachServer } from '../bridge/link/each-server.ts'
import type { RenewalOutcome } from '../bridge/link/renewal.ts'
import type { BridgeConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import type { DeviceFilters } from '../relay/device-filters.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import type { BridgeTrust } from './bridge-trust.ts'
import type { ChangedBridge } from './changes.ts'
import type { TrustFiles } from './trust-files.ts'

export interface BridgeSurroundings {
  readonly relay: BridgeRelay
  readonly trust: TrustFiles
  readonly logger: Logger
  readonly stateDir: string | null
  /** null: the devices are those of another broker. */
  readonly deviceFilters: DeviceFilters | null
  /** Largest packet a remote may send. */
  readonly maxPacketSize: number
}

/** A bridge whose disk and files are at hand. It becomes a bridge, or is let go. */
export interface ReadyBridge {
  readonly config: BridgeConfig
  readonly counters: BridgeCounters
  readonly store: PoolStore
  readonly trust: BridgeTrust | null
}

export class RunningBridges {
  readonly #around: BridgeSurroundings
  readonly #running = new Map<string, Bridge>()
  /** What each dials with now, and tells of. */
  readonly #trusts = new Map<string, BridgeTrust | null>()
  readonly #leaving = new Set<Bridge>()
  /** How the last attempt to move each link ended. */
  readonly #moves = new Map<string, RenewalOutcome>()

  constructor (around: BridgeSurroundings) {
    this.#around = around
  }

  /** In the order in which they were started. */
  get all (): readonly Bridge[] { return [...this.#running.values()] }

  /**
   * Opens what a bridge keeps on disk, and begins to read what it dials with.
   * @throws SpoolError
   */
  async ready (config: BridgeConfig): Promise<ReadyBridge> {
    const counters = new BridgeCounters()
    const logger = this.#around.logger.child({ bridge: config.name })
    const store = await openPoolStore(config, { counters, logger })
    return { config, counters, store, trust: this.#around.trust.open(config) }
  }

  /** Gives back what {@link ready} has opened. */
  async letGo ({ store, trust }: ReadyBridge): Promise<void> {
    await trust?.rotation.stop()
    await store.close()
  }

  /**
   * Takes messages from now on.
   * @param after it dials when this is settled
   */
  start ({ config, counters, store, trust }: ReadyBridge, delivery: LocalDelivery, after?: Promise<void>): void {
    const { trust: files, ...around } = this.#around
    files.addBridge(config.name, trust)
    this.#trusts.set(config.name, trust)
    const trustListener: TrustListener = {
      renewed: outcome => {
        this.#moves.set(config.name, outcome)
        this.#trusts.get(config.name)?.renewed(outcome)
      },
      verified: (chain, answers) => this.#trusts.get(config.name)?.verified(chain, answers)
    }
    const bridge = startBridge({
      ...around, config, counters, store, delivery, trust: trust?.source ?? null, trustListener, ...(after === undefined ? {} : { after })
    })
    trust?.serve(bridge)
    this.#running.set(config.name, bridge)
  }

  /** Settings with the server that the link would move to: the one it is at, where that is still one of them. */
  atItsServer (config: BridgeConfig): BridgeConfig {
    const { url } = this.#running.get(config.name)?.server ?? config.server
    const [first, ...others] = atEachServer(config)
    return others.find(({ server }) => server.url === url) ?? first
  }

  isUp (name: string): boolean { return this.#running.get(name)?.state.name === 'up' }

  /** Opens what further links of a bridge keep on disk. @throws SpoolError */
  async makeRoom (config: BridgeConfig): Promise<void> {
    await this.#running.get(config.name)?.makeRoom(config.links)
  }

  /**
   * @param trust what to dial with from now on, where its connection changes
   * @returns how its link moved; null where there was none to move
   */
  async reconfigure ({ config, rules, link, links }: ChangedBridge, trust: BridgeTrust | null): Promise<RenewalOutcome | null> {
    const bridge = this.#running.get(config.name)
    if (bridge === undefined) return null
    this.#moves.delete(config.name)
    if (link) {
      this.#around.trust.addBridge(config.name, trust)
      this.#trusts.set(config.name, trust)
      trust?.serve(bridge)
    }
    await bridge.reconfigure({ config, rules, links, link: link ? { trust: trust?.source ?? null } : null })
    return this.#moves.get(config.name) ?? null
  }

  /** Takes one away: it gets nothing more from now on, and stops when what it has is with its remote, or the time is over. */
  async remove (name: string, timeoutMs: number): Promise<void> {
    const bridge = this.#running.get(name)
    if (bridge === undefined) return
    this.#running.delete(name)
    this.#moves.delete(name)
    this.#leaving.add(bridge)
    const left = bridge.leave(timeoutMs)
    void this.#around.trust.remove('bridge', name)
    await left
    this.#leaving.delete(bridge)
  }

  /**
   * What waits goes out, within the time; then all stop.
   * @returns messages of QoS 1 and 2 that no remote has acknowledged
   */
  async stop (drainTimeoutMs: number): Promise<number> {
    const all = [...this.#running.values(), ...this.#leaving]
    await Promise.all(all.map(async bridge => bridge.drain(drainTimeoutMs)))
    const undelivered = all.reduce((sum, { queued }) => sum + queued, 0)
    await Promise.all(all.map(async bridge => bridge.stop()))
    return undelivered
  }
}
