/** One bridge: its links to the remote, what goes up over them from the Relay, and what comes down over the first. */
import type { BridgeConfig, RemoteAddress } from '../config/model.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { Bridge } from './bridge-control.ts'
import type { BridgeFigures } from './bridge-figures.ts'
import type { BridgeOptions, BridgeSettings } from './bridge-options.ts'
import type { BridgeState } from './bridge-state.ts'
import { systemClock } from './clock.ts'
import { DeviceSubscriptions } from './down/device-subscriptions.ts'
import { DownlinkRules } from './down/downlink-rules.ts'
import { Downlink } from './down/downlink.ts'
import { LinkPool } from './pool/link-pool.ts'
import { forwardRules } from './up/forward-rules.ts'

export type { Bridge } from './bridge-control.ts'

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
  /** null where what comes in is not for the local broker. */
  readonly #downlink: Downlink | null
  readonly #pool: LinkPool
  /** null: what devices subscribe to is not passed on. */
  readonly #devices: DeviceSubscriptions | null
  /** As it is configured now. */
  #subscription: BridgeConfig['subscription']

  constructor (options: BridgeOptions) {
    const { config, relay, ownEnd, deviceFilters = null, clock = systemClock } = options
    this.name = config.name
    this.counters = options.counters ?? new BridgeCounters()
    const downlink = new Downlink({
      bridge: config.name,
      level: config.protoVer,
      rules: new DownlinkRules(config.subscription, config.transparent),
      delivery: options.delivery,
      isOwn: view => relay.isOwn(view),
      counters: this.counters
    })
    this.#downlink = ownEnd === undefined ? downlink : null
    const logger = options.logger.child({ bridge: config.name })
    this.#pool = new LinkPool(options, { incoming: ownEnd?.incoming ?? downlink, counters: this.counters, logger, clock })
    const rules = forwardRules(config, this.#pool.lanes)
    this.#subscription = config.subscription
    const passesOn = config.enable && config.transparent && deviceFilters !== null
    this.#devices = passesOn ? new DeviceSubscriptions({ filters: deviceFilters, clock, logger, changed: () => this.#resubscribe() }) : null
    if (!config.enable) return
    this.#resubscribe()
    this.#pool.start(rules)
  }

  get state (): BridgeState { return this.#pool.state }
  get server (): RemoteAddress { return this.#pool.server }
  get queued (): number { return this.#pool.queued }
  get queuedBytes (): number { return this.#pool.queuedBytes }
  get figures (): BridgeFigures { return this.#pool.figures }

  onState (call: (state: BridgeState) => void): () => void {
    return this.#pool.onState(call)
  }

  async drain (timeoutMs: number): Promise<boolean> {
    return this.#pool.drain(timeoutMs)
  }

  async renew (anew = false): Promise<void> {
    await this.#pool.renew(anew)
  }

  async makeRoom (links: number): Promise<void> {
    await this.#pool.makeRoom(links)
  }

  async reconfigure ({ config, rules, link, links = false }: BridgeSettings): Promise<void> {
    if (links) await this.#pool.resize(config)
    if (rules) this.#replaceRules(config)
    if (link !== null) await this.#pool.move(config, link.trust)
  }

  #replaceRules (config: BridgeConfig): void {
    const downlink = new DownlinkRules(config.subscription, config.transparent)
    this.#pool.replaceRules(forwardRules(config, this.#pool.lanes), config)
    this.#downlink?.replaceRules(downlink)
    this.#subscription = config.subscription
    this.#resubscribe()
  }

  #resubscribe (): void {
    this.#pool.resubscribe([...this.#subscription, ...this.#devices?.beside(this.#subscription) ?? []])
  }

  async leave (timeoutMs: number): Promise<void> {
    this.#pool.detach()
    await this.drain(timeoutMs)
    await this.stop()
  }

  async stop (): Promise<void> {
    this.#devices?.stop()
    this.#pool.detach()
    await this.#pool.stop()
  }
}
