/** What one connection owes for the messages that came over it, and the QoS 2 handshakes of the session it serves, which outlive it. HOT. */
import { AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { Receipts } from '../../relay/receipts.ts'
import type { IncomingPort } from './incoming.ts'

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

  /** Goes on over another connection. An acknowledgement of what came before would be taken for one of after it: there is none any more. */
  resume (port: IncomingPort): IncomingSession {
    this.#resumed = true
    this.receipts.close()
    return new IncomingSession(port, this.handshakes)
  }

  close (): void {
    this.#open = false
    this.receipts.close()
  }
}
