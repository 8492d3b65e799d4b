/** One way out of the Relay for messages on one topic name: to which outbox, and what changes on the way. */
import type { Origin } from './origin.ts'
import type { Outbox } from './outbox.ts'
import { Rewrite } from './rewrite.ts'

export class Route extends Rewrite {
  /** Of the bridge's first link, which stands for the bridge. */
  readonly outbox: Outbox
  /** Of all its links, of which the sender decides; null: always by the first. */
  readonly #links: readonly Outbox[] | null

  constructor (outbox: Outbox, from: string, to: string, overrides: { readonly qos: number, readonly retain: number, readonly lane: number }, links: readonly Outbox[] | null = null) {
    super(from, to, overrides.qos, overrides.retain, outbox.via, overrides.lane)
    this.outbox = outbox
    this.#links = links
  }

  /** HOT. */
  linkOf ({ sender = 0 }: Origin): Outbox {
    return this.#links === null ? this.outbox : this.#links[sender % this.#links.length] as Outbox
  }
}
