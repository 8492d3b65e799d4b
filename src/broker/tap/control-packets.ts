/**
 * What a device says besides PUBLISH, once its session is open: subscriptions, acknowledgements of deliveries, the second
 * half of QoS 2, PINGREQ and DISCONNECT. Each is held to the standard before anything acts on it.
 */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import { ACKNOWLEDGEMENT_SIZE, AcknowledgementHeader, faultOfAcknowledgement, packetIdAt, writeAcknowledgement } from '../../mqtt/acknowledgement.ts'
import { encodePingresp, faultOfEmptyPacket } from '../../mqtt/control.ts'
import { faultOfClientHeader } from '../../mqtt/fixed-header.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import { Receipts } from '../../relay/receipts.ts'
import type { Publisher } from '../../relay/origin.ts'
import type { Relay } from '../../relay/relay.ts'
import type { SessionStore } from '../session-store.ts'
import type { HeldPings } from './held-pings.ts'
import type { OpenIds } from './inbound-qos2.ts'
import type { Outbound } from './outbound.ts'
import type { SubscriptionPackets } from './subscription-packets.ts'

const SECOND_CONNECT = violation('MQTT-3.1.0-2', 'a second CONNECT', 0x82)
const EARLY_PUBREL = violation('MQTT-4.3.3-1', 'PUBREL before its PUBREC was sent', 0x82)

/** Takes the packets that are no PUBLISH; one for each version, chosen at CONNECT. */
export interface ControlTaker {
  /** False when the connection has to wait for what it began, or ends. */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean
  /** The connection is gone. */
  close (): void
}

export interface ControlHost {
  violated (fault: Violation): void
  /** For the keeper of the session. The bytes are its own. */
  pass (packet: Buffer): void
  /** DISCONNECT: the will is forgotten, the connection ends. */
  leave (): void
}

export interface ControlParts {
  readonly host: ControlHost
  readonly outbound: Outbound
  readonly ids: OpenIds
  readonly publisher: Publisher
  readonly relay: Pick<Relay, 'complete'>
  readonly store: Pick<SessionStore, 'isOnDisk' | 'handshakes' | 'settled'>
  readonly pings: HeldPings
  readonly subscriptions: SubscriptionPackets
  readonly counters: BrokerCounters
}

/** PUBREL has come: PUBCOMP goes out when bridges and local sessions have noted it. */
export function complete ({ relay, store, publisher }: ControlParts, packetId: number, completions: Receipts): void {
  const slot = completions.open(packetId, 2)
  relay.complete(publisher, packetId, completions, slot)
  if (store.isOnDisk && store.handshakes.close({ of: 'device', name: publisher.clientId, packetId })) store.settled(() => completions.release(slot))
  else completions.release(slot)
}

/**
 * The device has acknowledged a delivery: the keeper of the session is told so, in 3.1.1. What answers nothing goes nowhere.
 * @param header of AcknowledgementHeader
 */
export function delivered ({ outbound, counters, host }: ControlParts, header: number, packetId: number, isAnswer: boolean): true {
  if (isAnswer) {
    const packet = Buffer.allocUnsafe(ACKNOWLEDGEMENT_SIZE)
    writeAcknowledgement(header, packetId, packet, 0)
    host.pass(packet)
    outbound.acknowledged()
  } else {
    counters.strayAcknowledgements++
  }
  return true
}

export class ControlPackets implements ControlTaker {
  readonly #parts: ControlParts
  readonly #level: 3 | 4
  /** PUBCOMPs, in the order of their PUBRELs; a bridge may have to note first that a handshake is over. */
  readonly #completions: Receipts

  constructor (parts: ControlParts, level: 3 | 4) {
    this.#parts = parts
    this.#level = level
    this.#completions = new Receipts({ acknowledge: packetId => parts.outbound.acknowledge(AcknowledgementHeader.PUBCOMP, packetId) })
  }

  /** The connection is gone. */
  close (): void {
    this.#completions.close()
  }

  /** Takes a packet that is no PUBLISH; false when the connection has to wait for what it began, or ends. */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const first = bytes[start] as number
    const fault = faultOfClientHeader(first, this.#level) ?? this.#faultOfBody(first >> 4, bytes, body, end)
    if (fault !== null) return this.#refuse(fault)
    switch (first >> 4) {
      case PacketType.PUBACK:
      case PacketType.PUBREC:
      case PacketType.PUBCOMP:
        return delivered(this.#parts, first, packetIdAt(bytes, body), this.#parts.outbound.ids.answers((first >> 4) as PacketType, packetIdAt(bytes, body)))
      case PacketType.PUBREL:
        return this.#release(packetIdAt(bytes, body))
      case PacketType.SUBSCRIBE:
        return this.#parts.subscriptions.subscribe(bytes, body, end)
      case PacketType.UNSUBSCRIBE:
        return this.#parts.subscriptions.unsubscribe(bytes, body, end)
      case PacketType.PINGREQ:
        if (!this.#parts.pings.wasAnswered()) this.#parts.outbound.send(encodePingresp()) // [MQTT-3.12.4-1]
        return true
      case PacketType.DISCONNECT:
        this.#parts.host.leave()
        return false
      default: // the header lets nothing else through
        return this.#refuse(SECOND_CONNECT) // [MQTT-3.1.0-2]
    }
  }

  #faultOfBody (type: number, bytes: Buffer, body: number, end: number): Violation | null {
    switch (type) {
      case PacketType.PUBACK:
      case PacketType.PUBREC:
      case PacketType.PUBREL:
      case PacketType.PUBCOMP:
        return faultOfAcknowledgement(bytes, body, end, this.#level)
      case PacketType.PINGREQ:
      case PacketType.DISCONNECT:
        return faultOfEmptyPacket(body, end)
      default:
        return null
    }
  }

  /** PUBREL is answered also where the identifier is not open: the answer to an earlier one was lost [MQTT-3.6.4-1]. */
  #release (packetId: number): boolean {
    const { ids } = this.#parts
    if (ids.has(packetId) && !ids.isSafe(packetId)) return this.#refuse(EARLY_PUBREL)
    ids.release(packetId)
    complete(this.#parts, packetId, this.#completions)
    return true
  }

  #refuse (fault: Violation): false {
    this.#parts.host.violated(fault)
    return false
  }
}
