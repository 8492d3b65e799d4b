/**
 * What the first byte of a packet may be: its type must be one that this peer may send, and its four flag bits are
 * fixed except for PUBLISH. Decided once for all 256 bytes, so that a packet costs one look-up. HOT.
 */
import { type Violation, violation } from './violation.ts'

const RESERVED_TYPE = violation('MQTT-2.2.1', 'packet type is reserved')
const FROM_CLIENT = violation('MQTT-2.2.1', 'packet type is one that a client does not send', 0x82)
const FROM_SERVER = violation('MQTT-2.2.1', 'packet type is one that a server does not send', 0x82)
const FLAGS = violation('MQTT-2.2.2-2', 'reserved flag bits of the packet are not zero')
const PUBREL_FLAGS = violation('MQTT-3.6.1-1', 'reserved flag bits of PUBREL are not 0010')
const SUBSCRIBE_FLAGS = violation('MQTT-3.8.1-1', 'reserved flag bits of SUBSCRIBE are not 0010')
const UNSUBSCRIBE_FLAGS = violation('MQTT-3.10.1-1', 'reserved flag bits of UNSUBSCRIBE are not 0010')
const DISCONNECT_FLAGS = violation('MQTT-3.14.1-1', 'reserved flag bits of DISCONNECT are not zero')

/** Who may send a packet, as bits: up to 3.1.1 and in 5. */
const CLIENT_4 = 1
const SERVER_4 = 2
const CLIENT_5 = 4
const SERVER_5 = 8
const CLIENT = CLIENT_4 | CLIENT_5
const SERVER = SERVER_4 | SERVER_5
const BOTH = CLIENT | SERVER

/** By packet type: senders, the flags it must have (-1: they mean something), and what is said otherwise. */
const RULES: readonly (readonly [senders: number, flags: number, fault: Violation])[] = [
  [0, 0, RESERVED_TYPE],
  [CLIENT, 0, FLAGS], // CONNECT
  [SERVER, 0, FLAGS], // CONNACK
  [BOTH, -1, FLAGS], // PUBLISH
  [BOTH, 0, FLAGS], // PUBACK
  [BOTH, 0, FLAGS], // PUBREC
  [BOTH, 2, PUBREL_FLAGS], // [MQTT-3.6.1-1]
  [BOTH, 0, FLAGS], // PUBCOMP
  [CLIENT, 2, SUBSCRIBE_FLAGS], // [MQTT-3.8.1-1]
  [SERVER, 0, FLAGS], // SUBACK
  [CLIENT, 2, UNSUBSCRIBE_FLAGS], // [MQTT-3.10.1-1]
  [SERVER, 0, FLAGS], // UNSUBACK
  [CLIENT, 0, FLAGS], // PINGREQ
  [SERVER, 0, FLAGS], // PINGRESP
  [CLIENT | SERVER_5, 0, DISCONNECT_FLAGS], // [MQTT-3.14.1-1]
  [CLIENT_5 | SERVER_5, 0, FLAGS] // AUTH
]

function faultOf (first: number, sender: number): Violation | null {
  const [senders, flags, fault] = RULES[first >> 4] ?? [0, 0, RESERVED_TYPE]
  if ((senders & (sender === CLIENT_4 || sender === SERVER_4 ? CLIENT_4 | SERVER_4 : BOTH)) === 0) return RESERVED_TYPE
  if ((senders & sender) === 0) return (sender & CLIENT) === 0 ? FROM_SERVER : FROM_CLIENT
  return flags === -1 || (first & 0x0f) === flags ? null : fault // [MQTT-2.2.2-2]
}

function tableOf (sender: number): readonly (Violation | null)[] {
  return Array.from({ length: 256 }, (_, first) => faultOf(first, sender))
}

const FROM_CLIENT_4 = tableOf(CLIENT_4)
const FROM_CLIENT_5 = tableOf(CLIENT_5)
const FROM_SERVER_4 = tableOf(SERVER_4)
const FROM_SERVER_5 = tableOf(SERVER_5)

/** What is wrong with the first byte of a packet from a client; null when the packet may be looked at. */
export function faultOfClientHeader (first: number, level: 3 | 4 | 5): Violation | null {
  return (level === 5 ? FROM_CLIENT_5 : FROM_CLIENT_4)[first] as Violation | null
}

/** What is wrong with the first byte of a packet from a server; null when the packet may be looked at. */
export function faultOfServerHeader (first: number, level: 3 | 4 | 5): Violation | null {
  return (level === 5 ? FROM_SERVER_5 : FROM_SERVER_4)[first] as Violation | null
}
