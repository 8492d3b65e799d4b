/** What events add up to, for the numbers that only they tell: how changes of certificate files ended, why links broke. */
import type { DailyVolumes } from './daily-volumes.ts'
import type { EdgeEvent, EventFeed } from './event-feed.ts'

/** A code is one of the program's, so that there are few. */
const MOST_KEYS = 500

export class EventTotals {
  readonly volumes: DailyVolumes
  /** By kind, name and result, with blanks between. */
  readonly trustOutcomes = new Map<string, number>()
  /** By bridge and code, with a blank between. */
  readonly linkFailures = new Map<string, number>()
  readonly #told = new Map<string, number>()
  readonly #leave: () => void

  constructor (feed: EventFeed) {
    this.volumes = feed.volumes
    for (const event of feed.recent) this.#add(event)
    this.#leave = feed.follow(event => this.#add(event))
  }

  stop (): void {
    this.#leave()
  }

  #add (event: EdgeEvent): void {
    if (event.kind === 'bridge' && event.state.reason !== undefined) count(this.linkFailures, `${event.bridge} ${event.state.reason.code}`)
    if (event.kind !== 'trust') return
    const { kind, name, last } = event.trust
    if (last === null || this.#told.get(`${kind} ${name}`) === last.at) return
    this.#told.set(`${kind} ${name}`, last.at)
    count(this.trustOutcomes, `${kind} ${name} ${last.result}`)
  }
}

function count (totals: Map<string, number>, key: string): void {
  if (totals.has(key) || totals.size < MOST_KEYS) totals.set(key, (totals.get(key) ?? 0) + 1)
}
