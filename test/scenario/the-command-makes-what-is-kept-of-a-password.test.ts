import { PassThrough, Readable } from 'node:stream'
import { test } from 'tap'
import { Passwords, PasswordVerifier } from '../../src/broker/auth/passwords.ts'
import { runCli } from '../../src/cli/program.ts'
import { faultOfHash } from '../../src/config/tables/password-hash.ts'
import { run } from '../support/command.ts'

test('the password comes from standard input, and what is printed is what auth.password takes', async t => {
  const cases: readonly (readonly [args: readonly string[], form: RegExp])[] = [
    [[], /^scrypt\$16384\$8\$1\$\S+\n$/],
    [['--scram', '--iterations', '5000'], /^SCRAM-SHA-256\$5000:\S+\n$/]
  ]
  await Promise.all(cases.map(async ([args, form]) => {
    const made = await run(t, ['password', 'hash', ...args], { input: 'päss word \r\n' })
    t.match(made, { code: 0, out: form, err: '' })
    const password = made.out.trimEnd()
    t.equal(faultOfHash(password), null)
    const users = new Passwords([{ username: 'ann', password }], new PasswordVerifier())
    t.equal(await users.verify('ann', Buffer.from('päss word ')), 'right')
    t.equal(await users.verify('ann', Buffer.from('päss word')), 'wrong')
  }))
})

test('what makes no hash says why', async t => {
  const cases: readonly (readonly [args: readonly string[], input: string, said: RegExp])[] = [
    [[], '\n', /no password came/],
    [[], 'x'.repeat(65_536), /at most 65535 bytes/],
    [['--iterations', '5000'], 'x', /belongs to --scram/],
    [['--scram', '--iterations', '4095'], 'x', /from 4096 to 1000000/],
    [['on-the-command-line'], 'x', /too many arguments/]
  ]
  for (const [args, input, said] of cases) {
    const [out, err] = [new PassThrough(), new PassThrough()]
    const io = { out, err, terminal: false, columns: 100, cwd: '/', environment: {}, stop: new AbortController().signal, onReload: () => {}, input: () => Readable.from([Buffer.from(input)]) }
    t.equal(await runCli(['password', 'hash', ...args], io), 2)
    const told = String(err.read())
    t.match(told, said)
    t.notMatch(told, /on-the-command-line/)
    t.equal(out.read(), null)
  }
})
