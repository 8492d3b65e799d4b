/** Each way a CA file can be wrong, with the place and the reason it is refused for; and what is odd but usable. */
import { test } from 'tap'
import type { Test } from 'tap'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createKey, issueCertificate } from '../../../src/trust/issuance.ts'
import { readTrustBundle } from '../../../src/trust/trust-bundle.ts'
import { testPki } from '../../support/certificates.ts'

const day = 86_400_000
const prefix = 'X509 - The CRT/CRL/CSR format is invalid: '

type Refusal = readonly [line: number, reason: RegExp, code?: string]

async function refused (t: Test, file: string, ...[line, reason, code = 'CW_TRUST_PEM_INVALID']: Refusal): Promise<void> {
  try {
    await readTrustBundle(file)
    t.fail(`${String(reason)} was not refused`)
  } catch (error) {
    t.match(error, { code, message: reason, hint: /\S/ })
    t.ok(error instanceof Error && error.message.startsWith(`${prefix}${file}:${line}: `), error instanceof Error ? error.message : '')
    // a hint is for an operator; the message must not carry what may be a secret
    t.notMatch(String(error), /[A-Za-z0-9+/]{40,}/)
  }
}

test('text that is refused', async t => {
  const pki = await testPki(t)
  const good = pki.root.certPem
  const lines = good.trimEnd().split('\n')
  const n = lines.length
  const without = (i: number): string => [...lines.slice(0, i), ...lines.slice(i + 1)].join('\n') + '\n'
  const changed = (i: number, change: (line: string) => string): string => lines.map((line, at) => at === i ? change(line) : line).join('\n') + '\n'
  const stray = lines.slice(1, -1).join('\n')
  const cases: readonly [what: string, content: string | Buffer, line: number, reason: RegExp][] = [
    ['empty', '', 1, /the file is empty/],
    ['only white space', ' \n\t\r\n', 1, /only white space/],
    ['only a byte order mark', '\ufeff', 1, /only white space|no BEGIN/],
    ['prose', 'hello\nworld\n', 1, /no BEGIN CERTIFICATE in it/],
    ['DER', pki.root.certificate.raw, 1, /it is DER, not PEM/],
    ['PKCS#12', Buffer.from('308209d702010330', 'hex'), 1, /PKCS#12/],
    ['UTF-16', Buffer.from('\ufeff' + good, 'utf16le'), 1, /UTF-16/],
    ['a NUL byte in line 3', changed(2, line => line + '\0'), 3, /a NUL byte/],
    ['a file of NULs', Buffer.alloc(1000), 1, /a NUL byte/],
    ['glued files', good.trimEnd() + good, n, /glued to what stands before/],
    ['an END glued to base64', lines.slice(0, -1).join('\n') + '-----END CERTIFICATE-----\n', n - 1, /glued/],
    ['no END', without(n - 1), 1, /it ends inside the CERTIFICATE that begins here/],
    ['no END, then another', without(n - 1) + good, n, /a BEGIN inside the CERTIFICATE that begins at line 1/],
    ['half written', good.slice(0, 200), 1, /it ends inside/],
    ['a good one, then half of one', good + good.slice(0, 200), n + 1, /it ends inside/],
    ['no BEGIN', without(0), 1, /without its BEGIN line/],
    ['END alone', 'comment\n-----END CERTIFICATE-----\n', 2, /END CERTIFICATE without a BEGIN/],
    ['labels that differ', changed(n - 1, () => '-----END X509 CERTIFICATE-----'), n, /END X509 CERTIFICATE closes BEGIN CERTIFICATE of line 1/],
    ['four dashes', changed(0, line => line.slice(1)), 1, /not whole/],
    ['four dashes at the end', changed(n - 1, line => line.slice(0, -1)), n, /not whole/],
    ['two damaged markers, which would be comments to OpenSSL', good + `----BEGIN CERTIFICATE----\n${stray}\n----END CERTIFICATE----\n`, n + 1, /not whole/],
    ['the text of one without any marker', good + stray + '\n', n + 1, /without its BEGIN/],
    ['lower case', good.toLowerCase(), 1, /not whole/],
    ['indented', good.replace(/^/gm, '  '), 1, /white space before/],
    ['lone carriage returns', good.replaceAll('\n', '\r'), 1, /glued|not whole/],
    ['a character that is not base64', changed(3, line => '*' + line.slice(1)), 4, /not base64, inside the CERTIFICATE that begins at line 1/],
    ['a space inside a line', changed(3, line => line.slice(0, 9) + ' ' + line.slice(9)), 4, /not base64/],
    ['a comment inside', changed(3, () => '# here'), 4, /not base64/],
    ['padding in the middle', changed(3, line => line.slice(0, -1) + '='), 5, /not base64/],
    ['a character too few', changed(n - 3, line => line.slice(0, -1)), 1, /base64 .*not whole/],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n', 1, /is empty/],
    ['a line missing', without(4), 1, /cut short|bytes after|not a certificate|not whole/],
    ['headers', '-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\n' + lines.slice(1).join('\n'), 2, /not base64/],
    ['a private key', good + pki.root.keyPem, n + 1, /a private key/],
    ['a certificate request', good + good.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'), n + 1, /a certificate request/],
    ['a CRL', good.replaceAll('CERTIFICATE', 'X509 CRL'), 1, /a revocation list/],
    ['a foreign label', 'note\n' + good.replaceAll('CERTIFICATE', 'PKCS7'), 2, /a PKCS7, not a certificate/],
    ['an escape sequence for a label', good.replaceAll('CERTIFICATE', '\u001b[2J'), 1, /a \\u001b\[2J, not/]
  ]
  for (const [what, content, line, reason] of cases) await t.test(what, async t => refused(t, await pki.write('bad.pem', content), line, reason))
})

function pemOf (der: Buffer, label = 'CERTIFICATE'): string {
  return `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`
}

test('DER that is refused', async t => {
  const pki = await testPki(t)
  const { raw } = pki.root.certificate
  const flipped = Buffer.from(raw)
  flipped[4] = 0x31
  const cases: readonly [what: string, content: string, line: number, reason: RegExp][] = [
    ['bytes after it', pki.root.certPem + pemOf(Buffer.concat([raw, Buffer.of(0, 0, 0)])), pki.root.certPem.split('\n').length, /3 bytes after the end/],
    ['a second one after it', pemOf(Buffer.concat([raw, raw])), 1, /bytes after the end/],
    ['too short for its length', pemOf(raw.subarray(0, -3)), 1, /cut short/],
    ['indefinite length', pemOf(Buffer.from('30800000', 'hex')), 1, /cut short/],
    ['something else in ASN.1', pemOf(Buffer.from('3003020101', 'hex')), 1, /not a certificate/],
    ['a damaged one', pemOf(flipped), 1, /not a certificate/],
    // OpenSSL's reader looks for text before DER; what is read must be what stands there
    ['PEM text inside base64', pemOf(Buffer.from(pki.root.certPem)), 1, /cut short|not a certificate/],
    ['PEM text inside a well-formed value', pemOf(wrapped(Buffer.from(`\n${pki.root.certPem}`))), 1, /not a certificate/]
  ]
  for (const [what, content, line, reason] of cases) await t.test(what, async t => refused(t, await pki.write('bad.pem', content), line, reason))
})

function wrapped (content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x30, 0x82, content.length >> 8, content.length & 0xff), content])
}

