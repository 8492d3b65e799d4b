/** One way out of the Relay for messages on one topic name: to which outbox, and what changes on the way. */
import type { Outbox } from './outbox.ts'
import { Rewrite } from './rewrite.ts'

export class Route extends Rewrite {
  readonly outbox: Outbox

  constructor (outbox: Outbox, from: string, to: string, overrides: { readonly qos: number, readonly retain: number }) {
    super(from, to, overrides.qos, overrides.retain, outbox.via)
    this.outbox = outbox
  }
}
