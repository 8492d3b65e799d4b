import { test } from 'tap'
import { Passwords, PasswordVerifier } from '../../../../src/broker/auth/passwords.ts'
import { isScryptHash, makeScryptHash, parseScryptHash } from '../../../../src/broker/auth/scrypt-hash.ts'
import { BoundedQueue } from '../../../../src/broker/auth/bounded-queue.ts'
import { BoundedMap } from '../../../../src/broker/auth/bounded-map.ts'

const bytes = (text: string): Buffer => Buffer.from(text)

test('plain passwords', async t => {
  const users = new Passwords([{ username: 'ann', password: 'secret' }, { username: 'eve', password: '' }], new PasswordVerifier())
  t.equal(users.verify('ann', bytes('secret')), 'right')
  for (const wrong of ['', 'secre', 'secret ', 'Secret', 'secrets']) t.equal(users.verify('ann', bytes(wrong)), 'wrong', wrong)
  t.equal(users.verify('bob', bytes('secret')), 'wrong', 'unknown user')
  t.equal(users.verify('__proto__', bytes('secret')), 'wrong', 'a name that an object would have')
  t.equal(users.verify('eve', bytes('')), 'right')
  t.equal(users.size, 2)
})

test('a scrypt hash verifies its password and no other', async t => {
  const made = await makeScryptHash('secret')
  t.match(made, /^scrypt\$16384\$8\$1\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$/)
  t.not(await makeScryptHash('secret'), made, 'a salt of its own each time')
  const users = new Passwords([{ username: 'ann', password: made }], new PasswordVerifier())
  t.equal(await users.verify('ann', bytes('secret')), 'right')
  t.equal(await users.verify('ann', bytes('secreT')), 'wrong')
  t.equal(await users.verify('ann', bytes(made)), 'wrong', 'the hash is not the password')
})

test('the vector of RFC 7914 with N = 16384', async t => {
  const hash = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887'
  const salt = bytes('SodiumChloride').toString('base64')
  const stored = `scrypt$16384$8$1$${salt}$${Buffer.from(hash, 'hex').toString('base64')}`
  const users = new Passwords([{ username: 'ann', password: stored }], new PasswordVerifier())
  t.equal(await users.verify('ann', bytes('pleaseletmein')), 'right')
})

test('an unknown user costs a hashing where users have hashes', async t => {
  const verifier = new PasswordVerifier()
  const users = new Passwords([{ username: 'ann', password: await makeScryptHash('secret') }], verifier)
  t.equal(await users.verify('bob', bytes('secret')), 'wrong')
  t.equal(verifier.counters.hashings, 1)
})

test('verified credentials are remembered for a while, wrong ones never, and not over a change of the password', async t => {
  let now = 0
  const verifier = new PasswordVerifier(() => now)
  const password = await makeScryptHash('secret')
  const users = new Passwords([{ username: 'ann', password }], verifier)
  t.equal(await users.verify('ann', bytes('secret')), 'right')
  t.equal(users.verify('ann', bytes('secret')), 'right', 'at once the second time')
  t.strictSame(verifier.counters, { hashings: 1, remembered: 1, busy: 0 })
  t.equal(await users.verify('ann', bytes('wrong')), 'wrong')
  t.equal(await users.verify('ann', bytes('wrong')), 'wrong')
  t.equal(verifier.counters.hashings, 3)
  now += 11 * 60_000
  t.equal(await users.verify('ann', bytes('secret')), 'right')
  t.equal(verifier.counters.hashings, 4, 'hashed again after its time')
  const changed = new Passwords([{ username: 'ann', password: await makeScryptHash('other') }], verifier)
  t.equal(await changed.verify('ann', bytes('secret')), 'wrong')
})

test('equal credentials that come at the same time are hashed once', async t => {
  const verifier = new PasswordVerifier()
  const users = new Passwords([{ username: 'fleet', password: await makeScryptHash('secret') }], verifier)
  const verdicts = await Promise.all(Array.from({ length: 50 }, async () => users.verify('fleet', bytes('secret'))))
  t.ok(verdicts.every(verdict => verdict === 'right'))
  t.equal(verifier.counters.hashings, 1)
})

test('a hash that asks for too much, or is none, is refused without showing it', async t => {
  const salt = Buffer.alloc(16, 1).toString('base64')
  const hash = Buffer.alloc(32, 2).toString('base64')
  const bad = [
    `scrypt$1073741824$8$1$${salt}$${hash}`, `scrypt$16384$999999999$1$${salt}$${hash}`, `scrypt$16384$8$999999$${salt}$${hash}`,
    `scrypt$16383$8$1$${salt}$${hash}`, `scrypt$1$8$1$${salt}$${hash}`, `scrypt$0$8$1$${salt}$${hash}`, `scrypt$-2$8$1$${salt}$${hash}`,
    `scrypt$1e4$8$1$${salt}$${hash}`, `scrypt$16384$8$1$${salt}`, `scrypt$16384$8$1$${salt}$`, `scrypt$16384$8$1$$${hash}`,
    `scrypt$16384$8$1$!!!${salt}$${hash}`, `scrypt$16384$8$1$${salt}$${hash}$x`, 'scrypt$', 'scrypt$$$$$'
  ]
  for (const text of bad) {
    t.ok(isScryptHash(text))
    const error = t.throws(() => new Passwords([{ username: 'ann', password: text }], new PasswordVerifier()), { code: 'CW_AUTH_HASH' }, text)
    t.notMatch(String(error), salt)
  }
  t.match(parseScryptHash(`scrypt$16384$8$1$${salt.replace(/=+$/, '')}$${hash}`), { cost: 16384 }, 'padding may be left out')
})

test('the queue runs so many at a time, in order, and refuses what would wait too long', async t => {
  const queue = new BoundedQueue(2, 2)
  const order: number[] = []
  const open: (() => void)[] = []
  const job = (n: number): Promise<void> | null => queue.run(() => {
    order.push(n)
    return new Promise(resolve => open.push(resolve))
  })
  const jobs = [job(1), job(2), job(3), job(4)]
  t.equal(job(5), null)
  t.equal(queue.waiting, 2)
  t.strictSame(order, [1, 2])
  while (order.length < 4 || open.length > 0) {
    open.shift()?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  await Promise.all(jobs.map(async one => one))
  t.strictSame(order, [1, 2, 3, 4])
  await t.rejects(async () => queue.run(() => Promise.reject(new Error('no memory'))))
  t.equal(await queue.run(() => Promise.resolve('still works')), 'still works')
})

test('the bounded map keeps what is used and never more than its limit', async t => {
  const map = new BoundedMap<number>(10)
  map.set('kept', 1)
  for (let i = 0; i < 1000; i++) {
    map.set(`k${i}`, i)
    t.equal(map.get('kept'), 1)
    t.ok(map.size <= 10, `${map.size}`)
  }
  t.equal(map.get('k0'), undefined)
  map.delete('kept')
  t.equal(map.get('kept'), undefined)
})
