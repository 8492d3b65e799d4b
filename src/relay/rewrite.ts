/** What a rule changes in a message on its way out. */

/** The message's own QoS or retain flag stays. */
export const KEEP = -1

const LAST_OF_ASCII = 0x7f

export class Rewrite {
  /** The new name as it stands in a PUBLISH, its two length bytes in front; null: the name stays. */
  readonly topic: Buffer | null
  /** Bytes at the end of the old name that are the end of the new one too: with what is behind them they are copied at once. */
  readonly shared: number
  /** 0, 1, 2 or {@link KEEP}. */
  readonly qos: number
  /** 0, 1 or {@link KEEP}. */
  readonly retain: number
  /** Property that is put in front of the others, for a remote of MQTT 5; null: none. */
  readonly via: Buffer | null
  /** Which lane of its outbox the message takes. */
  readonly lane: number
  /** No other copy of the message follows this one into the same journal: the handshake with its publisher is kept with it, so that what a power cut leaves of them is no handshake. */
  isLast = true

  /** Of a topic named `from`, which becomes `to`. */
  constructor (from: string, to: string, qos: number, retain: number, via: Buffer | null = null, lane = 0) {
    this.topic = from === to ? null : lengthPrefixed(to)
    this.shared = this.topic === null ? 0 : commonEnd(from, to)
    this.qos = qos
    this.retain = retain
    this.via = via
    this.lane = lane
  }
}

function lengthPrefixed (name: string): Buffer {
  const length = Buffer.byteLength(name)
  const bytes = Buffer.allocUnsafe(2 + length)
  bytes.writeUInt16BE(length, 0)
  bytes.write(name, 2)
  return bytes
}

/** How many bytes both end in, as far as they are ASCII: there a unit is a byte, and no bytes need be made to know it. */
function commonEnd (from: string, to: string): number {
  const most = Math.min(from.length, to.length)
  let count = 0
  while (count < most) {
    const unit = from.charCodeAt(from.length - 1 - count)
    if (unit > LAST_OF_ASCII || unit !== to.charCodeAt(to.length - 1 - count)) break
    count++
  }
  return count
}
