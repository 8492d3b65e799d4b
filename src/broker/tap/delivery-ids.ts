/**
 * Packet identifiers of what was delivered to one device and is not acknowledged yet, with the acknowledgement that is
 * due next. One that answers nothing is found out here.
 */
import { PacketType } from '../../mqtt/packet-type.ts'

export class DeliveryIds {
  readonly #due = new Map<number, PacketType>()

  /** Deliveries without their last acknowledgement. */
  get size (): number { return this.#due.size }

  /** A PUBLISH of QoS 1 or 2 goes out. */
  published (packetId: number, qos: number): void {
    this.#due.set(packetId, qos === 1 ? PacketType.PUBACK : PacketType.PUBREC)
  }

  /** A PUBREL goes out: of this connection's handshake, or of one that an earlier connection began. */
  released (packetId: number): void {
    this.#due.set(packetId, PacketType.PUBCOMP)
  }

  /** MQTT 5: the device takes a message of QoS 2 not at all, which ends it [MQTT-4.3.3-4]. */
  refused (packetId: number): boolean {
    return this.#due.get(packetId) !== PacketType.PUBACK && this.#due.delete(packetId)
  }

  /** A delivery that did not leave after all. */
  forget (packetId: number): void {
    this.#due.delete(packetId)
  }

  /** Does this acknowledgement answer something? The last one of a delivery ends it. */
  answers (type: PacketType, packetId: number): boolean {
    const due = this.#due.get(packetId)
    if (due === undefined) return false
    // PUBREC again: the PUBREL that answers it may have been lost with the device's memory of it
    if (type === PacketType.PUBREC) return due !== PacketType.PUBACK
    if (type !== due) return false
    this.#due.delete(packetId)
    return true
  }
}
