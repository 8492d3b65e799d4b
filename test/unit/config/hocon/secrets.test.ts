import t from 'tap'
import { readHoconFile } from '../../../../src/config/hocon/read.ts'
import { readText, refusal } from '../../../support/hocon.ts'

const hidden: readonly (readonly [string, string, string])[] = [
  ['a password', 'password = geheim=', 'password * *******'],
  ['an unclosed password', 'key_password = "geheim', 'key_password * *******'],
  ['a block of passwords', 'password {\n admin: geheim\n root ge heim\n}', ' **** ** ****'],
  ['a header', 'headers.authorization = "Bearer geheim" = 1', 'headers.authorization * ******* ******* * *'],
  ['a line that a forgotten quote has turned inside out', 'a = "x\npassword = "geheim" = 1', 'password = ******** * *']
]

void t.test('an error does not show secrets', async t => {
  for (const [what, text, line] of hidden) {
    const { excerpt, message, hint } = refusal(() => readText(text))
    t.notMatch(excerpt + message + hint, /geheim|Bearer/, what)
    t.equal(excerpt.split('\n')[0], line, what)
  }
})

void t.test('what stands behind a secret is shown', async t => {
  t.equal(refusal(() => readText('a { password = x }\nb = = 1')).excerpt, 'b = = 1\n    ^')
})

void t.test('a file that is included among secrets is secret, well-formed or not', async t => {
  for (const content of [Buffer.from('admin geheim'), Buffer.from('admin: geheim\xff', 'latin1')]) {
    const cwd = t.testdir({ 'a.conf': 'password = {include "users.conf"}', 'users.conf': content })
    const { excerpt, message } = refusal(() => readHoconFile('a.conf', { cwd, environment: {} }))
    t.match(message, /^users\.conf:1:/)
    t.notMatch(excerpt + message, /geheim/)
  }
})

void t.test('a place is shown for later errors too, without what is secret', async t => {
  const document = readText('a {\n b = 1\n password = geheim\n}')
  t.equal(document.excerpt({ file: 'test.conf', line: 2, column: 6 }), ' b = 1\n     ^')
  t.notMatch(document.excerpt({ file: 'test.conf', line: 3, column: 2 }), /geheim/)
  t.equal(document.excerpt({ file: 'other.conf', line: 1, column: 1 }), '')
})
