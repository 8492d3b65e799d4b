/** How keys, objects and arrays may be written. */
import type { Vector } from './vector.ts'

const one = { number: '1' }
const two = { number: '2' }

export const grammar: readonly Vector[] = [
  { row: 'nothing', text: '', value: {} },
  { row: 'braces around the file', text: ' { a = 1 }\n# end', value: { a: one } },
  { row: 'nothing behind the braces around the file', text: '{ a = 1 } b = 2', error: "1:11: unexpected 'b': nothing may follow the closing brace of the file" },
  { row: 'a file is no array', text: '[1]', error: '1:1: a configuration is an object, not an array' },
  { row: 'members parted by lines', text: 'a = 1\nb = 2', value: { a: one, b: two } },
  { row: 'members parted by commas', text: 'a = 1, b = 2', value: { a: one, b: two } },
  { row: 'members parted by blanks', text: 'remote_topic = "a" local_topic = "b"', value: { remote_topic: 'a', local_topic: 'b' } },
  { row: 'members parted by blanks, unquoted', text: 'to = file level : warn dir{a=1}', value: { to: 'file', level: 'warn', dir: { a: one } } },
  { row: 'members parted by blanks, keys quoted', text: 'p { "a": "b" "c": "d" }', value: { p: { a: 'b', c: 'd' } } },
  { row: 'members parted by blanks, colons touching', text: 'p { admin:public alice:secret }', value: { p: { admin: 'public', alice: 'secret' } } },
  { row: 'a second word that is an address is no key', text: 'a = see mqtt-tcp://h:1', value: { a: 'see mqtt-tcp://h:1' } },
  { row: 'members parted by nothing', text: 'a{b=1}c{d=2}', value: { a: { b: one }, c: { d: two } } },
  { row: 'elements parted by commas, lines or blanks', text: 'a = [1, 2\n1 2]', value: { a: [one, two, one, two] } },
  { row: 'words parted by a blank are two elements', text: 'a = [file console "x" "y"]', value: { a: ['file', 'console', 'x', 'y'] } },
  { row: 'addresses as elements', text: 'a = [mqtt-tcp://h:1 0.0.0.0:1883]', value: { a: ['mqtt-tcp://h:1', '0.0.0.0:1883'] } },
  { row: 'objects and arrays as elements', text: 'a = [{b = 1} {b = 2}\n[1], []]', value: { a: [{ b: one }, { b: two }, [one], []] } },
  { row: 'trailing commas', text: 'a { b = 1, }\nc = [1, ],', value: { a: { b: one }, c: [one] } },
  { row: 'no comma before anything', text: 'a = [, 1]', error: "1:6: unexpected ',': nothing stands before it" },
  { row: 'no two commas', text: 'a = 1,, b = 2', error: "1:7: unexpected ',': nothing stands before it" },
  { row: 'objects with and without separator', text: 'a {b = 1}\nc = {b = 1}\nd: {b = 1}\ne\n{\nb = 1\n}', value: { a: { b: one }, c: { b: one }, d: { b: one }, e: { b: one } } },
  { row: 'arrays with and without separator', text: 'a [1]\nb = [1]\nc: [1]', value: { a: [one], b: [one], c: [one] } },
  { row: 'an empty object, an empty array', text: 'a {}\nb = {}\nc []', value: { a: {}, b: {}, c: [] } },
  { row: 'quoted keys', text: '"a b" = 1\n"c" { d = 2 }', value: { 'a b': one, c: { d: two } } },
  { row: 'a key needs something behind it', text: 'a\nb = 1', error: "1:2: '=', ':', '{' or '[' is wanted behind a key" },
  { row: 'a key needs a value', text: 'a =', error: '1:4: unexpected end of the file: a value is wanted here' },
  { row: 'a key needs a value of its own', text: 'a =\nb = 1', error: "2:3: unexpected '=': it can not stand in a value without quotes" },
  { row: 'a value with = needs quotes', text: 'url = http://h/?a=b', error: "1:18: unexpected '=': it can not stand in a value without quotes" },
  { row: 'an unclosed object', text: 'a {\n b = 1', error: "1:3: this '{' is never closed" },
  { row: 'an unclosed array', text: 'a = [1', error: "1:5: this '[' is never closed" },
  { row: 'a bracket that closes nothing', text: 'a = 1\n}', error: "2:1: unexpected '}': a key is wanted here" },
  { row: 'the wrong bracket', text: 'a = [1}', error: "1:7: unexpected '}': a value is wanted here" }
]
