/** AUTH of MQTT 5.0, clause by clause. */
import type { Vector5 } from './vector.ts'

const METHOD = [0x15, 0, 1, 'M'] as const

export const auth: readonly Vector5[] = [
  { name: 'goes on [3.15.2.1]', first: 0xf0, body: [0x18, [...METHOD, 0x16, 0, 2, 'ab']], read: { reasonCode: 0x18, method: 'M', data: Buffer.from('ab') } },
  { name: 'begins again [3.15.2.1]', first: 0xf0, body: [0x19, [0x16, 0, 1, 'a', ...METHOD]], read: { reasonCode: 0x19, method: 'M', data: Buffer.from('a') } },
  { name: 'without data [3.15.2.2.3]', first: 0xf0, body: [0x18, [...METHOD]], read: { method: 'M', data: Buffer.alloc(0) } },
  { name: 'with user properties and a reason [3.15.2.2]', first: 0xf0, body: [0x18, [...METHOD, 0x26, 0, 1, 'a', 0, 1, 'b', 0x1f, 0, 1, 'r']], read: { method: 'M' } },
  { name: 'reserved flags [MQTT-3.15.1-1]', first: 0xf1, body: [0x18, [...METHOD]], refused: 0x81 },
  { name: 'success, which a client does not say [MQTT-3.15.2-1]', first: 0xf0, body: [0x00, [...METHOD]], refused: 0x82 },
  { name: 'nothing, which means success [3.15.2.1]', first: 0xf0, body: [], refused: 0x82 },
  { name: 'another reason code [MQTT-3.15.2-1]', first: 0xf0, body: [0x87, [...METHOD]], refused: 0x82 },
  { name: 'a reason code alone [3.15.2.2.2]', first: 0xf0, body: [0x18], refused: 0x82 },
  { name: 'no properties [3.15.2.2.2]', first: 0xf0, body: [0x18, []], refused: 0x82 },
  { name: 'data without a method [3.15.2.2.2]', first: 0xf0, body: [0x18, [0x16, 0, 1, 'a']], refused: 0x82 },
  { name: 'a method twice [3.15.2.2.2]', first: 0xf0, body: [0x18, [...METHOD, ...METHOD]], refused: 0x82 },
  { name: 'data twice [3.15.2.2.3]', first: 0xf0, body: [0x18, [...METHOD, 0x16, 0, 1, 'a', 0x16, 0, 1, 'a']], refused: 0x82 },
  { name: 'a property of another packet [2.2.2.2]', first: 0xf0, body: [0x18, [...METHOD, 0x21, 0, 1]], refused: 0x81 },
  { name: 'properties that end early [2.2.2]', first: 0xf0, body: [0x18, [...METHOD, 0x16, 0, 9, 'a']], refused: 0x81 },
  { name: 'bytes behind the properties [2.2.2]', first: 0xf0, body: [0x18, [...METHOD], 1], refused: 0x81 }
]
