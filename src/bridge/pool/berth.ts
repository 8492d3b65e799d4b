/**
 * The place of one link in a bridge: its queue, which lasts as long as the bridge, and the link over which it empties. The first place is
 * the bridge's own; the others have its client id with -2, -3 … behind it.
 */
import type { BridgeConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { BridgeLink } from '../bridge-link.ts'
import type { BridgeJournals } from '../up/bridge-journals.ts'
import { letGo } from '../up/bridge-outbox.ts'
import type { UpLane } from '../up/up-lanes.ts'

export interface BerthOptions {
  /** From 0. */
  readonly place: number
  readonly outbox: Outbox
  /** Of the outbox, in its order. */
  readonly lanes: readonly UpLane[]
  readonly journals: BridgeJournals
  readonly logger: Logger
  /** @returns one that has not begun */
  readonly makeLink: (place: number, outbox: Outbox, logger: Logger, after: Promise<void>) => BridgeLink
}

export class Berth {
  readonly outbox: Outbox
  readonly lanes: readonly UpLane[]
  readonly journals: BridgeJournals
  readonly #options: BerthOptions
  #link: BridgeLink | null = null
  /** The link before is on its way out. */
  #left: Promise<void> = Promise.resolve()

  constructor (options: BerthOptions) {
    this.#options = options
    this.outbox = options.outbox
    this.lanes = options.lanes
    this.journals = options.journals
  }

  /** null: nothing has to be carried. */
  get link (): BridgeLink | null { return this.#link }

  get isUp (): boolean { return this.#link?.isUp === true }

  /** Has a link from now on. */
  occupy (): BridgeLink {
    const { place, outbox, logger, makeLink } = this.#options
    this.#link ??= makeLink(place, outbox, logger, this.#left)
    return this.#link
  }

  /** Has none any more; what waits stays. */
  async vacate (): Promise<void> {
    const link = this.#link
    this.#link = null
    if (link !== null) this.#left = link.stop()
    await this.#left
  }

  /** The bridge is over. */
  async letGo (): Promise<void> {
    await this.vacate()
    await letGo(this.outbox, this.journals, this.#options.logger)
  }
}

export function suffixOf (place: number): string {
  return place === 0 ? '' : `-${place + 1}`
}

/** The lanes that the outboxes of all links have in front, in one order: rules name them by their place. */
export function lanesInCommon ([first = [], ...others]: readonly (readonly UpLane[])[]): readonly UpLane[] {
  const end = first.findIndex((lane, i) => others.some(lanes => !isSameLane(lanes[i], lane)))
  return end < 0 ? first : first.slice(0, end)
}

function isSameLane (one: UpLane | undefined, other: UpLane): boolean {
  return one?.priority === other.priority && one.durability === other.durability
}

/** What is said of the bridge, and asked of its remote, is so over the first link only. */
export function configOf (place: number, config: BridgeConfig): BridgeConfig {
  return place === 0 ? config : { ...config, subscription: [], will: null, notifications: null }
}
