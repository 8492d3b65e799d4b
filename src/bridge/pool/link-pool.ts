/**
 * The links of a bridge, mostly one. Messages are shared out among them by their publisher, and each is a bridge of its own to the remote:
 * with a client id, a session, a window, and what waits in memory and on disk. What comes from the remote comes over the first.
 */
import type { BridgeConfig, RemoteAddress } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import { LatencyHistogram } from '../../metrics/latency-histogram.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { ForwardRule } from '../../relay/route-table.ts'
import type { Spread } from '../../relay/spread.ts'
import { type BridgeFigures, bridgeFigures } from '../bridge-figures.ts'
import { BridgeLink } from '../bridge-link.ts'
import type { BridgeOptions } from '../bridge-options.ts'
import type { BridgeState } from '../bridge-state.ts'
import type { Clock } from '../clock.ts'
import { DownlinkRules } from '../down/downlink-rules.ts'
import { Downlink } from '../down/downlink.ts'
import type { Incoming } from '../down/incoming.ts'
import type { TrustSource } from '../link/dial-remote.ts'
import { BridgeJournals, diskOf } from '../up/bridge-journals.ts'
import { outboxOf } from '../up/bridge-outbox.ts'
import { DeadLetters } from '../up/dead-letters.ts'
import { type UpLane, upLanes } from '../up/up-lanes.ts'
import { Berth, configOf, lanesInCommon, suffixOf } from './berth.ts'
import { withStage } from './kept-spread.ts'
import { isOfFirst } from './first-only.ts'
import { keptStage, stageOf } from './lane-marks.ts'
import { PoolRenewal } from './pool-renewal.ts'
import { stateOfAll } from './pool-state.ts'
import { type Stage, Stages } from './stages.ts'

/** What the links of a bridge have in common. */
export interface PoolParts {
  readonly incoming: Incoming
  readonly counters: BridgeCounters
  readonly logger: Logger
  readonly clock: Clock
}

/** A link that has not come up for so long, and the longest wait between its attempts, holds up no other. */
const PATIENCE_MS = 30_000

export class LinkPool {
  readonly #options: BridgeOptions
  readonly #parts: PoolParts
  readonly #latency = new LatencyHistogram()
  readonly #deadLetters: DeadLetters
  readonly #renewal: PoolRenewal
  readonly #stages: Stages
  readonly #first: BridgeLink
  readonly #berths: [Berth, ...Berth[]]
  readonly #listeners = new Set<(state: BridgeState) => void>()
  #config: BridgeConfig
  #trust: TrustSource | null
  #rules: readonly ForwardRule[] = []
  #state: BridgeState

  constructor (options: BridgeOptions, parts: PoolParts) {
    const { config, delivery, store } = options
    this.#options = options
    this.#parts = parts
    this.#config = config
    this.#trust = options.trust
    this.#deadLetters = new DeadLetters({ ...parts, bridge: config.name, topic: config.deadLetterTopic, delivery })
    this.#renewal = new PoolRenewal(outcome => options.trustListener?.renewed(outcome))
    const first = this.#berthAt(0)
    this.#first = first.occupy()
    const places = Math.max(config.links, store?.places ?? 1)
    this.#berths = [first, ...Array.from({ length: places - 1 }, (_, i) => this.#berthAt(i + 1))]
    this.#stages = new Stages({
      ...parts,
      links: () => this.#berths,
      changed: stages => { void this.#keep(this.#config.links, stages) },
      patienceMs: PATIENCE_MS + config.backoffMaxMs
    })
    for (const berth of this.#inForce) berth.occupy()
    this.#state = this.#stateOfNow()
  }

