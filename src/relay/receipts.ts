/**
 * What one connection still owes: an acknowledgement for each PUBLISH of QoS 1 or 2, in the order of the PUBLISHes
 * [MQTT-4.6.0-2]. A receipt is opened when the message is admitted, held by everyone who must make it safe first
 * (an outbox, the local sessions), and given out when nobody holds it and none before it waits. A ring of numbers:
 * nothing is allocated per message. HOT.
 */

/** Writes an acknowledgement to the publisher. */
export interface AcknowledgementSink {
  /** @param qos 1: PUBACK, 2: PUBREC */
  acknowledge (packetId: number, qos: number): void
}

/** Where an outbox or a session store says that it has made a message safe. */
export interface ReceiptHolder {
  release (slot: number): void
}

export class Receipts implements ReceiptHolder {
  readonly #sink: AcknowledgementSink
  #ids = new Uint16Array(16)
  #qos = new Uint8Array(16)
  #holds = new Uint16Array(16)
  /** Slots are sequence numbers; the ring's index is slot & mask. */
  #mask = 15
  #head = 0
  #tail = 0
  #closed = false

  constructor (sink: AcknowledgementSink) {
    this.#sink = sink
  }

  /** Acknowledgements that are owed and not yet given. */
  get owed (): number { return this.#tail - this.#head }

  /** The slot that is opened next. */
  get next (): number { return this.#tail }
  /** The first slot that is not given out. */
  get first (): number { return this.#head }

  /** Opens a receipt with one hold, the opener's own, which {@link release} ends once all others have been taken. */
  open (packetId: number, qos: number): number {
    if (this.#tail - this.#head > this.#mask) this.#grow()
    const slot = this.#tail++
    const at = slot & this.#mask
    this.#ids[at] = packetId
    this.#qos[at] = qos
    this.#holds[at] = 1
    return slot
  }

  /** One more party must make this message safe before its publisher hears of it. */
  hold (slot: number): void {
    const at = slot & this.#mask
    this.#holds[at] = (this.#holds[at] as number) + 1
  }

  /** A party has made it safe. */
  release (slot: number): void {
    if (this.#closed) return
    const at = slot & this.#mask
    const holds = (this.#holds[at] as number) - 1
    this.#holds[at] = holds
    if (holds === 0 && slot === this.#head) this.#giveOut()
  }

  /** The connection is gone: nothing is given out any more; later releases are ignored. */
  close (): void {
    this.#closed = true
    this.#head = this.#tail
  }

  #giveOut (): void {
    while (this.#head < this.#tail) {
      const at = this.#head & this.#mask
      if (this.#holds[at] !== 0) return
      this.#head++
      this.#sink.acknowledge(this.#ids[at] as number, this.#qos[at] as number)
    }
  }

  #grow (): void {
    const size = (this.#mask + 1) * 2
    const ids = new Uint16Array(size)
    const qos = new Uint8Array(size)
    const holds = new Uint16Array(size)
    for (let slot = this.#head; slot < this.#tail; slot++) {
      const from = slot & this.#mask
      const to = slot & (size - 1)
      ids[to] = this.#ids[from] as number
      qos[to] = this.#qos[from] as number
      holds[to] = this.#holds[from] as number
    }
    this.#ids = ids
    this.#qos = qos
    this.#holds = holds
    this.#mask = size - 1
  }
}
