/** PUBLISH, section 3.3 of MQTT 3.1.1, and topic names, section 4.7; the layout of 5 beside it. */
import type { Vector } from './vector.ts'

export const publish: readonly Vector[] = [
  {
    name: 'PUBLISH with QoS 0',
    bytes: [
      0x30, 7, // PUBLISH, remaining length
      0, 3, 'a/b', // topic name
      'hi' // payload
    ],
    read: { qos: 0, retain: false, dup: false, packetId: 0, topic: 'a/b', payload: 'hi' }
  },
  {
    name: 'PUBLISH with QoS 1, retained',
    bytes: [
      0x33, 8, // PUBLISH, QoS 1, retain
      0, 1, 't', // topic name
      0x12, 0x34, // packet identifier
      'pay' // payload
    ],
    read: { qos: 1, retain: true, dup: false, packetId: 0x1234, topic: 't', payload: 'pay' }
  },
  {
    name: 'PUBLISH with QoS 2, again, without a payload',
    bytes: [0x3c, 5, 0, 1, 't', 0xff, 0xff],
    read: { qos: 2, retain: false, dup: true, packetId: 65_535, topic: 't', payload: '' }
  },
  {
    name: 'PUBLISH whose remaining length takes two bytes',
    bytes: [0x30, 0x80, 0x01, 0, 1, 't', 'x'.repeat(125)],
    read: { qos: 0, topic: 't', payload: 'x'.repeat(125) }
  },
  {
    name: 'PUBLISH to a topic of more than ASCII, byte order mark and all [MQTT-1.5.3-3]',
    bytes: [0x30, 12, 0, 10, 0xef, 0xbb, 0xbf, 0xe2, 0x98, 0x83, 0xf0, 0x9f, 0x98, 0x80],
    read: { topic: '\uFEFF☃😀' }
  },
  {
    name: 'PUBLISH to a topic of empty levels, spaces and a $ inside',
    bytes: [0x30, 8, 0, 6, '// $/a'],
    read: { topic: '// $/a' }
  },
  {
    name: 'PUBLISH of MQTT 5 with properties',
    level: 5,
    bytes: [
      0x32, 14, // PUBLISH, QoS 1
      0, 1, 't', // topic name
      0, 7, // packet identifier
      5, 2, 0, 0, 0, 9, // properties: message expiry interval
      'pay' // payload
    ],
    read: { qos: 1, packetId: 7, topic: 't', payload: 'pay', propertiesStart: 8, propertiesEnd: 13 }
  },
  {
    name: 'PUBLISH of MQTT 5 with a topic alias instead of a name',
    level: 5,
    bytes: [0x30, 7, 0, 0, 3, 0x23, 0, 1, 'p'],
    read: { topic: '', payload: 'p' }
  },
  {
    name: 'PUBLISH of MQTT 5 without properties',
    level: 5,
    bytes: [0x30, 5, 0, 1, 't', 0, 'p'],
    read: { topic: 't', payload: 'p', propertiesStart: 6, propertiesEnd: 6 }
  },
  { name: 'QoS 3', bytes: [0x36, 5, 0, 1, 't', 0, 1], refused: { clause: 'MQTT-3.3.1-4' } },
  { name: 'DUP with QoS 0', bytes: [0x38, 3, 0, 1, 't'], refused: { clause: 'MQTT-3.3.1-2' } },
  { name: 'QoS 1 with packet identifier 0', bytes: [0x32, 5, 0, 1, 't', 0, 0], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'QoS 2 with packet identifier 0', bytes: [0x34, 5, 0, 1, 't', 0, 0], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'no topic name [MQTT-3.3.2-1]', bytes: [0x30, 0], refused: { clause: 'MQTT-3.3.2' } },
  { name: 'half a topic length', bytes: [0x30, 1, 0], refused: { clause: 'MQTT-3.3.2' } },
  { name: 'a topic name longer than the packet', bytes: [0x30, 4, 0, 3, 'ab'], refused: { clause: 'MQTT-3.3.2' } },
  { name: 'QoS 1 without a packet identifier', bytes: [0x32, 3, 0, 1, 't'], refused: { clause: 'MQTT-3.3.2' } },
  { name: 'QoS 1 with half a packet identifier', bytes: [0x32, 4, 0, 1, 't', 1], refused: { clause: 'MQTT-3.3.2' } },
  { name: 'an empty topic name', bytes: [0x30, 3, 0, 0, 'p'], refused: { clause: 'MQTT-4.7.3-1' } },
  { name: '+ in a topic name [MQTT-4.7.1-1]', bytes: [0x30, 5, 0, 3, 'a/+'], refused: { clause: 'MQTT-3.3.2-2' } },
  { name: '# in a topic name [MQTT-4.7.1-1]', bytes: [0x30, 5, 0, 3, 'a#b'], refused: { clause: 'MQTT-3.3.2-2' } },
  { name: 'U+0000 in a topic name [MQTT-4.7.3-2]', bytes: [0x30, 5, 0, 3, 'a', 0, 'b'], refused: { clause: 'MQTT-1.5.3-2' } },
  { name: 'a byte that starts nothing', bytes: [0x30, 4, 0, 2, 'a', 0xff], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'a continuation without a start', bytes: [0x30, 4, 0, 2, 'a', 0xbf], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'a sequence cut off by the end of the topic, though the payload would go on with it', bytes: [0x30, 5, 0, 2, 'a', 0xc3, 0xa9], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'U+0000 in two bytes', bytes: [0x30, 4, 0, 2, 0xc0, 0x80], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: '/ in three bytes', bytes: [0x30, 5, 0, 3, 0xe0, 0x80, 0xaf], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'a surrogate', bytes: [0x30, 5, 0, 3, 0xed, 0xbf, 0xbf], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'beyond U+10FFFF', bytes: [0x30, 6, 0, 4, 0xf4, 0x90, 0x80, 0x80], refused: { clause: 'MQTT-1.5.3-1' } },
  { name: 'more levels than the limit', bytes: [0x30, 12, 0, 10, '/'.repeat(10)], refused: { clause: '', reasonCode: 0x90 } },
  { name: 'MQTT 5 without a property length', level: 5, bytes: [0x30, 3, 0, 1, 't'], refused: { clause: 'MQTT-3.3.2.3' } },
  { name: 'MQTT 5 properties longer than the packet', level: 5, bytes: [0x30, 5, 0, 1, 't', 2, 1], refused: { clause: 'MQTT-3.3.2.3' } },
  { name: 'MQTT 5 property length not in its shortest form', level: 5, bytes: [0x30, 5, 0, 1, 't', 0x80, 0], refused: { clause: 'MQTT-3.3.2.3' } }
]
