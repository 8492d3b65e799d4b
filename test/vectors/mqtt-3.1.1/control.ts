/** The packets without much in them: acknowledgements, pings, DISCONNECT, CONNACK; who may send what; the fixed header. */
import type { Vector } from './vector.ts'

export const control: readonly Vector[] = [
  { name: 'PUBACK', bytes: [0x40, 2, 0, 7], read: { packetId: 7, reasonCode: 0 } },
  { name: 'PUBREC', bytes: [0x50, 2, 1, 0], read: { packetId: 256 } },
  { name: 'PUBREL', bytes: [0x62, 2, 0xff, 0xff], read: { packetId: 65_535 } },
  { name: 'PUBCOMP', bytes: [0x70, 2, 0, 1], read: { packetId: 1 } },
  { name: 'PUBACK of MQTT 5 without a reason code', level: 5, bytes: [0x40, 2, 0, 7], read: { packetId: 7, reasonCode: 0 } },
  { name: 'PUBREC of MQTT 5 with a reason code', level: 5, bytes: [0x50, 3, 0, 7, 0x97], read: { packetId: 7, reasonCode: 0x97 } },
  {
    name: 'PUBACK of MQTT 5 with a reason string',
    level: 5,
    bytes: [
      0x40, 8, // PUBACK, remaining length
      0, 7, // packet identifier
      0x10, // no matching subscribers
      4, 0x1f, 0, 1, 'x' // properties: reason string
    ],
    read: { packetId: 7, reasonCode: 0x10 }
  },
  { name: 'PUBACK with flag bits', bytes: [0x42, 2, 0, 7], refused: { clause: 'MQTT-2.2.2-2' } },
  { name: 'PUBREC with flag bits', bytes: [0x52, 2, 0, 7], refused: { clause: 'MQTT-2.2.2-2' } },
  { name: 'PUBREL with other flag bits than 0010', bytes: [0x60, 2, 0, 7], refused: { clause: 'MQTT-3.6.1-1' } },
  { name: 'PUBREL with DUP', bytes: [0x6a, 2, 0, 7], refused: { clause: 'MQTT-3.6.1-1' } },
  { name: 'PUBCOMP with flag bits', bytes: [0x71, 2, 0, 7], refused: { clause: 'MQTT-2.2.2-2' } },
  { name: 'PUBACK with packet identifier 0', bytes: [0x40, 2, 0, 0], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'PUBREL with packet identifier 0', bytes: [0x62, 2, 0, 0], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'PUBACK without a packet identifier', bytes: [0x40, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'PUBACK with half a packet identifier', bytes: [0x40, 1, 1], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'PUBACK with a reason code before MQTT 5', bytes: [0x40, 3, 0, 7, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'MQTT 5: properties of PUBACK longer than it', level: 5, bytes: [0x40, 4, 0, 7, 0, 1], refused: { clause: 'MQTT-3.4.2.2' } },
  { name: 'MQTT 5: something behind the properties of PUBACK', level: 5, bytes: [0x40, 5, 0, 7, 0, 0, 0], refused: { clause: 'MQTT-3.4.2.2' } },
  { name: 'MQTT 5: PUBACK with half a packet identifier', level: 5, bytes: [0x40, 1, 1], refused: { clause: 'MQTT-2.2.3' } },

  { name: 'PINGREQ', bytes: [0xc0, 0], read: {} },
  { name: 'PINGREQ with flag bits', bytes: [0xc1, 0], refused: { clause: 'MQTT-2.2.2-2' } },
  { name: 'PINGREQ with a body', bytes: [0xc0, 1, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'DISCONNECT', bytes: [0xe0, 0], read: {} },
  { name: 'DISCONNECT with flag bits', bytes: [0xe1, 0], refused: { clause: 'MQTT-3.14.1-1' } },
  { name: 'DISCONNECT with a body before MQTT 5', bytes: [0xe0, 1, 4], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'DISCONNECT of MQTT 5', level: 5, bytes: [0xe0, 0], read: { reasonCode: 0 } },
  { name: 'DISCONNECT of MQTT 5 with will', level: 5, bytes: [0xe0, 1, 4], read: { reasonCode: 4 } },
  {
    name: 'DISCONNECT of MQTT 5 with a session expiry interval',
    level: 5,
    bytes: [0xe0, 7, 0, 5, 0x11, 0, 0, 0, 9],
    read: { reasonCode: 0, sessionExpiry: 9 }
  },
  { name: 'MQTT 5: something behind the properties of DISCONNECT', level: 5, bytes: [0xe0, 3, 0, 0, 0], refused: { clause: 'MQTT-2.2.2' } },

  { name: 'CONNACK from a client', bytes: [0x20, 2, 0, 0], refused: { clause: 'MQTT-2.2.1', reasonCode: 0x82 } },
  { name: 'SUBACK from a client', bytes: [0x90, 3, 0, 1, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'UNSUBACK from a client', bytes: [0xb0, 2, 0, 1], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'PINGRESP from a client', bytes: [0xd0, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'packet type 0', bytes: [0x00, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'packet type 15, AUTH, before MQTT 5', bytes: [0xf0, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'CONNECT from a server', from: 'server', bytes: [0x10, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'SUBSCRIBE from a server', from: 'server', bytes: [0x82, 6, 0, 1, 0, 1, 'a', 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'UNSUBSCRIBE from a server', from: 'server', bytes: [0xa2, 5, 0, 1, 0, 1, 'a'], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'PINGREQ from a server', from: 'server', bytes: [0xc0, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'DISCONNECT from a server before MQTT 5', from: 'server', bytes: [0xe0, 0], refused: { clause: 'MQTT-2.2.1' } },
  { name: 'DISCONNECT of MQTT 5 from a server', from: 'server', level: 5, bytes: [0xe0, 1, 0x80], read: { reasonCode: 0x80 } },

  { name: 'PINGRESP', from: 'server', bytes: [0xd0, 0], read: {} },
  { name: 'CONNACK', from: 'server', bytes: [0x20, 2, 0, 0], read: { sessionPresent: false, code: 0 } },
  { name: 'CONNACK with a session', from: 'server', bytes: [0x20, 2, 1, 0], read: { sessionPresent: true, code: 0 } },
  { name: 'CONNACK that refuses', from: 'server', bytes: [0x20, 2, 0, 5], read: { sessionPresent: false, code: 5 } },
  { name: 'CONNACK of MQTT 5', from: 'server', level: 5, bytes: [0x20, 6, 0, 0, 3, 0x21, 0, 10], read: { code: 0, properties: { start: 5, end: 8 } } },
  { name: 'CONNACK with reserved flags', from: 'server', bytes: [0x20, 2, 2, 0], refused: { clause: 'MQTT-2.2.2-2' } },
  { name: 'CONNACK that refuses with a session', from: 'server', bytes: [0x20, 2, 1, 5], refused: { clause: 'MQTT-3.2.2-4' } },
  { name: 'CONNACK with a reserved return code', from: 'server', bytes: [0x20, 2, 0, 6], refused: { clause: 'MQTT-3.2.2' } },
  { name: 'CONNACK of one byte', from: 'server', bytes: [0x20, 1, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'CONNACK of three bytes', from: 'server', bytes: [0x20, 3, 0, 0, 0], refused: { clause: 'MQTT-2.2.3' } },

  { name: 'a remaining length of five bytes', bytes: [0x30, 0x80, 0x80, 0x80, 0x80, 1], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'more than the largest packet', bytes: [0x30, 0xff, 0xff, 0xff, 0x7f], refused: { clause: '', reasonCode: 0x95 } }
]
