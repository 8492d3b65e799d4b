/** SUBSCRIBE and UNSUBSCRIBE, sections 3.8 and 3.10 of MQTT 3.1.1, and topic filters, section 4.7; the layouts of 5 beside them. */
import type { Vector } from './vector.ts'

export const subscribe: readonly Vector[] = [
  {
    name: 'SUBSCRIBE to three filters',
    bytes: [
      0x82, 19, // SUBSCRIBE, remaining length
      0, 10, // packet identifier
      0, 3, 'a/b', 0, // filter, QoS 0
      0, 1, '#', 1, // filter, QoS 1
      0, 4, '+/+/', // filter with an empty last level …
      2 // … QoS 2
    ],
    read: { packetId: 10, subscriptions: [{ filter: 'a/b', qos: 0, shared: null, noLocal: false }, { filter: '#', qos: 1 }, { filter: '+/+/', qos: 2 }] }
  },
  {
    name: 'SUBSCRIBE to a shared filter',
    bytes: [0x82, 15, 0, 1, 0, 10, '$share/g/#', 1],
    read: { subscriptions: [{ filter: '$share/g/#', shared: { group: 'g', filter: '#' } }] }
  },
  {
    name: 'SUBSCRIBE to what is no shared filter is a filter like others before MQTT 5',
    bytes: [0x82, 11, 0, 1, 0, 6, '$share', 1],
    read: { subscriptions: [{ filter: '$share', shared: null }] }
  },
  {
    name: 'SUBSCRIBE of MQTT 5 with properties and all options',
    level: 5,
    bytes: [
      0x82, 9, // SUBSCRIBE, remaining length
      0, 10, // packet identifier
      2, 0x0b, 1, // properties: subscription identifier
      0, 1, 'a', // filter
      0b0010_1110 // retain handling 2, retain as published, no local, QoS 2
    ],
    read: { properties: { start: 5, end: 7 }, subscriptions: [{ filter: 'a', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 }] }
  },
  { name: 'SUBSCRIBE with other flag bits than 0010', bytes: [0x80, 6, 0, 1, 0, 1, 'a', 0], refused: { clause: 'MQTT-3.8.1-1' } },
  { name: 'SUBSCRIBE with packet identifier 0', bytes: [0x82, 6, 0, 0, 0, 1, 'a', 0], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'SUBSCRIBE without a filter', bytes: [0x82, 2, 0, 1], refused: { clause: 'MQTT-3.8.3-3', reasonCode: 0x82 } },
  { name: 'SUBSCRIBE without a packet identifier', bytes: [0x82, 1, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'QoS 3', bytes: [0x82, 6, 0, 1, 0, 1, 'a', 3], refused: { clause: 'MQTT-3.8.3-4' } },
  { name: 'a reserved bit beside the QoS', bytes: [0x82, 6, 0, 1, 0, 1, 'a', 4], refused: { clause: 'MQTT-3.8.3-4' } },
  { name: 'the highest reserved bit', bytes: [0x82, 6, 0, 1, 0, 1, 'a', 0x80], refused: { clause: 'MQTT-3.8.3-4' } },
  { name: 'the second filter is as bad as the first', bytes: [0x82, 10, 0, 1, 0, 1, 'a', 0, 0, 1, 'b', 3], refused: { clause: 'MQTT-3.8.3-4' } },
  { name: 'a filter without its QoS', bytes: [0x82, 5, 0, 1, 0, 1, 'a'], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'a filter longer than the packet', bytes: [0x82, 6, 0, 1, 0, 9, 'a', 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'one byte behind the last filter', bytes: [0x82, 7, 0, 1, 0, 1, 'a', 0, 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'an empty filter', bytes: [0x82, 5, 0, 1, 0, 0, 0], refused: { clause: 'MQTT-4.7.3-1' } },
  { name: '# before the end', bytes: [0x82, 8, 0, 1, 0, 3, '#/a', 0], refused: { clause: 'MQTT-4.7.1-2' } },
  { name: '# behind something in its level', bytes: [0x82, 9, 0, 1, 0, 4, 'a/b#', 0], refused: { clause: 'MQTT-4.7.1-2' } },
  { name: '## at the end', bytes: [0x82, 7, 0, 1, 0, 2, '##', 0], refused: { clause: 'MQTT-4.7.1-2' } },
  { name: '+ before something in its level', bytes: [0x82, 7, 0, 1, 0, 2, '+a', 0], refused: { clause: 'MQTT-4.7.1-3' } },
  { name: '+ behind something in its level', bytes: [0x82, 9, 0, 1, 0, 4, 'a/b+', 0], refused: { clause: 'MQTT-4.7.1-3' } },
  { name: 'a filter that is no UTF-8', bytes: [0x82, 7, 0, 1, 0, 2, 'a', 0xff, 0], refused: { clause: 'MQTT-3.8.3-1' } },
  { name: 'a filter with U+0000', bytes: [0x82, 7, 0, 1, 0, 2, 'a', 0, 0], refused: { clause: 'MQTT-1.5.3-2' } },
  { name: 'more levels than the limit', bytes: [0x82, 15, 0, 1, 0, 10, '/'.repeat(10), 0], refused: { clause: '' } },
  { name: 'more filters than the limit', bytes: [0x82, 22, 0, 1, 0, 1, 'a', 0, 0, 1, 'b', 0, 0, 1, 'c', 0, 0, 1, 'd', 0, 0, 1, 'e', 0], refused: { clause: '', reasonCode: 0x97 } },
  { name: 'MQTT 5: retain handling 3', level: 5, bytes: [0x82, 7, 0, 1, 0, 0, 1, 'a', 0x30], refused: { clause: 'MQTT-3.8.3-5', reasonCode: 0x82 } },
  { name: 'MQTT 5: a reserved option bit', level: 5, bytes: [0x82, 7, 0, 1, 0, 0, 1, 'a', 0x40], refused: { clause: 'MQTT-3.8.3-4' } },
  { name: 'MQTT 5: a share without a filter', level: 5, bytes: [0x82, 15, 0, 1, 0, 0, 9, '$share/g/', 0], refused: { clause: 'MQTT-4.8.2-1' } },
  { name: 'MQTT 5: a share without a name', level: 5, bytes: [0x82, 15, 0, 1, 0, 0, 9, '$share//a', 0], refused: { clause: 'MQTT-4.8.2-1' } },
  { name: 'MQTT 5: no local on a share', level: 5, bytes: [0x82, 16, 0, 1, 0, 0, 10, '$share/g/a', 4], refused: { clause: 'MQTT-3.8.3-4', reasonCode: 0x82 } },
  { name: 'MQTT 5: properties longer than the packet', level: 5, bytes: [0x82, 4, 0, 1, 2, 0], refused: { clause: 'MQTT-2.2.2' } },

  {
    name: 'UNSUBSCRIBE from two filters',
    bytes: [
      0xa2, 10, // UNSUBSCRIBE, remaining length
      1, 0, // packet identifier
      0, 3, 'a/#', // filter
      0, 1, '+' // filter
    ],
    read: { packetId: 256, filters: ['a/#', '+'] }
  },
  {
    name: 'UNSUBSCRIBE of MQTT 5',
    level: 5,
    bytes: [0xa2, 6, 0, 1, 0, 0, 1, 'a'],
    read: { packetId: 1, filters: ['a'], properties: { start: 5, end: 5 } }
  },
  { name: 'UNSUBSCRIBE with other flag bits than 0010', bytes: [0xa0, 5, 0, 1, 0, 1, 'a'], refused: { clause: 'MQTT-3.10.1-1' } },
  { name: 'UNSUBSCRIBE with packet identifier 0', bytes: [0xa2, 5, 0, 0, 0, 1, 'a'], refused: { clause: 'MQTT-2.3.1-1' } },
  { name: 'UNSUBSCRIBE without a filter', bytes: [0xa2, 2, 0, 1], refused: { clause: 'MQTT-3.10.3-2', reasonCode: 0x82 } },
  { name: 'UNSUBSCRIBE with an empty filter', bytes: [0xa2, 4, 0, 1, 0, 0], refused: { clause: 'MQTT-4.7.3-1' } },
  { name: 'UNSUBSCRIBE with a malformed filter', bytes: [0xa2, 6, 0, 1, 0, 2, 'a#'], refused: { clause: 'MQTT-4.7.1-2' } },
  { name: 'UNSUBSCRIBE with a filter that is no UTF-8', bytes: [0xa2, 5, 0, 1, 0, 1, 0x80], refused: { clause: 'MQTT-3.10.3-1' } },
  { name: 'UNSUBSCRIBE with U+0000', bytes: [0xa2, 5, 0, 1, 0, 1, 0], refused: { clause: 'MQTT-1.5.3-2' } },
  { name: 'UNSUBSCRIBE with one byte behind the last filter', bytes: [0xa2, 6, 0, 1, 0, 1, 'a', 0], refused: { clause: 'MQTT-2.2.3' } },
  { name: 'UNSUBSCRIBE with more filters than the limit', bytes: [0xa2, 17, 0, 1, 0, 1, 'a', 0, 1, 'b', 0, 1, 'c', 0, 1, 'd', 0, 1, 'e'], refused: { clause: '', reasonCode: 0x97 } }
]
