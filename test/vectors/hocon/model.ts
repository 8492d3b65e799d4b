/** Dotted keys, letters' case, duplicates, and what the typed readers get to see. */
import type { Vector } from './vector.ts'

const one = { number: '1' }
const two = { number: '2' }

export const model: readonly Vector[] = [
  { row: 'dotted keys', text: 'bridges.mqtt.emqx1.server = "x"\nlisteners.ws.bind = "y"', value: { bridges: { mqtt: { emqx1: { server: 'x' } } }, listeners: { ws: { bind: 'y' } } } },
  { row: 'dotted keys of blocks', text: 'a.b { c = 1 }', value: { a: { b: { c: one } } } },
  { row: 'a quoted key is not split', text: '"a.b" = 1', value: { 'a.b': one } },
  { row: 'a quoted part is not split', text: 'a."b.c".d = 1', value: { a: { 'b.c': { d: one } } } },
  { row: 'no empty part', text: 'a..b = 1', error: "1:3: unexpected '.': a key is wanted here" },
  { row: 'case makes no difference', text: 'Bridges.MQTT.a { x = 1 }\nbridges.mqtt.A { y = 2 }', value: { Bridges: { MQTT: { a: { x: one, y: two } } } } },
  { row: 'one key in two cases holds one value, with a warning', text: 'p { Admin: a\nadmin: b }', value: { p: { admin: 'b' } }, warnings: ['2:1 the same key, in other letters, has a value at test.conf:1:5'] },
  { row: 'case is that of ASCII', text: '\u212aey = 1\nkey = 2', value: { \u212aey: one, key: two } },
  { row: '__proto__ is only a name', text: '__proto__ { polluted = 1 }\ntoString = 2', value: { ['__proto__']: { polluted: one }, toString: two } },
  { row: 'a scalar twice in one block: the last counts', text: 'a { b = 1\nb = 2 }', value: { a: { b: two } } },
  { row: 'blocks of one path merge', text: 'a { b = 1 }\na { c = 2 }', value: { a: { b: one, c: two } } },
  { row: 'blocks of one path merge with dotted keys, at any depth', text: 'a { b { c = 1 } }\na.b.d = 2', value: { a: { b: { c: one, d: two } } } },
  { row: 'a scalar in two blocks: the last counts, unlike in NanoMQ', text: 'a { b = 1 }\na { b = 2 }', value: { a: { b: two } }, warnings: ['2:5 this overrides the value at test.conf:1:5; NanoMQ keeps the earlier one'] },
  { row: 'a dotted key twice is two blocks', text: 'a.b = 1\na.b = 2', value: { a: { b: two } }, warnings: ['2:3 this overrides the value at test.conf:1:3'] },
  { row: 'arrays in two blocks do not merge', text: 'a { b = [1] }\na { b = [2] }', value: { a: { b: [two] } }, warnings: ['2:5 this overrides the value at test.conf:1:5'] },
  { row: 'a block over a scalar in two blocks', text: 'a { b = 1 }\na { b { c = 2 } }', value: { a: { b: { c: two } } }, warnings: ['2:5 this overrides the value at test.conf:1:5'] },
  { row: 'the same value in two blocks is no difference', text: 'a { b = 1 }\na { b = 1 }', value: { a: { b: one } } },
  { row: 'a block over a scalar, a scalar over a block', text: 'a = 1\na { b = 1 }\nc { d = 1 }\nc = 2', value: { a: { b: one }, c: two } },
  { row: 'unknown keys are kept for the schema', text: 'bridges.mqtt.a { name = "x" }', value: { bridges: { mqtt: { a: { name: 'x' } } } } },
  { row: 'the string reader can tell numbers and literals', text: 'username = 1234, clientid = 0001, password = true', value: { username: { number: '1234' }, clientid: { number: '0001' }, password: { boolean: 'true' } } },
  { row: 'the number reader can tell quotes, signs and zero', text: 'a = "10", b = -1, c = 0', value: { a: '10', b: { number: '-1' }, c: { number: '0' } } },
  { row: 'the time reader can tell a bare number and the unit', text: 'keepalive = 60, backoff_max = 10ms', value: { keepalive: { number: '60' }, backoff_max: { duration: '10ms' } } },
  { row: 'the size reader gets every unit', text: 'a = 10KB, b = 10kB, c = 10', value: { a: { size: '10KB' }, b: { size: '10kB' }, c: { number: '10' } } },
  { row: 'the reader of enumerations gets the word as written', text: 'level = WARN', value: { level: 'WARN' } }
]
