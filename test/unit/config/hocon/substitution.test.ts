/* eslint no-template-curly-in-string: off -- a substitution of HOCON looks like one of JavaScript */
import t from 'tap'
import { plain, readText, refusal } from '../../../support/hocon.ts'
import type { Plain } from '../../../support/hocon.ts'

const environment = { SITE: 'berlin', PORT: '8081', WAIT: '60s', EMPTY: '', 'a.b': 'dotted', PATH: '/bin' }
const number = (text: string) => ({ number: text })

const understood: readonly (readonly [string, string, Plain])[] = [
  ['a variable', 'a = ${SITE}', { a: 'berlin' }],
  ['a variable is what it would be without quotes', 'a = ${PORT}, b = ${WAIT}', { a: number('8081'), b: { duration: '60s' } }],
  ['beside an empty string it is text', 'a = ""${PORT}', { a: '8081' }],
  ['an empty variable is a value', 'a = ${EMPTY}', { a: '' }],
  ['a dotted variable', 'a = ${a.b}', { a: 'dotted' }],
  ['put together with quotes', 'a = "site-"${SITE}"/x"', { a: 'site-berlin/x' }],
  ['put together without quotes', 'a = site-${SITE}:${PORT}, n = ${PORT}0, w = ${PORT}s', { a: 'site-berlin:8081', n: number('80810'), w: { duration: '8081s' } }],
  ['in an address', 'a = tls+mqtt-tcp://${SITE}.example:8883', { a: 'tls+mqtt-tcp://berlin.example:8883' }],
  ['with blanks between', 'a = the ${SITE}  site', { a: 'the berlin  site' }],
  ['the file comes before the environment', 'site = paris\na = ${SITE}', { site: 'paris', a: 'paris' }],
  ['a path', 'a.b.c = 1\nx = ${a.b.c}', { a: { b: { c: number('1') } }, x: number('1') }],
  ['a path with quotes', '"a.b" = 1\nx = ${"a.b"}', { 'a.b': number('1'), x: number('1') }],
  ['a later definition', 'x = ${a}\na = 1', { x: number('1'), a: number('1') }],
  ['the last definition', 'a = 1\nx = ${a}\na = 2', { a: number('2'), x: number('2') }],
  ['a sibling', 'a { b = ${a.c}, c = 1 }', { a: { b: number('1'), c: number('1') } }],
  ['a null of the file is a value', 'site = null\na = ${SITE}', { site: { null: 'null' }, a: { null: 'null' } }],
  ['an object', 'base { x = 1 }\na = ${base}', { base: { x: number('1') }, a: { x: number('1') } }],
  ['an object and more', 'base { x = 1, y = 1 }\na = ${base} { y = 2 }\nb = ${base}\nb.y = 3', { base: { x: number('1'), y: number('1') }, a: { x: number('1'), y: number('2') }, b: { x: number('1'), y: number('3') } }],
  ['objects merge at any depth', 'base { s { x = 1, y = 1 } }\na = ${base}\na.s.y = 2', { base: { s: { x: number('1'), y: number('1') } }, a: { s: { x: number('1'), y: number('2') } } }],
  ['within a merged object', 'base { x = 1 }\na = ${base} { z = 2 }\nb = ${a.x}${a.z}', { base: { x: number('1') }, a: { x: number('1'), z: number('2') }, b: number('12') }],
  ['an array and more', 'a = [x]\nb = ${a} [y]\nb += z', { a: ['x'], b: ['x', 'y', 'z'] }],
  ['as an element', 'a = [${SITE} "x"${SITE} ${?NONE}]', { a: ['berlin', 'xberlin'] }],
  ['optional and absent', 'a = ${?NONE}\nb = x${?NONE}y\nc = ${?NONE}${?NONE}\nd = ""${?NONE}', { b: 'xy', d: '' }],
  ['optional and absent keeps what was', 'a = 1\na = ${?NONE}', { a: number('1') }],
  ['optional and present overrides', 'a = 1\na = ${?PORT}', { a: number('8081') }],
  ['the same name: the earlier value', 'a = x\na = ${a}y', { a: 'xy' }],
  ['the same name: the environment where there is no earlier value', 'PORT = ${PORT}', { PORT: number('8081') }],
  ['the same name: the earlier value before the environment', 'PORT = 1\nPORT = ${PORT}', { PORT: number('1') }],
  ['the same name in other letters: the environment first', 'port = 1\nport = ${?PORT}\na = ${port}', { port: number('8081'), a: number('8081') }],
  ['the same name in other letters: the earlier value where there is no variable', 'none = 1\nnone = ${?NONE}', { none: number('1') }],
  ['a definition that is overridden is not asked for', 'a = ${NONE}\na = 1', { a: number('1') }],
  ['quoted it is text', 'a = "${SITE}"', { a: '${SITE}' }]
]

const refused: readonly (readonly [string, string, string])[] = [
  ['undefined', 'a = 1\nb = x${NONE}', '2:6: ${NONE} has no value: no key and no environment variable has this name'],
  ['undefined, of Object', 'a = ${toString}', '1:5: ${toString} has no value'],
  ['undefined within an object', 'a { b = 1 }\nc = ${a.d}', '2:5: ${a.d} has no value'],
  ['undefined within a scalar', 'a = 1\nc = ${a.d}', '2:5: ${a.d} has no value'],
  ['only itself', 'a = ${a}', '1:5: ${a} has no value'],
  ['a circle', 'a = ${b}\nb = ${c}\nc = ${a}', '3:5: ${a} refers to itself, by way of other values'],
  ['a circle, optional', 'a = ${?b}\nb = ${?a}', '2:5: ${a} refers to itself, by way of other values'],
  ['a circle through objects', 'a { b = ${a} }', '1:9: ${a} refers to itself, by way of other values'],
  ['an object in a text', 'a { b = 1 }\nc = x${a}', '2:6: ${a} stands for an object, which can not be part of a text'],
  ['an array in a text', 'a = []\nc = ${a}x', '2:5: ${a} stands for an array, which can not be part of a text']
]

void t.test('substitutions', async t => {
  for (const [what, text, value] of understood) t.strictSame(plain(readText(text, { environment }).root), value, what)
})

void t.test('what has no value, or no end, is refused at its place', async t => {
  for (const [what, text, message] of refused) {
    const error = refusal(() => readText(text, { environment }))
    t.equal(error.message.slice(0, `test.conf:${message}`.length), `test.conf:${message}`, what)
    t.equal(error.code, 'CW_CONFIG_SUBSTITUTION', what)
  }
})

void t.test('only an array can be added to', async t => {
  t.match(refusal(() => readText('a = 1\na += 2')).message, /^test\.conf:2:3: only an array can be added to/)
})

void t.test('a value that is repeated keeps the place where it is written', async t => {
  const { root } = readText('a = 1\nb = ${a}\nc = ${SITE}', { environment })
  t.strictSame(root.fields.get('b')?.place, { file: 'test.conf', line: 2, column: 1 })
  t.strictSame(root.fields.get('b')?.value.place, { file: 'test.conf', line: 1, column: 5 })
  t.strictSame(root.fields.get('c')?.value.place, { file: 'test.conf', line: 3, column: 5 })
})
