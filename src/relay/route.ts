/** One way out of the Relay for messages on one topic name: to which outbox, and what changes on the way. */
import type { Outbox } from './outbox.ts'
import { Rewrite } from './rewrite.ts'

export class Route extends Rewrite {
  readonly outbox: Outbox

  constructor (outbox: Outbox, topic: Buffer | null, qos: number, retain: number) {
    super(topic, qos, retain)
    this.outbox = outbox
  }
}