test('files that can not be read', async t => {
  const pki = await testPki(t)
  await refused(t, join(pki.dir, 'none.pem'), 1, /does not exist/, 'CW_TRUST_UNREADABLE')
  await refused(t, pki.dir, 1, /is a directory/, 'CW_TRUST_UNREADABLE')
  await refused(t, '/dev/zero', 1, /no regular file/, 'CW_TRUST_UNREADABLE')
  await refused(t, join(pki.caFile, 'below.pem'), 1, /no directory/, 'CW_TRUST_UNREADABLE')
  await symlink('loop.pem', join(pki.dir, 'loop.pem'))
  await refused(t, join(pki.dir, 'loop.pem'), 1, /circle/, 'CW_TRUST_UNREADABLE')
  const large = await pki.write('large.pem', pki.root.certPem)
  await truncate(large, 8 * 1024 * 1024 + 1)
  await refused(t, large, 1, /over 8 MiB/)
  if (process.getuid?.() !== 0) {
    await chmod(pki.caFile, 0)
    await refused(t, pki.caFile, 1, /may not read/, 'CW_TRUST_UNREADABLE')
  }
})

test('a named pipe does not hold up anything', { skip: spawnSync('mkfifo', ['--version']).status === 0 ? false : 'no mkfifo here' }, async t => {
  const pki = await testPki(t)
  const pipe = join(pki.dir, 'pipe.pem')
  await once(execFile('mkfifo', [pipe]), 'exit')
  await refused(t, pipe, 1, /no regular file/, 'CW_TRUST_UNREADABLE')
  const path = join(pki.dir, 'socket')
  const server = createServer().listen(path)
  await once(server, 'listening')
  t.teardown(() => server.close())
  await refused(t, path, 1, /no regular file|can not be read/, 'CW_TRUST_UNREADABLE')
})

