/* eslint no-template-curly-in-string: off -- a substitution of HOCON looks like one of JavaScript */
import { deepStrictEqual } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { ConfigSyntaxError } from '../../src/config/hocon/syntax-error.ts'
import { HoconPrinter } from '../support/hocon-printer.ts'
import { foldKey } from '../../src/config/hocon/key-path.ts'
import { readHoconFile } from '../../src/config/hocon/read.ts'
import { readText } from '../support/hocon.ts'
import type { HoconNode } from '../../src/config/hocon/tree.ts'
import type { Printable } from '../support/hocon-printer.ts'
import { holds } from '../support/property.ts'

const traps = fc.constantFrom('a', 'two words', 'Include', 'include x', 'true', '10', '10s', '', ' ', '"', '"""', '\\', '\\n', 'a"b', '#', '//', '${a}', 'a=b', '__proto__', 'toString', '\ufeff', '\r\n')
const text = fc.oneof(traps, fc.string({ unit: 'binary' }).filter(text => !text.includes('\0')))

const tree = fc.letrec<{ object: ReadonlyMap<string, Printable>, value: Printable }>(tie => ({
  object: fc.uniqueArray(fc.tuple(text, tie('value')), { maxLength: 5, selector: ([key]) => foldKey(key) }).map(entries => new Map(entries)),
  value: fc.oneof({ depthSize: 'small' }, text, fc.array(tie('value'), { maxLength: 5 }), tie('object'))
})).object

/** The same shape as what was printed. */
function printable (node: HoconNode): Printable {
  if (node.kind === 'scalar') return node.text
  if (node.kind === 'array') return node.items.map(printable)
  return new Map(Array.from(node.fields.values(), field => [field.key, printable(field.value)]))
}

void t.test('a tree is the same in whatever style it is written', async t => {
  await holds(t, fc.property(tree, fc.infiniteStream(fc.nat()), (tree, chances) => {
    const printer = new HoconPrinter(bound => (chances.next().value ?? 0) % bound)
    deepStrictEqual(printable(readText(printer.file(tree)).root), tree)
  }), { numRuns: 500 })
  t.pass()
})

/** What a tree means in JSON's terms. */
function json (node: HoconNode): unknown {
  if (node.kind === 'array') return node.items.map(json)
  if (node.kind === 'object') return Object.fromEntries(Array.from(node.fields.values(), field => [field.key, json(field.value)]))
  return node.form === 'quoted' ? node.text : JSON.parse(node.text)
}

void t.test('JSON means what it means in JSON', async t => {
  const key = text.filter(key => key !== '__proto__')
  const { object } = fc.letrec(tie => ({
    object: fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 5, selector: ([key]) => foldKey(key) }).map(entries => Object.fromEntries(entries)),
    value: fc.oneof({ depthSize: 'small' }, text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 5 }), tie('object'))
  }))
  await holds(t, fc.property(object, fc.constantFrom(0, 1, '\t'), (value, indent) => {
    const written = JSON.stringify(value, null, indent)
    deepStrictEqual(json(readText(written).root), JSON.parse(written))
  }), { numRuns: 500 })
  t.pass()
})

/** Refused with a place within the text, or read; in any case soon. */
function readOrRefuse (read: () => unknown): void {
  const start = process.cpuUsage()
  try {
    read()
  } catch (error) {
    if (!(error instanceof ConfigSyntaxError)) throw error
    deepStrictEqual(error.excerpt.split('\n').length, 2)
  }
  const { user, system } = process.cpuUsage(start)
  if (user + system > 1_000_000) throw new Error('it took more than a second')
}

void t.test('whatever bytes there are, they are read or refused with a place', async t => {
  const cwd = t.testdir()
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }).map(text => Buffer.from(text)))
  await holds(t, fc.property(bytes, bytes => {
    writeFileSync(join(cwd, 'a.conf'), bytes)
    readOrRefuse(() => readHoconFile('a.conf', { cwd, environment: {} }))
  }), { numRuns: 300 })
  t.pass()
})

void t.test('whatever the pieces of the grammar are put together to, it is read or refused with a place', async t => {
  const pieces = ['{', '}', '[', ']', '(', ')', '=', ':', '+=', ',', '.', ' ', '\n', '\r\n', '\t', '"', '"""', '\\', '\\u', '#', '//', '${', '${?', '${a}', '${b}', 'a', 'b', 'a.b', 'B', '1', '10s', '-', 'include', 'include "', 'file(', 'required(', 'url(', '$', "'", '\u0007', '\u{1f600}', 'password', '\0']
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 60, size: 'max' }).map(pieces => pieces.join(''))
  await holds(t, fc.property(text, text => readOrRefuse(() => readText(text, { environment: { a: '1', b: 'x' } }))), { numRuns: 5000 })
  t.pass()
})
