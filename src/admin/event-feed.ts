/** What changes while an edge runs: states of bridges, stages of certificate files, messages dropped. The last ones are kept; who follows is called. */
import type { Logger } from '../logger.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { AdminPort } from './admin-port.ts'
import { DailyVolumes } from './daily-volumes.ts'
import { type BridgeStanding, standingOf, type TrustStanding, trustStandingOf } from './standing.ts'

export type EdgeEvent = { readonly id: number, readonly at: number } & EdgeChange

export type EdgeChange =
  | { readonly kind: 'bridge', readonly bridge: string, readonly state: BridgeStanding }
  | { readonly kind: 'trust', readonly trust: TrustStanding }
  /** Messages dropped since the event before, by reason. */
  | { readonly kind: 'drops', readonly bridge: string, readonly dropped: Readonly<Partial<Record<DropReason, number>>> }

/** Counters of a bridge that count what a receiver will never get. */
export const dropReasons = {
  droppedLinkDown: 'link_down',
  droppedFull: 'full',
  droppedAge: 'max_age',
  droppedOldest: 'drop_oldest',
  droppedDamaged: 'damaged',
  droppedTooLarge: 'too_large',
  droppedExpired: 'expired',
  refusedByRemote: 'refused_by_remote',
  setAside: 'set_aside'
} as const satisfies Partial<Record<keyof BridgeCounters, string>>
type DropCounter = keyof typeof dropReasons
export type DropReason = typeof dropReasons[DropCounter]

/** All of them together. */
export function droppedIn (counters: BridgeCounters): number {
  return (Object.keys(dropReasons) as DropCounter[]).reduce((sum, counter) => sum + counters[counter], 0)
}

const KEPT = 200
const LOOK_MS = 1000

export class EventFeed {
  readonly volumes = new DailyVolumes()
  readonly #port: AdminPort
  readonly #logger: Logger
  readonly #followers = new Set<(event: EdgeEvent) => void>()
  readonly #recent: EdgeEvent[] = []
  readonly #watched = new Map<object, () => void>()
  readonly #counted = new WeakMap<BridgeCounters, Partial<Record<DropCounter, number>>>()
  readonly #unwatchTrust: () => void
  readonly #timer: NodeJS.Timeout
  #last = 0

  constructor (port: AdminPort, logger: Logger) {
    this.#port = port
    this.#logger = logger
    this.#unwatchTrust = port.onTrust(report => this.#tell({ kind: 'trust', trust: trustStandingOf(report) }))
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
    this.#look()
  }

  /** The last events, oldest first. */
  get recent (): readonly EdgeEvent[] { return this.#recent }

  /** Calls with each event from now on; the answer ends that. */
  follow (call: (event: EdgeEvent) => void): () => void {
    this.#followers.add(call)
    return () => { this.#followers.delete(call) }
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#unwatchTrust()
    for (const unwatch of this.#watched.values()) unwatch()
    this.#watched.clear()
    this.#followers.clear()
  }

  #tell (change: EdgeChange): void {
    const event = { id: ++this.#last, at: Date.now(), ...change }
    this.#recent.push(event)
    if (this.#recent.length > KEPT) this.#recent.shift()
    for (const call of this.#followers) call(event)
  }

  /** Bridges come and go with the configuration; what they drop no event tells. */
  #look (): void {
    const links = this.#port.sidecar === null ? this.#port.bridges : [...this.#port.bridges, this.#port.sidecar.link]
    const there = new Set<object>(links)
    for (const [bridge, unwatch] of this.#watched) {
      if (there.has(bridge)) continue
      unwatch()
      this.#watched.delete(bridge)
    }
    for (const bridge of links) {
      this.volumes.of(bridge.counters)
      if (!this.#watched.has(bridge)) {
        const { name } = bridge
        this.#watched.set(bridge, bridge.onState(state => this.#tell({ kind: 'bridge', bridge: name, state: standingOf(state) })))
        this.#tell({ kind: 'bridge', bridge: name, state: standingOf(bridge.state) })
      }
      this.#countDrops(bridge.name, bridge.counters)
    }
  }

  #countDrops (name: string, counters: BridgeCounters): void {
    const before = this.#counted.get(counters) ?? {}
    const dropped: Partial<Record<DropReason, number>> = {}
    for (const counter of Object.keys(dropReasons) as DropCounter[]) {
      const more = counters[counter] - (before[counter] ?? 0)
      if (more > 0) dropped[dropReasons[counter]] = more
      before[counter] = counters[counter]
    }
    this.#counted.set(counters, before)
    if (Object.keys(dropped).length === 0) return
    this.#logger.debug({ bridge: name, dropped }, 'messages were dropped')
    this.#tell({ kind: 'drops', bridge: name, dropped })
  }
}