test('certificates that can not be trusted', async t => {
  const pki = await testPki(t)
  await refused(t, await pki.write('leaf.pem', '# ours\n' + pki.server.certificate.toString()), 2, /no CA in it: CN=localhost is the certificate of a server or client, issued by CN=Test Intermediate/, 'CW_TRUST_NO_CA')
  const old = await pki.issueServer({ selfSigned: true, validity: 'expired' })
  await refused(t, old.certFile, 1, /every certificate in it has expired, the last, CN=localhost, on \d{4}-/, 'CW_TRUST_ALL_EXPIRED')
})

test('forms that are accepted', async t => {
  const pki = await testPki(t)
  const good = pki.root.certPem
  const both = good + pki.intermediate.certificate.toString()
  const cases: readonly [what: string, content: string, count: number][] = [
    ['as openssl writes it', good, 1],
    ['no line end at the end', good.trimEnd(), 1],
    ['CRLF', both.replaceAll('\n', '\r\n'), 2],
    ['a byte order mark', '\ufeff' + good, 1],
    ['two files joined, each with its mark', '\ufeff' + good + '\ufeff' + both.slice(good.length), 2],
    ['comments', `Root of all\n=====\n${'AB:'.repeat(31)}AB\n${both.replace('-----\n-----', '-----\n\n# the next, Zürich\n-----')}\nbye`, 2],
    ['spaces at line ends and empty lines', good.replaceAll('\n', ' \t\n\n'), 1],
    ['one long line', good.replace(/(?<=BEGIN CERTIFICATE-----\n)([^-]+)/, (body: string) => body.replaceAll('\n', '') + '\n'), 1],
    ['X509 CERTIFICATE', good.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'), 1],
    ['TRUSTED CERTIFICATE', good.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE'), 1]
  ]
  for (const [what, content, count] of cases) {
    const bundle = await readTrustBundle(await pki.write('good.pem', content))
    t.equal(bundle.anchors.length, count, what)
    t.strictSame(bundle.warnings, [], what)
    t.equal(bundle.anchors[0]?.fingerprint256, pki.root.certificate.fingerprint256, what)
  }
  t.ok(Object.isFrozen((await readTrustBundle(pki.caFile)).anchors))
})

test('every kind of key', async t => {
  for (const keys of ['ec', 'rsa', 'ed25519'] as const) {
    const pki = await testPki(t, { keys })
    const [anchor] = (await readTrustBundle(pki.caFile)).anchors
    t.equal(anchor?.publicKey.asymmetricKeyType, keys)
  }
})

test('what is odd is said, with its line, and used', async t => {
  const pki = await testPki(t)
  const key = await createKey('ec')
  const root = (from: number, until: number): string => issueCertificate({ commonName: 'Odd', role: 'authority', notBefore: new Date(Date.now() + from * day), notAfter: new Date(Date.now() + until * day) }, key, null).toString()
  const good = pki.root.certPem
  const leaf = pki.client.certificate.toString()
  const file = await pki.write('odd.pem', [good, root(-9, -1), root(1, 9), good, leaf].join(''))
  const bundle = await readTrustBundle(file)
  t.equal(bundle.anchors.length, 4)
  t.match(bundle.warnings, [
    /odd\.pem:\d+: CN=Odd has expired on \d{4}-/,
    /odd\.pem:\d+: CN=Odd is not valid before \d{4}-/,
    /odd\.pem:\d+: the same certificate as at line 1$/,
    /odd\.pem:\d+: CN=device is no CA: only this very certificate is trusted by it/
  ])
  t.equal((await readTrustBundle(await pki.write('soon.pem', root(1, 9)))).anchors.length, 1, 'one that is not yet valid alone is used: the clock may be wrong')
})

test('openssl\'s own trust settings are heeded', { skip: spawnSync('openssl', ['version']).status === 0 ? false : 'no openssl here' }, async t => {
  const pki = await testPki(t)
  const marked = async (...settings: string[]): Promise<string> => pki.write('marked.pem', execFileSync('openssl', ['x509', '-in', pki.caFile, '-trustout', ...settings]))
  for (const settings of [['-addtrust', 'serverAuth'], ['-addtrust', 'anyExtendedKeyUsage'], ['-addreject', 'emailProtection'], ['-setalias', 'a name']]) {
    t.equal((await readTrustBundle(await marked(...settings))).anchors.length, 1, settings.join(' '))
  }
  await refused(t, await marked('-addreject', 'serverAuth'), 1, /CN=Test Root.* has trust settings that reject it for servers/, 'CW_TRUST_DISTRUSTED')
  await refused(t, await marked('-addtrust', 'emailProtection'), 1, /trust settings that are not for servers/, 'CW_TRUST_DISTRUSTED')
  t.equal((await readTrustBundle(await marked('-addtrust', 'clientAuth'), 'clients')).anchors.length, 1)
  const text = await readFile(await marked('-addtrust', 'serverAuth'), 'utf8')
  const der = Buffer.from(text.replace(/-----.*-----|\n/g, ''), 'base64')
  await writeFile(join(pki.dir, 'cut.pem'), pemOf(der.subarray(0, -2), 'TRUSTED CERTIFICATE'))
  await refused(t, join(pki.dir, 'cut.pem'), 1, /settings that can not be read/, 'CW_TRUST_DISTRUSTED')
})

const system = '/etc/ssl/certs/ca-certificates.crt'

test('the bundle of the system is read whole', async t => {
  const text = await readFile(system, 'utf8').catch(() => null)
  if (text === null) {
    t.comment('no system bundle here')
    return
  }
  const pki = await testPki(t)
  const certificates = text.match(/[^-]+(?=\n-----END CERTIFICATE)/g) ?? []
  // another signature each: what is parsed once is kept
  const unseen = certificates.map(each => {
    const der = Buffer.from(each, 'base64')
    return pemOf(Buffer.concat([der.subarray(0, -1), Buffer.of((der.at(-1) ?? 0) ^ 1)]))
  })
  t.equal((await readTrustBundle(await pki.write('unseen.pem', unseen.join('')))).anchors.length, text.match(/BEGIN CERTIFICATE/g)?.length)
  t.equal((await readTrustBundle(system)).anchors.length, certificates.length)
})
