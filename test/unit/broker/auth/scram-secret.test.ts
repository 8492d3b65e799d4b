/** Stored SCRAM secrets: PostgreSQL's form, what is none, and what users of every kind are held to. */
import { test } from 'tap'
import { Passwords, PasswordVerifier } from '../../../../src/broker/auth/passwords.ts'
import { isScramSecret, makeScramSecret, parseScramSecret, scramSecretOf } from '../../../../src/broker/auth/scram-secret.ts'
import { makeScryptHash } from '../../../../src/broker/auth/scrypt-hash.ts'
import { faultOfHash } from '../../../../src/config/tables/password-hash.ts'

/** Of the password `pencil`, with the salt of RFC 7677. */
const PENCIL = 'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='
const bytes = (text: string): Buffer => Buffer.from(text)

test('the form, and the keys of a known password', async t => {
  const secret = parseScramSecret(PENCIL)
  t.equal(secret.iterations, 4096)
  t.same(await scramSecretOf('pencil', secret), secret)
  const made = await makeScramSecret('pencil', 5000)
  t.match(made, /^SCRAM-SHA-256\$5000:/)
  t.not(await makeScramSecret('pencil', 5000), made, 'a salt of its own each time')
  t.same(await scramSecretOf(bytes('pencil'), parseScramSecret(made)), parseScramSecret(made))
})

test('what begins as a secret and is none is refused, by the configuration and by the gatekeeper', t => {
  for (const wrong of ['SCRAM-SHA-256$', PENCIL.replace('4096', '4095'), PENCIL.replace('4096', '1000001'), PENCIL.replace('4096', '04096'), PENCIL.replace('4096', '4e4'), PENCIL.replace('W22ZaJ0SNY7soEsUEjb6gQ==', 'AAAA'), PENCIL.replace('W22ZaJ0SNY7soEsUEjb6gQ==', 'A'.repeat(88)),
    PENCIL.replace('qY=', 'qY'), PENCIL.replace('qY=', 'qZ='), PENCIL.replace(':wf', '$wf'), `${PENCIL}x`, PENCIL.replace('dU=', ''), PENCIL.replace('WG5d', '')]) {
    t.throws(() => parseScramSecret(wrong), { code: 'CW_AUTH_HASH' }, wrong)
    t.type(faultOfHash(wrong), 'string', wrong)
    t.notMatch(String(faultOfHash(wrong)), /W22Z|AAAA/, 'nothing of it is told')
  }
  t.equal(faultOfHash(PENCIL), null)
  t.notOk(isScramSecret('scram-sha-256$'))
  t.end()
})

test('a password is prepared as SASLprep says; what is no UTF-8 stays as it is', async t => {
  const { salt, iterations } = parseScramSecret(PENCIL)
  const of = async (password: string | Buffer): Promise<string> => (await scramSecretOf(password, { salt, iterations })).storedKey.toString('hex')
  t.equal(await of('I\u00adX'), await of('IX'), 'RFC 4013, example 1')
  t.equal(await of('\u00aa'), await of('a'), 'example 4')
  t.equal(await of('\u2168'), await of('IX'), 'example 5')
  t.equal(await of('a\u00a0b'), await of('a b'))
  t.not(await of('user'), await of('USER'))
  t.not(await of(Buffer.of(0xff)), await of(Buffer.of(0xfe)))
})

test('a secret checks a password of CONNECT, once, and is no password itself', async t => {
  const verifier = new PasswordVerifier()
  const users = new Passwords([{ username: 'ann', password: PENCIL }], verifier)
  t.equal(await users.verify('ann', bytes('pencil')), 'right')
  t.equal(await users.verify('ann', bytes('pencil')), 'right')
  t.equal(verifier.counters.hashings, 1)
  for (const wrong of ['Pencil', '', PENCIL]) t.equal(await users.verify('ann', bytes(wrong)), 'wrong')
  t.equal(await users.verify('nobody', bytes('pencil')), 'wrong')
  t.equal(verifier.counters.hashings, 5, 'an unknown name costs what a known one costs')
})

test('a name nobody has looks like a user of the file, and stays the same over a reload', async t => {
  const verifier = new PasswordVerifier()
  const plain = new Passwords([{ username: 'bob', password: 'secret' }, { username: 'old', password: await makeScryptHash('x') }], verifier)
  for (const name of ['bob', 'nobody', 'old']) {
    const user = plain.scramUser(name)
    t.match({ salt: user.salt.length, iterations: user.iterations }, { salt: 16, iterations: 4096 })
    t.same((await user.secret())?.salt, user.salt)
    t.same(await plain.scramUser(name).secret(), await user.secret())
  }
  t.equal(verifier.counters.hashings, 3, 'one for each name, known or not')
  t.equal(plain.scramUser('nobody').stored, null)
  t.match(plain.scramUser('old').unfit, /scrypt/)
  t.same(new Passwords([{ username: 'bob', password: 'secret' }], verifier).scramUser('nobody').salt, plain.scramUser('nobody').salt)
  t.notSame(new Passwords([{ username: 'bob', password: 'secret' }], new PasswordVerifier()).scramUser('nobody').salt, plain.scramUser('nobody').salt, 'nobody can foretell it')
  const kept = new Passwords([{ username: 'ann', password: PENCIL.replace('4096', '9000') }], verifier)
  t.match({ ...kept.scramUser('nobody'), salt: kept.scramUser('nobody').salt.length }, { salt: 16, iterations: 9000, stored: null })
  t.equal(verifier.counters.hashings, 3)
})

test('a queue that is full is busy, not wrong', async t => {
  const verifier = new PasswordVerifier()
  const users = new Passwords([{ username: 'bob', password: 'secret' }], verifier)
  const all = await Promise.all(Array.from({ length: 300 }, async (_, i) => users.scramUser(`made up ${i}`).secret()))
  t.equal(all.filter(secret => secret === null).length, 300 - 258)
  t.equal(verifier.counters.busy, 300 - 258)
})
