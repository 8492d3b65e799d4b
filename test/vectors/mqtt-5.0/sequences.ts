/** Faults of MQTT 5.0 that are in what went before, or in bytes that are no frame: more than one packet shows them. */
import { connect, packet, text, u16 } from '../../support/packets.ts'
import { type Connect5, alias, connect5, disconnect5, publish5, sessionExpiry } from '../../support/packets-5.ts'
import { auth, property } from '../../support/scram-client.ts'

export interface Sequence {
  /** With the normative statement or the section. */
  readonly name: string
  /** CONNECT that is accepted before; null: the bytes are the first there are. */
  readonly opened: Connect5 | null
  /** What another connection of the same client id said before. */
  readonly earlier?: readonly Buffer[]
  readonly says: readonly Buffer[]
  /** What the server says last: packet type and reason code; null: it closes without a word, since it can not know the version. */
  readonly answer: readonly [type: 2 | 14, code: number] | null
}

export const MAX_PACKET = 3000
export const RECEIVE_MAXIMUM = 2
/** A method that the server has: it is proven by anything but the words below. */
export const METHOD = 'M'
export const CHALLENGED = 'ask me'
export const WRONG = 'wrong'

const CONNACK = 2
const DISCONNECT = 14
const bare: Connect5 = {}
const withMethod: Connect5 = { properties: [property(0x15, METHOD), property(0x16, 'right')] }
const asked = connect5({ properties: [property(0x15, METHOD), property(0x16, CHALLENGED)] })
const tooLong = (first: number, ...length: readonly number[]): Buffer => Buffer.from([first, ...length])

