/** What a rule changes in a message on its way out. */

/** The message's own QoS or retain flag stays. */
export const KEEP = -1

export class Rewrite {
  /** The new name as it stands in a PUBLISH, its two length bytes in front; null: the name stays. */
  readonly topic: Buffer | null
  /** 0, 1, 2 or {@link KEEP}. */
  readonly qos: number
  /** 0, 1 or {@link KEEP}. */
  readonly retain: number

  constructor (topic: Buffer | null, qos: number, retain: number) {
    this.topic = topic
    this.qos = qos
    this.retain = retain
  }
}
