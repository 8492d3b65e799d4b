/**
 * What a device of MQTT 5 says besides PUBLISH, once its session is open. Each packet is held to the standard; what the
 * keeper of sessions gets of it is 3.1.1.
 */
import { ACKNOWLEDGEMENT_WITH_REASON_SIZE, AcknowledgementHeader, packetIdAt, reasonCodeOf } from '../../mqtt/acknowledgement.ts'
import { encodePingresp, faultOfEmptyPacket } from '../../mqtt/control.ts'
import { faultOfClientHeader } from '../../mqtt/fixed-header.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { encodeAcknowledgement5 } from '../../mqtt/v5/answers.ts'
import { faultOfAcknowledgement5, readFarewell } from '../../mqtt/v5/client-packets.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import { Receipts } from '../../relay/receipts.ts'
import { complete, type ControlParts, type ControlTaker, delivered } from '../tap/control-packets.ts'
import type { EnhancedAuthentication } from './enhanced-authentication.ts'
import type { PublishDoor } from './publish-door.ts'

const SECOND_CONNECT = violation('MQTT-3.1.0-2', 'a second CONNECT', ReasonCode.PROTOCOL_ERROR)
const EARLY_PUBREL = violation('MQTT-4.3.3-4', 'PUBREL before its PUBREC was sent', ReasonCode.PROTOCOL_ERROR)
const NO_AUTH = violation('MQTT-4.12.0-7', 'AUTH without enhanced authentication', ReasonCode.PROTOCOL_ERROR)
const EXPIRY = violation('MQTT-3.14.2.2.2', 'a session that ends with its connection is given an expiry at the end', ReasonCode.PROTOCOL_ERROR)

/** What a DISCONNECT changes. */
export interface Leaving {
  readonly expirySeconds: () => number
  setExpiry (seconds: number): void
  /** The will is published: the connection ends without the DISCONNECT being passed on. */
  leaveWithWill (): void
}

export class ControlPackets5 implements ControlTaker {
  readonly #parts: ControlParts
  readonly #door: PublishDoor
  readonly #leaving: Leaving
  /** Null: CONNECT named no method. */
  readonly #authentication: Pick<EnhancedAuthentication, 'take'> | null
  /** PUBCOMPs, in the order of their PUBRELs; a bridge may have to note first that a handshake is over. */
  readonly #completions: Receipts
  /** Of those, the ones that answer nothing. */
  readonly #unknown = new Set<number>()

  constructor (parts: ControlParts, door: PublishDoor, leaving: Leaving, authentication: Pick<EnhancedAuthentication, 'take'> | null) {
    this.#parts = parts
    this.#door = door
    this.#leaving = leaving
    this.#authentication = authentication
    this.#completions = new Receipts({ acknowledge: packetId => this.#complete(packetId) })
  }

  close (): void {
    this.#completions.close()
  }

  /** Takes a packet that is no PUBLISH; false when the connection has to wait for what it began, or ends. */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number
    const type = first >> 4
    const fault = faultOfClientHeader(first, 5)
    if (fault !== null) return this.#refuse(fault)
    switch (type) {
      case PacketType.PUBACK:
      case PacketType.PUBREC:
      case PacketType.PUBREL:
      case PacketType.PUBCOMP:
        return this.#acknowledgement(type, bytes, body, end)
      case PacketType.SUBSCRIBE:
        return this.#parts.subscriptions.subscribe(bytes, body, end)
      case PacketType.UNSUBSCRIBE:
        return this.#parts.subscriptions.unsubscribe(bytes, body, end)
      case PacketType.PINGREQ:
        return this.#ping(body, end)
      case PacketType.DISCONNECT:
        return this.#disconnect(bytes, body, end)
      case PacketType.AUTH:
        return this.#authenticate(bytes, body, end)
      default:
        return this.#refuse(SECOND_CONNECT) // [MQTT-3.1.0-2]
    }
  }

  #acknowledgement (type: PacketType, bytes: Buffer, body: number, end: number): boolean {
    const fault = faultOfAcknowledgement5(type, bytes, body, end)
    if (fault !== null) return this.#refuse(fault)
    const packetId = packetIdAt(bytes, body)
    return type === PacketType.PUBREL ? this.#release(packetId) : this.#delivered(type, packetId, reasonCodeOf(bytes, body, end))
  }

  #delivered (type: PacketType, packetId: number, reasonCode: number): boolean {
    const { ids } = this.#parts.outbound
    if (type !== PacketType.PUBREC || reasonCode < ReasonCode.UNSPECIFIED) return delivered(this.#parts, type << 4, packetId, ids.answers(type, packetId))
    // a message that was refused is over: to the keeper of sessions that is what PUBACK says [MQTT-4.4.0-2]
    return delivered(this.#parts, AcknowledgementHeader.PUBACK, packetId, ids.refused(packetId))
  }

  /** An identifier that is not open is answered too, and told so [MQTT-3.7.2-1]. */
  #release (packetId: number): boolean {
    const { ids, store, publisher } = this.#parts
    const isOpen = ids.has(packetId)
    if (isOpen && !ids.isSafe(packetId)) return this.#refuse(EARLY_PUBREL)
    if (!isOpen && !store.handshakes.has({ of: 'device', name: publisher.clientId, packetId })) this.#unknown.add(packetId)
    ids.release(packetId)
    complete(this.#parts, packetId, this.#completions)
    return true
  }

  #complete (packetId: number): void {
    const { outbound } = this.#parts
    if (this.#unknown.delete(packetId)) {
      outbound.send(encodeAcknowledgement5(AcknowledgementHeader.PUBCOMP, packetId, ReasonCode.PACKET_ID_NOT_FOUND, outbound.notice('no message is open under this packet identifier', ACKNOWLEDGEMENT_WITH_REASON_SIZE)))
    } else {
      this.#door.give()
      outbound.acknowledge(AcknowledgementHeader.PUBCOMP, packetId)
    }
  }

  #authenticate (bytes: Buffer, body: number, end: number): boolean {
    if (this.#authentication === null) return this.#refuse(NO_AUTH) // [MQTT-4.12.0-7]
    return this.#authentication.take(bytes, body, end)
  }

  #ping (body: number, end: number): boolean {
    const fault = faultOfEmptyPacket(body, end)
    if (fault !== null) return this.#refuse(fault)
    if (!this.#parts.pings.wasAnswered()) this.#parts.outbound.send(encodePingresp()) // [MQTT-3.12.4-1]
    return true
  }

  #disconnect (bytes: Buffer, body: number, end: number): false {
    const farewell = readFarewell(bytes, body, end)
    if ('clause' in farewell) return this.#refuse(farewell)
    const { reasonCode, sessionExpiry } = farewell
    if (sessionExpiry > 0 && this.#leaving.expirySeconds() === 0) return this.#refuse(EXPIRY) // [section 3.14.2.2.2]
    if (sessionExpiry >= 0) this.#leaving.setExpiry(sessionExpiry)
    if (reasonCode === ReasonCode.SUCCESS) this.#parts.host.leave() // [MQTT-3.14.4-3]
    else this.#leaving.leaveWithWill()
    return false
  }

  #refuse (fault: Violation): false {
    this.#parts.host.violated(fault)
    return false
  }
}
