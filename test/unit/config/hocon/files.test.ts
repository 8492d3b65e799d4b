/* eslint no-template-curly-in-string: off -- a substitution of HOCON looks like one of JavaScript */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { ConfigSyntaxError } from '../../../../src/config/hocon/syntax-error.ts'
import { plain, readText, refusal, warningsOf } from '../../../support/hocon.ts'
import { readHoconFile } from '../../../../src/config/hocon/read.ts'

const read = (cwd: string, file = 'a.conf') => readHoconFile(file, { cwd, environment: {} })

void t.test('all files read are named, absolute, and places name them as they were written', async t => {
  const cwd = t.testdir({ 'a.conf': 'include "sub/b.conf"\ninclude "none.conf"', sub: { 'b.conf': 'include "c.conf"', 'c.conf': 'x = ${y}\ny = 1' } })
  const document = read(cwd)
  t.strictSame(document.files, ['a.conf', 'sub/b.conf', 'sub/c.conf'].map(name => join(cwd, name)))
  t.strictSame(document.root.fields.get('x')?.place, { file: 'c.conf', line: 1, column: 1 })
  t.equal(document.excerpt({ file: 'sub/b.conf', line: 1, column: 1 }), 'include "c.conf"\n^')
  t.strictSame(warningsOf(document), [`2:1 the included file none.conf does not exist (looked for: ${join(cwd, 'none.conf')})`])
})

void t.test('two files of one name are told apart', async t => {
  const cwd = t.testdir({ 'a.conf': 'include "x/b.conf"\ninclude "y/b.conf"', x: { 'b.conf': 'include "c.conf"', 'c.conf': 'x = 1' }, y: { 'b.conf': 'include "c.conf"', 'c.conf': 'y = = 1' } })
  const { message, excerpt } = refusal(() => read(cwd))
  t.equal(message, `${join(cwd, 'y/c.conf')}:1:5: unexpected '=': it can not stand in a value without quotes`)
  t.equal(excerpt, 'y = = 1\n    ^')
})

void t.test('one file twice is no circle', async t => {
  const cwd = t.testdir({ 'a.conf': 'x { include "b.conf" }\ny { include "b.conf" }', 'b.conf': 'z = w' })
  const document = read(cwd)
  t.strictSame(plain(document.root), { x: { z: 'w' }, y: { z: 'w' } })
  t.strictSame(document.files, [join(cwd, 'a.conf'), join(cwd, 'b.conf')])
})

void t.test('a circle is refused, by whatever name', async t => {
  const cwd = t.testdir({ 'a.conf': 'include "b.conf"', 'b.conf': '\n include "link.conf"', 'link.conf': t.fixture('symlink', 'a.conf') })
  const error = refusal(() => read(cwd))
  t.equal(error.message, 'b.conf:2:2: link.conf is included while it is being read')
  t.equal(error.code, 'CW_CONFIG_INCLUDE')
})

void t.test('ten includes deep, and no deeper', async t => {
  const chain = (length: number) => Object.fromEntries(Array.from({ length }, (_, i) => [`${i}.conf`, i === length - 1 ? 'x = y' : `include "${i + 1}.conf"`]))
  t.strictSame(plain(read(t.testdir(chain(11)), '0.conf').root), { x: 'y' })
  const error = refusal(() => read(t.testdir(chain(12)), '0.conf'))
  t.equal(error.message, '10.conf:1:1: files that include each other more than 10 deep')
})

void t.test('what is there and can not be read is an error, also where it may be missing', async t => {
  const cwd = t.testdir({ 'a.conf': 'include "dir"', 'b.conf': 'include "pipe"', dir: {} })
  execFileSync('mkfifo', [join(cwd, 'pipe')])
  t.match(refusal(() => read(cwd)).message, /^a\.conf:1:1: can not include dir: .* is not a regular file$/)
  t.match(refusal(() => read(cwd, 'b.conf')).message, /^b\.conf:1:1: can not include pipe: .* is not a regular file$/)
})

void t.test('without its file there is no configuration', async t => {
  const cwd = t.testdir({ dir: {} })
  const unreadable = { code: 'CW_CONFIG_UNREADABLE' }
  t.throws(() => read(cwd), { ...unreadable, message: `there is no configuration ${join(cwd, 'a.conf')}` })
  t.throws(() => read(cwd, 'dir'), { ...unreadable, message: /can not read the configuration .* is not a regular file/ })
})

void t.test('a file that is not UTF-8 is refused at the line', async t => {
  const rows: readonly (readonly [string, Buffer, string])[] = [
    ['a lone byte', Buffer.from([0x61, 0x0a, 0x62, 0xe9, 0x0a]), '2:2: this is not well-formed UTF-8'],
    ['behind a real replacement character', Buffer.from([0x61, 0xef, 0xbf, 0xbd, 0xff]), '1:3: this is not well-formed UTF-8'],
    ['a cut character', Buffer.from([0x61, 0xef, 0xbf]), '1:2: this is not well-formed UTF-8'],
    ['an encoded surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), '1:2: this is not well-formed UTF-8'],
    ['UTF-16', Buffer.from('\ufeffa = 1', 'utf16le'), '1:1: this file is not UTF-8 but looks like UTF-16']
  ]
  for (const [what, content, message] of rows) {
    const error = refusal(() => read(t.testdir({ 'a.conf': content })))
    t.equal(error.message, `a.conf:${message}`, what)
    t.equal(error.code, 'CW_CONFIG_ENCODING', what)
  }
})

void t.test('a text that is in memory is read as a file of that name would be', async t => {
  const cwd = t.testdir({ sub: { 'b.conf': 'x = y' } })
  const document = readText('include "b.conf"', { cwd, file: 'sub/a.conf' })
  t.strictSame(plain(document.root), { x: 'y' })
  t.strictSame(document.files, [join(cwd, 'sub/b.conf')])
  t.throws(() => readText('a', { cwd, file: 'sub/a.conf' }), ConfigSyntaxError)
})
