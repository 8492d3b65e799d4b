/** What one connection owes for the messages that came over it, and the QoS 2 handshakes of the session it serves, which outlive it. HOT. */
import { AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { Receipts } from '../../relay/receipts.ts'
import type { IncomingPort } from './incoming.ts'
import { type KeptMessage, KeptMessages } from './kept-messages.ts'

/** A QoS 2 message between its PUBLISH and its PUBREL. */
export interface Handshake {
  delivered: boolean
  /** Where its PUBREC waits, on the connection it came by last. */
  receipts: Receipts | null
  slot: number
}

export class IncomingSession {
  readonly port: IncomingPort
  readonly receipts: Receipts
  /** By packet id. */
  readonly handshakes: Map<number, Handshake>
  #open = true
  #resumed = false
  #kept: KeptMessages | null = null
  /** Called when receipts up to this slot are given out. */
  #settled: { readonly slot: number, readonly call: () => void } | null = null

  constructor (port: IncomingPort, handshakes = new Map<number, Handshake>()) {
    this.port = port
    this.handshakes = handshakes
    this.receipts = new Receipts({
      acknowledge: (id, qos) => port.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, id, 0)
    })
  }

  /** The connection is there. */
  get isOpen (): boolean { return this.#open }

  /** Another connection goes on with the session: the remote sends again there what was not acknowledged here. */
  get isResumed (): boolean { return this.#resumed }

  /** What comes in of QoS 1 is added to it; null: it is delivered as it comes. */
  get kept (): KeptMessages | null { return this.#kept }

  /** Keeps what comes in of QoS 1. @param settled called once when all that came before is acknowledged, or never will be */
  handOver (settled: () => void): void {
    this.#kept ??= new KeptMessages()
    this.#settled = { slot: this.receipts.next, call: settled }
    this.tellSettled()
  }

  /** Keeps no more; answers what was kept. */
  proceed (): readonly KeptMessage[] {
    const all = this.#kept?.all ?? []
    this.#kept = null
    return all
  }

  /** Receipts have been given out. */
  tellSettled (): void {
    if (this.#settled === null || this.receipts.first < this.#settled.slot) return
    const { call } = this.#settled
    this.#settled = null
    call()
  }

  /** Goes on over another connection. An acknowledgement of what came before would be taken for one of after it: there is none any more. */
  resume (port: IncomingPort): IncomingSession {
    this.#resumed = true
    this.#giveUp()
    return new IncomingSession(port, this.handshakes)
  }

  close (): void {
    this.#open = false
    this.#giveUp()
  }

  /** Nothing is acknowledged any more, and what was kept comes again. */
  #giveUp (): void {
    this.receipts.close()
    this.#kept = null
    this.tellSettled()
  }
}
