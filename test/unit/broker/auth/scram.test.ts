/** SCRAM-SHA-256: the example of RFC 7677, and what is no SCRAM. */
import { pbkdf2Sync } from 'node:crypto'
import { test } from 'tap'
import { MAX_SCRAM_MESSAGE, ScramExchange, keysOf, readClientFirst } from '../../../../src/broker/auth/scram.ts'

const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')
const secret = { salt, iterations: 4096, ...keysOf(pbkdf2Sync('pencil', salt, 4096, 32, 'sha256')) }
const CLIENT_NONCE = 'rOprNGfwEbeRWgbNEkqO'
const SERVER_NONCE = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
const final = (proof = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='): Buffer => Buffer.from(`c=biws,r=${CLIENT_NONCE}${SERVER_NONCE},p=${proof}`)

function exchange (): ScramExchange {
  const first = readClientFirst(Buffer.from(`n,,n=user,r=${CLIENT_NONCE}`))
  if ('fault' in first) throw new Error(first.fault)
  return new ScramExchange(first, secret, SERVER_NONCE)
}

test('the exchange of RFC 7677, section 3', t => {
  const made = exchange()
  t.equal(made.challenge.toString(), `r=${CLIENT_NONCE}${SERVER_NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)
  t.same(made.prove(final(), secret), Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))
  t.end()
})

test('a wrong proof is no proof; another nonce, binding or form is a fault', t => {
  t.equal(exchange().prove(final(Buffer.alloc(32).toString('base64')), secret), null)
  for (const wrong of [final('AAAA'), final('!'), Buffer.from('x'), Buffer.alloc(0), Buffer.from(final().toString().replace('biws', 'eSws')), Buffer.from(final().toString().replace('hvYD', 'hvYE')), Buffer.from(`${final().toString()},x=1`)]) {
    t.ok('fault' in (exchange().prove(wrong, secret) ?? {}), wrong.toString())
  }
  t.end()
})

test('the first message', t => {
  for (const wrong of ['', 'p=tls-unique,,n=u,r=12345678', 'n,,m=x,n=u,r=12345678', 'n,,n=,r=12345678', 'n,,n=a=b,r=12345678', 'n,,n=u,r=short', 'n,a=root,n=u,r=12345678', 'n,,n=u,r=12345678,m=x', 'n,,n=u', `n,,n=${'u'.repeat(MAX_SCRAM_MESSAGE)},r=12345678`]) {
    t.ok('fault' in readClientFirst(Buffer.from(wrong)), wrong.slice(0, 40))
  }
  t.ok('fault' in readClientFirst(Buffer.from([0x6e, 0x2c, 0x2c, 0x6e, 0x3d, 0xff, 0x2c, 0x72, 0x3d, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38])), 'no UTF-8')
  t.match(readClientFirst(Buffer.from('y,a=a=2Cb=3D,n=a=2Cb=3D,r=12345678,x=1')), { username: 'a,b=', header: 'y,a=a=2Cb=3D,' })
  t.end()
})