export const sequences: readonly Sequence[] = [
  { name: 'PUBLISH before CONNECT [MQTT-3.1.0-1]', opened: null, says: [publish5('a', 'x')], answer: null },
  { name: 'a second CONNECT [MQTT-3.1.0-2]', opened: bare, says: [connect5()], answer: [DISCONNECT, 0x82] },
  { name: 'a second CONNECT, of 3.1.1 [MQTT-3.1.0-2]', opened: bare, says: [connect()], answer: [DISCONNECT, 0x82] },
  { name: 'another protocol [MQTT-3.1.2-1]', opened: null, says: [packet(0x10, text('MQTX'), [5, 2], u16(0), [0], text('x'))], answer: null },
  { name: 'version 6: 1 is what every version reads as a refusal [MQTT-3.1.2-2]', opened: null, says: [packet(0x10, text('MQTT'), [6, 2], u16(0), [0], text('x'))], answer: [CONNACK, 1] },
  { name: 'CONNECT that ends early [MQTT-3.1.4-1]', opened: null, says: [packet(0x10, text('MQTT'), [5, 2], [0])], answer: [CONNACK, 0x81] },
  { name: 'PUBLISH behind a CONNECT that is refused [MQTT-3.1.4-6] [MQTT-3.2.2-7] [MQTT-4.13.2-1]', opened: null, says: [connect5({ properties: [[0x21, 0, 0]] }), publish5('a', 'x', { qos: 1 })], answer: [CONNACK, 0x82] },
  { name: 'a packet above Maximum Packet Size [MQTT-3.2.2-15]', opened: bare, says: [publish5('a', 'x'.repeat(MAX_PACKET))], answer: [DISCONNECT, 0x95] },
  { name: 'the same before its bytes are there [MQTT-3.2.2-15]', opened: bare, says: [tooLong(0x30, 0xff, 0x7f)], answer: [DISCONNECT, 0x95] },
  { name: 'a remaining length of five bytes [1.5.5]', opened: bare, says: [tooLong(0x30, 0x80, 0x80, 0x80, 0x80, 1)], answer: [DISCONNECT, 0x81] },
  { name: 'a remaining length that is not its shortest form [MQTT-1.5.5-1]', opened: bare, says: [tooLong(0xc0, 0x80, 0)], answer: [DISCONNECT, 0x81] },
  { name: 'the same, of CONNECT [MQTT-1.5.5-1]', opened: null, says: [Buffer.concat([tooLong(0x10, 0x8e, 0), connect5({ clientId: 'x' }).subarray(2)])], answer: [CONNACK, 0x81] },
  { name: 'an alias that another connection had set [MQTT-3.3.2-7]', opened: bare, earlier: [publish5('a', 'x', { properties: [alias(1)] }), disconnect5(0)], says: [publish5('', 'x', { properties: [alias(1)] })], answer: [DISCONNECT, 0x82] },
  { name: 'a QoS 1 message beyond Receive Maximum, used up by QoS 2 [MQTT-3.3.4-7]', opened: bare, says: [publish5('a', 'x', { qos: 2, id: 1 }), publish5('a', 'x', { qos: 2, id: 2 }), publish5('a', 'x', { qos: 1, id: 3 })], answer: [DISCONNECT, 0x93] },
  { name: 'one more QoS 2 message than Receive Maximum [MQTT-3.3.4-7]', opened: bare, says: [1, 2, 3].map(id => publish5('a', 'x', { qos: 2, id })), answer: [DISCONNECT, 0x93] },
  { name: 'a topic of more levels than there may be [4.13]', opened: bare, says: [publish5('a/'.repeat(200), 'x')], answer: [DISCONNECT, 0x90] },
  { name: 'PUBLISH to a topic of the server [4.7.2]', opened: bare, says: [publish5('$SYS/a', 'x')], answer: [DISCONNECT, 0x90] },
  { name: 'an expiry for a session that had none [3.14.2.2.2]', opened: bare, says: [disconnect5(0, sessionExpiry(5))], answer: [DISCONNECT, 0x82] },
  { name: 'AUTH where CONNECT named no method [MQTT-4.12.0-7]', opened: bare, says: [auth(0x19, null, METHOD)], answer: [DISCONNECT, 0x82] },
  { name: 'a method that the server has not [MQTT-4.12.0-1]', opened: null, says: [connect5({ properties: [property(0x15, 'N')] })], answer: [CONNACK, 0x8c] },
  { name: 'another packet than AUTH before CONNACK [MQTT-3.1.2-30]', opened: null, says: [asked, publish5('a', 'x')], answer: [CONNACK, 0x82] },
  { name: 'a second CONNECT before CONNACK [MQTT-3.1.2-30]', opened: null, says: [asked, connect5()], answer: [CONNACK, 0x82] },
  { name: 'AUTH that begins again before CONNACK [MQTT-4.12.0-3]', opened: null, says: [asked, auth(0x19, 'x', METHOD)], answer: [CONNACK, 0x82] },
  { name: 'AUTH with another method before CONNACK [MQTT-4.12.0-5]', opened: null, says: [asked, auth(0x18, 'x', 'N')], answer: [CONNACK, 0x82] },
  { name: 'AUTH that proves nothing [MQTT-4.12.0-4]', opened: null, says: [asked, auth(0x18, WRONG, METHOD)], answer: [CONNACK, 0x87] },
  { name: 'CONNECT that proves nothing [MQTT-4.12.0-4]', opened: null, says: [connect5({ properties: [property(0x15, METHOD), property(0x16, WRONG)] })], answer: [CONNACK, 0x87] },
  { name: 'AUTH that goes on with what was not begun [MQTT-4.12.1-1]', opened: withMethod, says: [auth(0x18, 'x', METHOD)], answer: [DISCONNECT, 0x82] },
  { name: 'beginning again with another method [MQTT-4.12.1-1]', opened: withMethod, says: [auth(0x19, 'x', 'N')], answer: [DISCONNECT, 0x82] },
  { name: 'beginning again, and proving nothing [MQTT-4.12.1-2]', opened: withMethod, says: [auth(0x19, WRONG, METHOD)], answer: [DISCONNECT, 0x87] },
  { name: 'a fault behind good packets [MQTT-4.13.1-1]', opened: bare, says: [publish5('a', 'x'), packet(0xc8)], answer: [DISCONNECT, 0x81] }
]