  /** Lanes that rules can name, in the order of each outbox. */
  get lanes (): readonly UpLane[] { return lanesInCommon(this.#lanesOfAll) }
  get #lanesOfAll (): readonly (readonly UpLane[])[] { return this.#berths.map(({ lanes }) => lanes) }
  /** Takes messages by these rules, and begins to dial. */
  start (rules: readonly ForwardRule[]): void {
    this.#stages.resume((this.#options.store?.stages ?? []).map(kept => stageOf(kept, this.#lanesOfAll)))
    this.#share(rules, this.#config)
    for (const berth of this.#inForce) berth.link?.start()
    for (const berth of this.#leaving) this.#seeOut(berth)
  }

  /** Disk for so many. @throws SpoolError */
  async makeRoom (links: number): Promise<void> {
    await this.#options.store?.grow(this.#config, links)
  }

  /**
   * More links, or fewer: those that go do so when what they have is with the remote, and until then what comes from now on waits on all of them.
   * Settles when it is so from now on; {@link makeRoom} was called before.
   */
  async resize ({ links }: BridgeConfig): Promise<void> {
    if (links === this.#config.links) return
    // nothing may be given to a link by the new sharing out before it is safe on disk what came by the old; who can not be held is not
    const shut = this.#berths.filter(({ outbox }) => outbox.required)
    for (const { outbox } of shut) outbox.holding.shut(true)
    await this.#keep(links, withStage(this.#stages.left, this.#stages.now))
    this.#stages.begin()
    this.#config = { ...this.#config, links }
    while (this.#berths.length < links) this.#berths.push(this.#berthAt(this.#berths.length))
    this.#stages.resume(this.#stages.left)
    this.#share(this.#rules, this.#config)
    for (const { outbox } of shut) outbox.holding.shut(false)
    for (const berth of this.#inForce) if (berth.link === null) berth.occupy().start()
    for (const berth of this.#leaving) this.#seeOut(berth)
    this.#changed()
    await this.#keep(links, this.#stages.left)
  }

  async #keep (links: number, stages: readonly Stage[]): Promise<void> {
    await this.#options.store?.write({ links, stages: stages.map(stage => keptStage(stage, this.#lanesOfAll)) })
  }

  get #inForce (): readonly Berth[] { return this.#berths.slice(0, this.#config.links) }
  get #leaving (): readonly Berth[] { return this.#berths.slice(this.#config.links) }
  get #links (): readonly BridgeLink[] { return this.#berths.flatMap(({ link }) => link ?? []) }

  get state (): BridgeState { return this.#state }
  get server (): RemoteAddress { return this.#first.server }
  get queued (): number { return this.#berths.reduce((sum, { outbox }) => sum + outbox.queued, 0) }
  get queuedBytes (): number { return this.#berths.reduce((sum, { outbox }) => sum + outbox.queuedBytes, 0) }

  get figures (): BridgeFigures {
    const links = { all: this.#config.links, up: this.#inForce.filter(({ isUp }) => isUp).length }
    return bridgeFigures(this.#berths, links, diskOf(this.#berths.flatMap(({ journals }) => journals.all)))
  }

  onState (call: (state: BridgeState) => void): () => void {
    this.#listeners.add(call)
    return () => { this.#listeners.delete(call) }
  }

  async drain (timeoutMs: number): Promise<boolean> {
    const drained = await Promise.all(this.#links.map(async link => link.drain(timeoutMs)))
    return drained.every(Boolean)
  }

  /** One link after the other. */
  async renew (anew: boolean): Promise<void> {
    await this.#renewal.inTurn(this.#links.map(link => async () => link.renew(anew)))
  }

  /** One link after the other. */
  async move (config: BridgeConfig, trust: TrustSource | null): Promise<void> {
    this.#config = { ...config, links: this.#config.links }
    this.#trust = trust
    await this.#renewal.inTurn(this.#berths.map(({ link }, place) => async () => link?.move(configOf(place, config), trust)))
  }

  replaceRules (rules: readonly ForwardRule[], config: BridgeConfig): void {
    if (this.#berths.length > 1) {
      // other topics may go by the first link only
      this.#stages.begin()
      void this.#keep(this.#config.links, this.#stages.left)
    }
    this.#share(rules, { ...config, links: this.#config.links })
  }

  #share (rules: readonly ForwardRule[], config: BridgeConfig): void {
    this.#config = config
    this.#rules = rules
    this.#options.relay.attach(this.#first.outbox, rules, this.#spread())
  }

  /** Asks the remote for what these rules say from now on. */
  resubscribe (rules: BridgeConfig['subscription']): void {
    this.#first.resubscribe(rules)
  }

  detach (): void {
    this.#options.relay.detach(this.#first.outbox)
  }

  async stop (): Promise<void> {
    this.#stages.stop()
    await Promise.all(this.#berths.map(async berth => berth.letGo()))
  }

  #spread (): Spread | null {
    if (this.#berths.length === 1) return null
    const outboxes = (berths: readonly Berth[]): readonly Outbox[] => berths.map(({ outbox }) => outbox)
    return { links: outboxes(this.#inForce), leaving: outboxes(this.#leaving), isOfFirst: isOfFirst(this.#config) }
  }

  /** One that takes no messages any more has a link for as long as it has some. */
  #seeOut (berth: Berth): void {
    if (!berth.outbox.idle && berth.link === null) berth.occupy().start()
    // not from within the acknowledgement of its last message
    berth.outbox.whenIdle(() => { setImmediate(() => { if (this.#leaving.includes(berth)) void berth.vacate() }) })
  }

  #berthAt (place: number): Berth {
    const { config, store, journals: given, ownEnd, relay } = this.#options
    const logger = place === 0 ? this.#parts.logger : this.#parts.logger.child({ link: place + 1 })
    const journals = store?.at(place) ?? (place === 0 ? given : undefined) ?? new BridgeJournals(new Map())
    const lanes = upLanes(config, journals)
    return new Berth({
      place,
      outbox: ownEnd?.outbox ?? outboxOf(config, { ...this.#parts, logger, lanes, via: relay.via, deadLetters: this.#deadLetters, latency: this.#latency }),
      lanes,
      journals,
      logger,
      makeLink: (...made) => this.#makeLink(...made)
    })
  }

  #makeLink (place: number, outbox: Outbox, logger: Logger, left: Promise<void>): BridgeLink {
    const { trustListener, relay, delivery, after } = this.#options
    const { counters, incoming } = this.#parts
    const { name, protoVer } = this.#config
    const link = new BridgeLink({
      ...this.#options,
      ...this.#parts,
      trust: this.#trust,
      after: Promise.all([after, left]).then(() => {}),
      config: configOf(place, this.#config),
      outbox,
      logger,
      // nothing is asked for there; what comes all the same is acknowledged and counted
      incoming: place === 0 ? incoming : new Downlink({ bridge: name, level: protoVer, rules: new DownlinkRules([]), delivery, isOwn: view => relay.isOwn(view), counters }),
      further: place === 0 ? null : { first: this.#first.connector, suffix: suffixOf(place) },
      ...(trustListener === undefined ? {} : { trustListener: { verified: (...seen) => trustListener.verified(...seen), renewed: outcome => this.#renewal.renewed(outcome) } })
    })
    link.onState(() => this.#changed())
    return link
  }

  #changed (): void {
    const state = this.#stateOfNow()
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#listeners) listener(state)
  }

  #stateOfNow (): BridgeState {
    const states = this.#inForce.flatMap(({ link }) => link?.state ?? [])
    const [first = this.#first.state, ...others] = states
    return stateOfAll([first, ...others])
  }
}
