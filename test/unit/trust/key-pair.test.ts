import { test } from 'tap'
import { createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { execFileSync, spawnSync } from 'node:child_process'
import { createKey } from '../../../src/trust/issuance.ts'
import { readKeyPair, readOptionalKeyPair } from '../../../src/trust/key-pair.ts'
import { testPki } from '../../support/certificates.ts'

const openssl = spawnSync('openssl', ['version']).status === 0
const passphrase = 'corréct horse'

function encryptedForms (key: KeyObject): [what: string, pem: string][] {
  const pkcs8 = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
  const forms: [string, string][] = [['PKCS#8', pkcs8]]
  if (key.asymmetricKeyType === 'rsa') forms.push(['traditional', key.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase }).toString()])
  if (key.asymmetricKeyType === 'ec') forms.push(['traditional', key.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase }).toString()])
  return forms
}

test('a pair is read with each kind of key, open and encrypted', async t => {
  for (const keys of ['ec', 'rsa', 'ed25519'] as const) {
    const pki = await testPki(t, { keys })
    const open = await readKeyPair({ certfile: pki.client.certFile, keyfile: pki.client.keyFile, keyPassword: 'not needed' })
    t.strictSame(open.warnings, [])
    t.equal(open.chain.length, 2)
    t.equal(open.chain[0]?.subject, 'CN=device')
    for (const [what, pem] of encryptedForms(pki.client.key)) {
      const files = { certfile: pki.client.certFile, keyfile: await pki.write('encrypted.key', pem) }
      const pair = await readKeyPair({ ...files, keyPassword: passphrase })
      t.ok(pair.key.equals(pki.client.key), `${keys} ${what}`)
      await t.rejects(readKeyPair({ ...files, keyPassword: null }), { code: 'CW_TRUST_KEY_PASSWORD_MISSING', message: /encrypted\.key:1 is encrypted and no passphrase is given/, hint: /key_password/ })
      await t.rejects(readKeyPair({ ...files, keyPassword: '' }), { code: 'CW_TRUST_KEY_PASSWORD_MISSING' })
      for (const wrong of ['wrong', 'correct horse', passphrase + ' ']) {
        await t.rejects(readKeyPair({ ...files, keyPassword: wrong }), { code: 'CW_TRUST_KEY_PASSWORD_WRONG', message: /the passphrase does not open the key .*encrypted\.key:1/ })
      }
    }
  }
})

test('a wrong passphrase is called that too where its padding is right by chance, and an old cipher is not called a wrong passphrase', async t => {
  const pki = await testPki(t)
  const pem = pki.client.key.export({ type: 'sec1', format: 'pem', cipher: 'aes-128-cbc', passphrase }).toString()
  const wrong = Array.from({ length: 6000 }, (_, i) => `wrong ${i}`).find(each => {
    try {
      createPrivateKey({ key: pem, passphrase: each })
      return true
    } catch (error) {
      return (error as { readonly code?: string }).code !== 'ERR_OSSL_BAD_DECRYPT'
    }
  })
  if (wrong === undefined) throw new Error('one in 256 is expected')
  const files = { certfile: pki.client.certFile, keyfile: await pki.write('encrypted.key', pem) }
  await t.rejects(readKeyPair({ ...files, keyPassword: wrong }), { code: 'CW_TRUST_KEY_PASSWORD_WRONG' })
  await pki.write('encrypted.key', pem.replace(/DEK-Info: .*/, 'DEK-Info: DES-CBC,0123456789ABCDEF'))
  await t.rejects(readKeyPair({ ...files, keyPassword: passphrase }), { code: 'CW_TRUST_KEY_INVALID', message: /encrypted in a way that OpenSSL 3 no longer has/, hint: /aes-256-cbc/ })
})

test('errors carry neither key nor passphrase', async t => {
  const pki = await testPki(t)
  const keyfile = await pki.write('encrypted.key', encryptedForms(pki.client.key)[0]?.[1] ?? '')
  const error = await readKeyPair({ certfile: pki.client.certFile, keyfile, keyPassword: 'tell-nobody' }).catch((thrown: unknown) => thrown)
  t.ok(error instanceof Error)
  t.notMatch(JSON.stringify(error, Object.getOwnPropertyNames(error)), /tell-nobody|MII/)
})

test('key and certificate must belong together', async t => {
  const pki = await testPki(t)
  await t.rejects(readKeyPair({ certfile: pki.client.certFile, keyfile: pki.server.keyFile, keyPassword: null }),
    { code: 'CW_TRUST_KEY_MISMATCH', message: /server\.key does not belong to the certificate .*client\.pem \(CN=device\)/ })
})

test('both files or neither', async t => {
  const pki = await testPki(t)
  t.equal(await readOptionalKeyPair({ certfile: null, keyfile: null, keyPassword: null }), null)
  await t.rejects(readOptionalKeyPair({ certfile: pki.client.certFile, keyfile: null, keyPassword: null }), { code: 'CW_TRUST_PAIR_INCOMPLETE', message: /certfile is given .* but keyfile is not/ })
  await t.rejects(readOptionalKeyPair({ certfile: null, keyfile: pki.client.keyFile, keyPassword: null }), { code: 'CW_TRUST_PAIR_INCOMPLETE', message: /keyfile is given .* but certfile is not/ })
})

