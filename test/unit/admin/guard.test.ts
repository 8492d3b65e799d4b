/** Who is let in: passwords, tokens, and addresses that fail too often. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportSPKI, SignJWT } from 'jose'
import { test } from 'tap'
import { guardOf } from '../../../src/admin/guard.ts'
import { LoginAttempts } from '../../../src/admin/login-attempts.ts'

const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`

test('a password has to be right to the letter', async t => {
  const guard = await guardOf({ kind: 'basic', username: 'ada', password: 'love:läce' })
  t.equal(await guard.judge(basic('ada:love:läce')), 'admitted')
  t.equal(await guard.judge(basic('ada:love:läce').replace('Basic', 'basic')), 'admitted')
  for (const login of ['ada:love:lace', 'ada:', 'ada', ':love:läce', 'Ada:love:läce', 'ada:love:läce ']) t.equal(await guard.judge(basic(login)), 'wrong', login)
  for (const header of [undefined, '', 'Basic', 'Bearer abc', 'Basic a b']) t.equal(await guard.judge(header), 'missing', String(header))
})

test('a token is held to its signature, its time and the algorithm of the key', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-jwt-'))
  t.teardown(async () => rm(dir, { recursive: true }))
  const keyfile = join(dir, 'key.pub')
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = await exportSPKI(publicKey)
  await writeFile(keyfile, pem)
  const guard = await guardOf({ kind: 'jwt', keyfile })
  const token = (algorithm: string, expires: string | null, key: Parameters<SignJWT['sign']>[0] = privateKey): Promise<string> => {
    const made = new SignJWT({ bodyEncode: '0' }).setProtectedHeader({ alg: algorithm }).setIssuedAt()
    return (expires === null ? made : made.setExpirationTime(expires)).sign(key)
  }
  t.equal(await guard.judge(`Bearer ${await token('RS256', '1h')}`), 'admitted')
  t.equal(await guard.judge(`Bearer ${await token('RS256', '-1h')}`), 'expired')
  t.equal(await guard.judge(`Bearer ${await token('RS256', null)}`), 'wrong', 'one that never expires')
  t.equal(await guard.judge(`Bearer ${await token('RS512', '1h')}`), 'wrong', 'another algorithm')
  t.equal(await guard.judge(`Bearer ${await token('HS256', '1h', new TextEncoder().encode(pem))}`), 'wrong', 'the public key as a secret')
  t.equal(await guard.judge(`Bearer ${await token('RS256', '1h', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)}`), 'wrong', 'another key')
  const unsigned = ['{"alg":"none"}', '{"exp":9999999999}', ''].map(part => Buffer.from(part).toString('base64url')).join('.')
  t.equal(await guard.judge(`Bearer ${unsigned}`), 'wrong', 'none')
  await writeFile(keyfile, 'nothing')
  await t.rejects(guardOf({ kind: 'jwt', keyfile }), { code: 'CW_HTTP_KEY' })
})

test('an address that fails ten times waits a minute, and no other does', async t => {
  let now = 0
  const attempts = new LoginAttempts(() => now)
  for (let i = 1; i < 10; i++) t.notOk(attempts.failed('a'))
  t.equal(attempts.waitSeconds('a'), 0)
  t.ok(attempts.failed('a'))
  t.equal(attempts.waitSeconds('a'), 60)
  t.equal(attempts.waitSeconds('b'), 0)
  now = 60_000
  t.equal(attempts.waitSeconds('a'), 0)
  t.notOk(attempts.failed('a'), 'and begins anew')
  for (let i = 0; i < 20_000; i++) attempts.failed(String(i))
  t.equal(attempts.waitSeconds('19999'), 0)
})
