/** CONNECT, section 3.1 of MQTT 3.1.1; the layouts of 3.1 and 5 beside it. */
import type { Vector } from './vector.ts'

export const connect: readonly Vector[] = [
  {
    name: 'CONNECT with a client id',
    bytes: [
      0x10, 14, // CONNECT, remaining length
      0, 4, 'MQTT', // protocol name
      4, // protocol level
      0b0000_0010, // clean session
      0, 60, // keep alive
      0, 2, 'c1' // client id
    ],
    read: { level: 4, bridgeMode: false, cleanSession: true, keepAlive: 60, keepAliveAt: 10, clientId: 'c1', will: null, username: null, password: null }
  },
  {
    name: 'CONNECT with all there can be [MQTT-3.1.3-1]',
    bytes: [
      0x10, 39, // CONNECT, remaining length
      0, 4, 'MQTT', // protocol name
      4, // protocol level
      0b1110_1100, // user name, password, will retain, will QoS 1, will
      0xff, 0xff, // keep alive
      0, 3, 'dev', // client id
      0, 4, 'dead', // will topic
      0, 3, 'bye', // will message
      0, 4, 'user', // user name
      0, 5, 'a', 0, 0xff, 'b', 1 // password: any bytes
    ],
    read: {
      keepAlive: 65_535,
      cleanSession: false,
      clientId: 'dev',
      will: { topic: 'dead', payload: Buffer.from('bye'), qos: 1, retain: true },
      username: 'user',
      password: Buffer.of(0x61, 0, 0xff, 0x62, 1)
    }
  },
  {
    name: 'CONNECT with an empty will message, user name and password',
    bytes: [
      0x10, 21, // CONNECT, remaining length
      0, 4, 'MQTT', 4, 0b1101_0110, 0, 0, // user name, password, will QoS 2, will, clean session
      0, 0, // client id, empty [MQTT-3.1.3-6]
      0, 1, 'w', // will topic
      0, 0, // will message
      0, 0, // user name
      0, 0 // password
    ],
    read: { clientId: '', will: { topic: 'w', payload: Buffer.alloc(0), qos: 2, retain: false }, username: '', password: Buffer.alloc(0) }
  },
  {
    name: 'CONNECT of a bridge: bit 0x80 of the level',
    bytes: [0x10, 13, 0, 4, 'MQTT', 0x84, 0, 0, 10, 0, 1, 'b'],
    read: { level: 4, bridgeMode: true, cleanSession: false }
  },
  {
    name: 'CONNECT of MQTT 3.1',
    bytes: [
      0x10, 15, // CONNECT, remaining length
      0, 6, 'MQIsdp', // protocol name
      3, // protocol level
      2, 0, 10, 0, 1, 'x'
    ],
    read: { level: 3, bridgeMode: false, clientId: 'x', keepAliveAt: 12 }
  },
  {
    name: 'CONNECT of a bridge of MQTT 3.1',
    bytes: [0x10, 15, 0, 6, 'MQIsdp', 0x83, 2, 0, 10, 0, 1, 'x'],
    read: { level: 3, bridgeMode: true }
  },
  {
    name: 'CONNECT of MQTT 3.1 with a client id of 24 characters, which is let pass',
    bytes: [0x10, 38, 0, 6, 'MQIsdp', 3, 2, 0, 10, 0, 24, 'abcdefghijklmnopqrstuvwx'],
    read: { level: 3, clientId: 'abcdefghijklmnopqrstuvwx' }
  },
  {
    name: 'CONNECT of MQTT 5 with properties and will properties',
    bytes: [
      0x10, 32, // CONNECT, remaining length
      0, 4, 'MQTT', // protocol name
      5, // protocol level
      0b0100_0100, // password without a user name, which MQTT 5 allows; will
      0, 9, // keep alive
      5, 0x11, 0, 0, 0, 60, // properties: session expiry interval
      0, 0, // client id, empty without clean start, which MQTT 5 allows
      5, 0x18, 0, 0, 0, 1, // will properties: will delay interval
      0, 1, 't', // will topic
      0, 1, 'm', // will message
      0, 0 // password
    ],
    read: {
      level: 5,
      clientId: '',
      cleanSession: false,
      properties: { start: 13, end: 18 },
      will: { topic: 't', payload: Buffer.from('m'), qos: 0, retain: false, properties: { start: 21, end: 26 } },
      username: null,
      password: Buffer.alloc(0)
    }
  },
  {
    name: 'a byte order mark stays in the client id [MQTT-1.5.3-3]',
    bytes: [0x10, 16, 0, 4, 'MQTT', 4, 2, 0, 0, 0, 4, 0xef, 0xbb, 0xbf, 'x'],
    read: { clientId: '\uFEFFx' }
  }
]
