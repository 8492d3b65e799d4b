/** One bridge: its link to the remote, what goes up over it from the Relay, and what comes down over it. */
import type { BridgeConfig, RemoteAddress } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { Outbox } from '../relay/outbox.ts'
import type { Bridge } from './bridge-control.ts'
import { type BridgeFigures, bridgeFigures } from './bridge-figures.ts'
import { BridgeLink } from './bridge-link.ts'
import type { BridgeOptions, BridgeSettings } from './bridge-options.ts'
import type { BridgeState } from './bridge-state.ts'
import { systemClock } from './clock.ts'
import { DownlinkRules } from './down/downlink-rules.ts'
import { Downlink } from './down/downlink.ts'
import { BridgeJournals } from './up/bridge-journals.ts'
import { outboxOf } from './up/bridge-outbox.ts'
import { DeadLetters } from './up/dead-letters.ts'
import { forwardRules } from './up/forward-rules.ts'
import { type UpLane, upLanes } from './up/up-lanes.ts'

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
  readonly #options: BridgeOptions
  readonly #journals: BridgeJournals
  /** Of the outbox, in its order. */
  readonly #lanes: readonly UpLane[]
  /** null where what comes in is not for the local broker. */
  readonly #downlink: Downlink | null
  readonly #link: BridgeLink

  constructor (options: BridgeOptions) {
    const { config, relay, ownEnd, clock = systemClock } = options
    this.name = config.name
    this.counters = options.counters ?? new BridgeCounters()
    this.#options = options
    this.#journals = options.journals ?? new BridgeJournals(new Map())
    this.#lanes = upLanes(config, this.#journals)
    const logger = options.logger.child({ bridge: config.name })
    const downlink = new Downlink({
      bridge: config.name,
      level: config.protoVer,
      rules: new DownlinkRules(config.subscription),
      delivery: options.delivery,
      isOwn: view => relay.isOwn(view),
      counters: this.counters
    })
    this.#downlink = ownEnd === undefined ? downlink : null
    const outbox = ownEnd?.outbox ?? this.#outboxOf(logger)
    this.#link = new BridgeLink({ ...options, outbox, journals: this.#journals, incoming: ownEnd?.incoming ?? downlink, counters: this.counters, logger, clock })
    const rules = forwardRules(config, this.#lanes)
    if (!config.enable) return
    relay.attach(outbox, rules)
    this.#link.start()
  }

  get state (): BridgeState { return this.#link.state }
  get server (): RemoteAddress { return this.#link.server }
  get queued (): number { return this.#link.outbox.queued }
  get queuedBytes (): number { return this.#link.outbox.queuedBytes }
  get figures (): BridgeFigures { return bridgeFigures(this.#link.outbox, this.#journals) }

  onState (call: (state: BridgeState) => void): () => void {
    return this.#link.onState(call)
  }

  async drain (timeoutMs: number): Promise<boolean> {
    return this.#link.drain(timeoutMs)
  }

  async renew (anew = false): Promise<void> {
    await this.#link.renew(anew)
  }

  async reconfigure ({ config, rules, link }: BridgeSettings): Promise<void> {
    if (rules) this.#replaceRules(config)
    if (link !== null) await this.#link.move(config, link.trust)
  }

  #replaceRules (config: BridgeConfig): void {
    const downlink = new DownlinkRules(config.subscription)
    this.#options.relay.attach(this.#link.outbox, forwardRules(config, this.#lanes))
    this.#downlink?.replaceRules(downlink)
    this.#link.resubscribe(config.subscription)
  }

  async leave (timeoutMs: number): Promise<void> {
    this.#options.relay.detach(this.#link.outbox)
    await this.drain(timeoutMs)
    await this.stop()
  }

  async stop (): Promise<void> {
    this.#options.relay.detach(this.#link.outbox)
    await this.#link.stop()
  }

  #outboxOf (logger: Logger): Outbox {
    const { config, relay, delivery, clock = systemClock } = this.#options
    const surroundings = { counters: this.counters, logger, clock }
    const deadLetters = new DeadLetters({ ...surroundings, bridge: config.name, topic: config.deadLetterTopic, delivery })
    return outboxOf(config, { ...surroundings, lanes: this.#lanes, via: relay.via, deadLetters })
  }
}