test('the chain is put in order and what is not of it left out, with a warning each', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t, { name: 'Stranger' })
  const pem = { leaf: pki.client.certificate.toString(), intermediate: pki.intermediate.certificate.toString(), root: pki.root.certificate.toString(), other: stranger.root.certificate.toString() }
  const read = async (...parts: string[]): Promise<[subjects: string[], warnings: readonly string[]]> => {
    const pair = await readKeyPair({ certfile: await pki.write('chain.pem', parts.join('')), keyfile: pki.client.keyFile, keyPassword: null })
    return [pair.chain.map(each => each.subject.replace(/^[^]*CN=/, '')), pair.warnings]
  }
  t.strictSame(await read(pem.leaf, pem.intermediate, pem.root), [['device', 'Test Intermediate', 'Test Root'], []])
  const [turned, why] = await read(pem.root, pem.intermediate, pem.leaf)
  t.strictSame(turned, ['device', 'Test Intermediate', 'Test Root'])
  t.match(why, [/chain\.pem:1: the certificates are not in the order/])
  const [without, left] = await read(pem.leaf, pem.other, pem.intermediate, pem.leaf)
  t.strictSame(without, ['device', 'Test Intermediate'])
  t.match(left, [/CN=Stranger Root, O=Causeway tests is no issuer of this chain and is not sent/, /CN=device is no issuer/])
  t.strictSame((await read(pem.leaf))[0], ['device'])
})

test('dates: an expired certificate is refused, one that is not yet valid only warned of', async t => {
  const pki = await testPki(t)
  const old = await pki.issueClient({ validity: 'expired' })
  await t.rejects(readKeyPair({ certfile: old.certFile, keyfile: old.keyFile, keyPassword: null }), { code: 'CW_TRUST_CERT_EXPIRED', message: /:1, CN=device, has expired on \d{4}-/ })
  const early = await pki.issueClient({ validity: 'not yet' })
  t.match((await readKeyPair({ certfile: early.certFile, keyfile: early.keyFile, keyPassword: null })).warnings, [/CN=device is not valid before/])
  const late = await readKeyPair({ certfile: pki.client.certFile, keyfile: pki.client.keyFile, keyPassword: null }, new Date(Date.now() + 29 * 86_400_000))
  t.strictSame(late.warnings, [])
})

test('key files that are refused', async t => {
  const pki = await testPki(t)
  const other = (await createKey('ec')).export({ type: 'pkcs8', format: 'pem' }).toString()
  const cases: readonly [what: string, content: string, message: RegExp, code: string][] = [
    ['a certificate', pki.client.certPem, /bad\.key:1: no private key in it/, 'CW_TRUST_KEY_INVALID'],
    ['two keys', pki.client.keyPem + other, /bad\.key:\d+: a second private key; the first is at line 1/, 'CW_TRUST_KEY_INVALID'],
    ['a request beside it', pki.client.keyPem + pki.client.certPem.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), /neither key nor certificate/, 'CW_TRUST_KEY_INVALID'],
    ['rubbish in base64', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', /bad\.key:1: not a private key/, 'CW_TRUST_KEY_INVALID'],
    ['cut short', pki.client.keyPem.slice(0, 100), /bad\.key:1: it ends inside the PRIVATE KEY/, 'CW_TRUST_PEM_INVALID'],
    ['empty', '', /bad\.key:1: the file is empty/, 'CW_TRUST_PEM_INVALID']
  ]
  for (const [what, content, message, code] of cases) {
    await t.rejects(readKeyPair({ certfile: pki.client.certFile, keyfile: await pki.write('bad.key', content), keyPassword: null }), { code, message }, what)
  }
  await t.rejects(readKeyPair({ certfile: pki.client.certFile, keyfile: pki.client.certFile + '.none', keyPassword: null }), { code: 'CW_TRUST_UNREADABLE', message: /does not exist/ })
  await t.rejects(readKeyPair({ certfile: pki.client.keyFile, keyfile: pki.client.keyFile, keyPassword: null }), { code: 'CW_TRUST_PEM_INVALID', message: /client\.key:1: no certificate in it, only a private key/ })
})

test('one file for certificate and key, and the parameters openssl writes first', async t => {
  const pki = await testPki(t)
  const both = await pki.write('both.pem', pki.client.keyPem + pki.client.certPem)
  t.equal((await readKeyPair({ certfile: both, keyfile: both, keyPassword: null })).chain.length, 2)
  if (!openssl) return
  const text = execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey']).toString()
  t.match(text, /EC PARAMETERS/)
  const keyfile = await pki.write('parameters.key', text)
  await t.rejects(readKeyPair({ certfile: pki.client.certFile, keyfile, keyPassword: null }), { code: 'CW_TRUST_KEY_MISMATCH' }, 'it was read, and is another key')
  t.equal(createPrivateKey(text).asymmetricKeyType, 'ec')
})
