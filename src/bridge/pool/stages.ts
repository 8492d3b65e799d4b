/**
 * Keeps the order of each client when the messages of a bridge are shared out among its links in another way: what came before goes first,
 * on all links, and only then what came after. Each such change makes a stage; they are worked off in turn, over restarts too.
 */
import type { Logger } from '../../logger.ts'
import type { Marks } from '../../relay/holding.ts'
import type { Outbox } from '../../relay/outbox.ts'
import type { Clock } from '../clock.ts'
import { withStage } from './kept-spread.ts'

/** Where each link ended, by its place, when a change was made. */
export type Stage = readonly Marks[]

/** What is needed of a link. */
export interface StagedLink {
  readonly outbox: Outbox
  readonly isUp: boolean
}

export interface StagesOptions {
  /** By their places, those on their way out among them; undefined: there is none at this place. */
  readonly links: () => readonly (StagedLink | undefined)[]
  /** Those that are left are others: they are to be kept where messages are. */
  readonly changed: (left: readonly Stage[]) => void
  /** How long a link that can not come up may hold up the others. */
  readonly patienceMs: number
  readonly logger: Logger
  readonly clock: Clock
}

const LOOK_MS = 1000

export class Stages {
  readonly #options: StagesOptions
  #left: readonly Stage[] = []
  #cancelLook: () => void = () => {}
  /** Since when a link is up and what is waited for is at links that are not; null: that is not so. */
  #stuckSince: number | null = null

  constructor (options: StagesOptions) {
    this.#options = options
  }

  /** Those that are not worked off. */
  get left (): readonly Stage[] { return this.#left }

  /** One more: what comes from now on waits until all that there is by now is with the remote. */
  begin (): void {
    this.resume(withStage(this.#left, this.now))
  }

  /** Where each link ends by now. */
  get now (): Stage { return this.#options.links().map(link => link?.outbox.holding.marks ?? []) }

  /** Goes on with these: what came after the first waits until all up to it is with the remote. */
  resume (stages: readonly Stage[]): void {
    this.#left = stages
    this.#apply()
  }

  stop (): void {
    this.#cancelLook()
  }

  #apply (): void {
    const [stage] = this.#left
    this.#cancelLook()
    this.#stuckSince = null
    this.#options.links().forEach((link, place) => {
      if (link === undefined) return
      link.outbox.holding.holdAfter(stage === undefined ? null : stage[place] ?? [])
      if (stage !== undefined) link.outbox.holding.whenPast(stage[place] ?? [], () => this.#passed(stage))
    })
    if (stage !== undefined && stage === this.#left[0]) this.#lookLater()
  }

  #passed (stage: Stage): void {
    if (stage !== this.#left[0] || this.#behind(stage).length > 0) return
    this.#left = this.#left.slice(1)
    this.#apply()
    this.#options.changed(this.#left)
  }

  #behind (stage: Stage): readonly StagedLink[] {
    return this.#options.links().flatMap((link, place) => link === undefined || link.outbox.holding.isPast(stage[place] ?? []) ? [] : [link])
  }

  #lookLater (): void {
    this.#cancelLook = this.#options.clock.after(LOOK_MS, () => this.#look())
  }

  /** A link may never come up, as where the remote refuses its client id: then its messages wait, and the others do not. */
  #look (): void {
    const { clock, links, patienceMs, logger } = this.#options
    const [stage] = this.#left
    if (stage === undefined) return
    const behind = this.#behind(stage)
    if (behind.length === 0) return this.#passed(stage)
    const isStuck = behind.every(({ isUp }) => !isUp) && links().some(link => link?.isUp === true)
    this.#stuckSince = isStuck ? this.#stuckSince ?? clock.now() : null
    if (this.#stuckSince === null || clock.now() - this.#stuckSince < patienceMs) return this.#lookLater()
    logger.warn({ messages: behind.reduce((sum, { outbox }) => sum + outbox.queued, 0), hint: 'Let the remote accept the client ids of all links: that of the bridge with -2, -3 … behind it.' },
      'messages wait on a link that does not come up; the other links go on without them, so that clients whose messages it has may be heard out of order')
    this.#left = []
    this.#apply()
    this.#options.changed(this.#left)
  }
}
