/* eslint no-template-curly-in-string: off -- a substitution of HOCON looks like one of JavaScript */
import t from 'tap'
import { readHoconFile } from '../../../../src/config/hocon/read.ts'
import { defaultLimits } from '../../../../src/config/hocon/limits.ts'
import { readText, refusal } from '../../../support/hocon.ts'

const mebibyte = 1024 * 1024

/** As often as it fits into the largest file there may be, with `head` and `tail` around it. */
function filled (unit: string | ((index: number) => string), head = '', tail = ''): string {
  const parts = [head]
  const room = mebibyte - tail.length
  for (let index = 0, length = head.length; ; index++) {
    const part = typeof unit === 'string' ? unit : unit(index)
    length += part.length
    if (length > room) break
    parts.push(part)
  }
  return parts.join('') + tail
}

const lines = (count: number) => (line: (index: number) => string, first: string) => [first, ...Array.from({ length: count }, (_, index) => line(index))].join('\n')
const repeated = lines(9_000)
/** Nearly as many values as there may be. */
const most = lines(40_000)
/** What each line doubles is 2 to the power of a hundred in the end. */
const doubled = lines(100)

/** Each is read to the end or refused as told. */
const hostile: Readonly<Record<string, readonly [text: string, refusal: RegExp | null]>> = {
  'braces without end': [filled('a{'), /:1:130: objects and arrays more than 64 deep/],
  'brackets without end': [filled('[', 'a='), /:1:67: objects and arrays more than 64 deep/],
  'dots without end': [filled('a.'), /unexpected end of the file/],
  'a key as long as the file': [filled('a', '', '=1'), /:1:1: a key of more than 1024 characters/],
  'a dotted key as deep as it may be long': [`${'a.'.repeat(500)}b = 1`, /:1:129: objects and arrays more than 64 deep/],
  'a string without end': [filled('x', 'a="'), /:1:3: this string is never closed/],
  'triple quotes without end': [filled('x', 'a="""'), /:1:3: this string is never closed/],
  'backslashes without end': [filled('\\', 'a="'), /:1:3: this string is never closed/],
  escapes: [filled('\\q', 'a="', '"'), null],
  quotes: [filled('"'), /a key of more than 1024 characters/],
  'one word': [filled('x', 'a='), null],
  words: [filled('w ', 'a='), /more than 50000 values/],
  'words that each look like a key': [filled('w\n\n', 'a=x '), /is wanted behind a key/],
  'strings that each look like a key': [filled('\\"', 'a=x "', '"'), null],
  colons: [filled(':', 'a=b', 'c'), null],
  dollars: [filled('$', 'a='), null],
  blanks: [filled(' '), null],
  comments: [filled('#\n'), null],
  'byte order marks': [filled('\ufeff').slice(0, mebibyte / 3), null],
  'many keys': [filled(index => `${index} 1\n`.replace(' ', '=')), /more than 50000 values/],
  'many empty objects': [filled(index => `${index}{}`), /more than 50000 values/],
  'many elements': [filled('1,', 'a=[', ']'), /more than 50000 values/],
  'one key again and again': [filled('a=1\n'), /more than 50000 values/],
  'one path again and again': [filled('aaa.b=1\n'), /more than 50000 values/],
  'one key in two cases': [filled('a=1\nA=1\n'), /more than 50000 values/],
  additions: [filled('a+=1\n'), /more than 50000 values/],
  'many includes': [filled('include "none"\n'), /:257:1: more than 256 includes/],
  'includes in includes': [filled('include required('), /unexpected 'i': the name of a file in quotes is wanted here/],
  'many secrets': [`${most(() => 'password=x', '')}}`, /unexpected '}'/],
  'a chain of substitutions': [most(index => `a${index}=\${a${index + 1}}`, ''), /:258:\d+: substitutions lead too deep/],
  'a chain of substitutions, backwards': [most(index => `a${index + 1}=\${a${index}}`, 'a0=1'), null],
  'a long path': [filled('a.', 'a=${', 'a}'), /a key of more than 1024 characters/],
  'doubled text': [doubled(index => `a${index + 1}=\${a${index}}\${a${index}}`, 'a0=lol'), /substitutions make more than 4194304 characters/],
  'doubled arrays': [doubled(index => `a${index + 1}=[\${a${index}},\${a${index}}]`, 'a0=[lol]'), /substitutions make more than 50000 values/],
  'doubled objects': [doubled(index => `a${index + 1}{l=\${a${index}},r=\${a${index}}}`, 'a0{}'), /substitutions make more than 50000 values/],
  'arrays nested by substitution': [doubled(index => `a${index + 1}=[\${a${index}}]`, 'a0=[]'), /substitutions make objects and arrays more than 64 deep/],
  'a long text again and again': [filled(index => `b${index}=\${a}\n`, `a="${'x'.repeat(500_000)}"\n`), /substitutions make more than 4194304 characters/],
  'a long text, continued, again and again': [repeated(index => `b${index}=\${a}1`, `a="${'x'.repeat(500_000)}"`), /substitutions make more than 4194304 characters/],
  'a large object, merged again and again': [repeated(index => `a=\${big}\na{x${index}=1}`, `big{${Array.from({ length: 20_000 }, (_, index) => `k${index}=1`).join()}}`), /too many objects or arrays are put together here/],
  'a large array, added to again and again': [repeated(() => 'a=${big}\na+=1', `big=[${'1 '.repeat(20_000)}]`), /too many objects or arrays are put together here/],
  'a value that names itself again and again': [filled('a=${?a}x\n'), /more than 50000 values/]
}

