/* eslint no-template-curly-in-string: off -- a substitution of HOCON looks like one of JavaScript */
import t from 'tap'
import { ConfigError } from '../../../../src/config/errors.ts'
import { CausewayError } from '../../../../src/errors.ts'
import { excerptOf } from '../../../../src/config/hocon/excerpt.ts'
import { readText, refusal } from '../../../support/hocon.ts'

interface Refused {
  readonly text: string
  readonly message: string
  /** The line and the caret's line. */
  readonly excerpt: readonly [string, string]
  readonly code?: string
}

const refused: readonly Refused[] = [
  { text: 'a = 1\nb = "x', message: '2:5: this string is never closed', excerpt: ['b = "x', '    ^'] },
  { text: 'b = """x""', message: '1:5: this string is never closed', excerpt: ['b = """x""', '    ^'] },
  { text: 'a {\n\tb {\n\t}\n', message: "1:3: this '{' is never closed", excerpt: ['a {', '  ^'] },
  { text: 'a = [1,\n2', message: "1:5: this '[' is never closed", excerpt: ['a = [1,', '    ^'] },
  { text: 'a = 1\n\t= 2', message: "2:2: unexpected '=': a key is wanted here", excerpt: ['    = 2', '    ^'] },
  { text: 'a b = 1', message: "1:2: '=', ':', '{' or '[' is wanted behind a key", excerpt: ['a b = 1', ' ^'] },
  { text: 'a. = 1', message: '1:3: unexpected blank: a key is wanted here', excerpt: ['a. = 1', '  ^'] },
  { text: 'a = ]', message: "1:5: unexpected ']': a value is wanted here", excerpt: ['a = ]', '    ^'] },
  { text: 'a = :1', message: "1:5: unexpected ':': a value is wanted here", excerpt: ['a = :1', '    ^'] },
  { text: 'a = b\\c', message: "1:6: unexpected '\\': it can not stand in a value without quotes", excerpt: ['a = b\\c', '     ^'] },
  { text: 'a = \u0007b', message: '1:5: unexpected U+0007: it can not stand in a value without quotes', excerpt: ['a = \\u0007b', '    ^'] },
  { text: '\u0007b = 1', message: '1:1: unexpected U+0007: a key is wanted here', excerpt: ['\\u0007b = 1', '^'] },
  { text: 'a = "\u001b[31m" = 1', message: "1:13: unexpected '=': it can not stand in a value without quotes", excerpt: ['a = "\\u001b[31m" = 1', '                 ^'] },
  { text: 'a = "\u6f22\u5b57" = 1', message: "1:10: unexpected '=': it can not stand in a value without quotes", excerpt: ['a = "\u6f22\u5b57" = 1', '           ^'] },
  { text: "a = 'b'", message: '1:5: single quotes do not quote', excerpt: ["a = 'b'", '    ^'] },
  { text: 'a = b/#', message: "1:7: this '#' would begin a comment", excerpt: ['a = b/#', '      ^'] },
  { text: 'a = ${b', message: '1:5: this substitution is never closed', excerpt: ['a = ${b', '    ^'] },
  { text: 'a = ${}', message: "1:7: unexpected '}': a key is wanted here", excerpt: ['a = ${}', '      ^'] },
  { text: 'a = 1 }\r\nb = 1', message: "1:7: unexpected '}': a key is wanted here", excerpt: ['a = 1 }', '      ^'] },
  { text: 'a = ""\nb = "\\ud800"', message: '2:5: this string holds half of a surrogate pair', excerpt: ['b = "\\ud800"', '    ^'], code: 'CW_CONFIG_ENCODING' },
  { text: 'b = "\\u0000"', message: '1:5: this string holds \\u0000, which may not stand in a configuration', excerpt: ['b = "\\u0000"', '    ^'], code: 'CW_CONFIG_ENCODING' },
  { text: 'a = 1\nb\0', message: '2:2: the character U+0000 may not stand in a configuration', excerpt: ['b\\u0000', ' ^'], code: 'CW_CONFIG_ENCODING' },
  { text: 'a = \ud800', message: '1:5: half of a surrogate pair is not a character', excerpt: ['a = \ud800', '    ^'], code: 'CW_CONFIG_ENCODING' }
]

void t.test('every error names file, line, column and fault, and shows the line with a caret', async t => {
  for (const { text, message, excerpt, code = 'CW_CONFIG_SYNTAX' } of refused) {
    const error = refusal(() => readText(text))
    t.equal(error.message, `test.conf:${message}`)
    t.equal(error.excerpt, excerpt.join('\n'), message)
    t.equal(error.code, code, message)
    t.match(message, new RegExp(`^${error.place.line}:${error.place.column}: `))
  }
})

void t.test('an error of syntax is an error of the configuration', async t => {
  const error = refusal(() => readText('a'))
  t.type(error, ConfigError)
  t.type(error, CausewayError)
  t.equal(error.name, 'ConfigSyntaxError')
})

void t.test('a long line is cut around the caret', async t => {
  const [line = '', caret = ''] = excerptOf('a'.repeat(500) + '!' + 'b'.repeat(500), 501).split('\n')
  t.match(line, /^…a{48}!b{23}…$/)
  t.equal(caret.length, 1 + 48 + 1)
  t.equal(excerptOf('x'.repeat(80), 1), `${'x'.repeat(72)}…\n^`)
  t.equal(excerptOf('x'.repeat(80), 81), `…${'x'.repeat(48)}\n${' '.repeat(49)}^`)
})

void t.test('a caret under the end of a line, an empty line, a combining mark, an emoji', async t => {
  t.equal(excerptOf('ab', 3), 'ab\n  ^')
  t.equal(excerptOf('', 1), '\n^')
  t.equal(excerptOf('e\u0301x', 3), 'e\u0301x\n ^')
  t.equal(excerptOf('\u{1f600}x', 3), '\u{1f600}x\n  ^')
})

void t.test('a bidirectional control can not reorder what is shown', async t => {
  t.equal(excerptOf('a\u202eb', 3), 'a\\u202eb\n       ^')
})