void t.test('a hostile file of a mebibyte ends in under a second', async t => {
  for (const [what, [text, refused]] of Object.entries(hostile)) {
    t.ok(Buffer.byteLength(text) <= mebibyte, `${what}: fits`)
    const start = process.cpuUsage()
    if (refused === null) t.doesNotThrow(() => readText(text), what)
    else t.match(refusal(() => readText(text)).message, refused, what)
    const { user, system } = process.cpuUsage(start)
    t.ok(user + system < 1_000_000, `${what}: ${Math.round((user + system) / 1000)} ms`)
  }
})

void t.test('a file may have exactly its size, and no byte more', async t => {
  const cwd = t.testdir({ 'full.conf': `a = 1 #${'x'.repeat(mebibyte - 7)}`, 'over.conf': `a = 1 #${'x'.repeat(mebibyte - 6)}`, 'outer.conf': 'b = 1\ninclude "over.conf"' })
  const read = (file: string) => readHoconFile(file, { cwd, environment: {} })
  t.equal(read('full.conf').root.fields.size, 1)
  t.equal(refusal(() => read('over.conf')).message, 'over.conf:1:1: the file is larger than 1048576 bytes')
  const error = refusal(() => read('outer.conf'))
  t.equal(error.message, 'outer.conf:2:1: the file is larger than 1048576 bytes')
  t.equal(error.code, 'CW_CONFIG_LIMIT')
  t.throws(() => readText('\u00e9'.repeat(mebibyte / 2 + 1)), /larger than 1048576 bytes/)
})

void t.test('all files together have a size', async t => {
  const cwd = t.testdir({ 'big.conf': '#'.repeat(mebibyte), 'a.conf': 'include "big.conf"\n'.repeat(4) })
  t.equal(refusal(() => readHoconFile('a.conf', { cwd, environment: {} })).message, 'a.conf:4:1: the files together are larger than 4194304 bytes')
})

void t.test('each limit holds exactly', async t => {
  const nested = (depth: number) => `a=${'['.repeat(depth)}${']'.repeat(depth)}`
  t.doesNotThrow(() => readText(nested(64)))
  t.throws(() => readText(nested(65)), /more than 64 deep/)
  t.doesNotThrow(() => readText(`${'a.'.repeat(64)}b=1`))
  t.throws(() => readText(`${'a.'.repeat(65)}b=1`), /more than 64 deep/)
  t.doesNotThrow(() => readText(`x=[]\na=${'['.repeat(63)}\${x}${']'.repeat(63)}`))
  t.throws(() => readText(`x=[]\na=${'['.repeat(64)}\${x}${']'.repeat(64)}`), /more than 64 deep/)
  t.doesNotThrow(() => readText('a=1,b=2,c=3', { limits: { maxNodes: 3 } }))
  t.throws(() => readText('a=1,b=2,c=3,d=4', { limits: { maxNodes: 3 } }), /:1:15: more than 3 values/)
  t.doesNotThrow(() => readText(`${'a'.repeat(1024)}=1`))
  t.throws(() => readText(`${'a'.repeat(1025)}=1`), /a key of more than 1024 characters/)
})

void t.test('warnings do not grow without end', async t => {
  const { warnings } = readText('a.b = 1\na.b = 2\n'.repeat(1000))
  t.equal(warnings.length, defaultLimits.maxWarnings)
  t.equal(warnings.at(-1)?.message, 'there are more warnings than are shown')
})
