/** Files of revocation lists: each way they can be wrong, with its place; what is odd; and that a large one does not hold up the loop. */
import { test } from 'tap'
import type { Test } from 'tap'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as der from '../../../../src/trust/der.ts'
import { describeLists } from '../../../../src/trust/revocation/describe-lists.ts'
import { listsInUse, readRevocationLists } from '../../../../src/trust/revocation/list-file.ts'
import { RevocationList } from '../../../../src/trust/revocation/revocation-list.ts'
import { enumerated, extension, issue, keyNamed, pemText, revocationList, serialOf } from '../../../support/issued.ts'

const root = issue({ cn: 'Root', ca: true })
const leaf = issue({ cn: 'leaf', by: root })
const good = revocationList({ by: root, revoked: [leaf] })
const lines = good.split('\n').length - 1

async function fileOf (t: Test, content: string | Buffer): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-crl-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'list.pem'), content)
  return join(dir, 'list.pem')
}

function derOf (pem: string): Buffer {
  return Buffer.from(pem.replace(/-----.*-----|\n/g, ''), 'base64')
}

test('a list is read, with the words of its entries', async t => {
  const file = await fileOf(t, `# of today\n${good}`)
  const { lists, warnings } = await readRevocationLists([file], [root.certificate], new Date())
  t.strictSame(warnings, [])
  t.match(lists, [{ file, line: 2, list: { issuerName: 'CN=Root', size: 1 } }])
  t.match(lists[0]?.list.revocationOf(leaf.certificate), { at: Date, reason: 'keyCompromise' })
  t.equal(lists[0]?.list.revocationOf(root.certificate), null)
  t.equal(lists[0]?.list.faultBy(root.certificate), null)
  t.equal(lists[0]?.list.faultBy(leaf.certificate), 'is of another issuer')
})

/** Of a list as {@link revocationList} makes it: SEQUENCE of the body, the algorithm, the signature. */
function rebuilt (list: Buffer, change: (body: der.DerNode[]) => der.DerNode[], algorithm?: der.DerNode): Buffer {
  const [body, ...rest] = der.membersOf(der.fromDer(list))
  const [named, signature] = rest
  if (named === undefined || signature === undefined) throw new Error('no list')
  return der.toDer(der.sequence(der.sequence(...change(der.membersOf(body))), algorithm ?? named, signature))
}

const withOtherAlgorithm = (list: Buffer): Buffer => rebuilt(list, body => body, der.sequence(der.objectId('1.2.840.10045.4.3.3')))
const withoutVersion = (list: Buffer): Buffer => rebuilt(list, body => body.slice(1))
const withVersion = (list: Buffer, version: number): Buffer => rebuilt(list, body => [der.integer(Buffer.of(version)), ...body.slice(1)])
/** The same length, with zeros before the number. */
const withPaddedSerial = (list: Buffer): Buffer => {
  const copy = Buffer.from(list)
  copy.fill(0, copy.indexOf(serialOf(leaf.certificate)), copy.indexOf(serialOf(leaf.certificate)) + 3)
  return copy
}

const bad: Readonly<Record<string, readonly [content: string | Buffer, line: number, reason: RegExp, code?: string]>> = {
  empty: ['', 1, /the file is empty/],
  DER: [derOf(good), 1, /it is DER, not PEM/],
  'half written': [good.slice(0, 150), 1, /it ends inside the X509 CRL/],
  'glued files': [good.trimEnd() + good, lines, /glued/],
  'a certificate': [good + root.pem, lines + 1, /no revocation list/],
  'a private key': [good + root.key.export({ type: 'pkcs8', format: 'pem' }).toString(), lines + 1, /a private key/],
  'the label CRL': [good.replaceAll('X509 CRL', 'CRL'), 1, /BEGIN CRL, which OpenSSL does not read/],
  'cut short': [pemText('X509 CRL', derOf(good).subarray(0, -4)), 1, /cut short/, 'CW_TRUST_CRL_UNUSABLE'],
  'not a list': [good + pemText('X509 CRL', Buffer.from('3003020101', 'hex')), lines + 1, /part of it is missing/, 'CW_TRUST_CRL_UNUSABLE'],
  'a delta': [revocationList({ by: root, extensions: [extension('2.5.29.27', true, der.integer(Buffer.of(1)))] }), 1, /a delta/, 'CW_TRUST_CRL_UNUSABLE'],
  'an unknown critical extension': [revocationList({ by: root, extensions: [extension('1.3.6.1.4.1.99999.2', true, der.nothing())] }), 1, /critical extension that is not known here \(1\.3\.6\.1\.4\.1\.99999\.2\)/, 'CW_TRUST_CRL_UNUSABLE'],
  'an indirect list': [revocationList({ by: root, extensions: [extension('2.5.29.28', true, der.sequence(der.implicit(4, Buffer.of(0xff))))] }), 1, /indirect/, 'CW_TRUST_CRL_UNUSABLE'],
  'bytes after the end': [pemText('X509 CRL', Buffer.concat([derOf(good), Buffer.of(0x05, 0)])), 1, /something before or after it/, 'CW_TRUST_CRL_UNUSABLE'],
  'two algorithms': [pemText('X509 CRL', withOtherAlgorithm(derOf(good))), 1, /two algorithms of its signature/, 'CW_TRUST_CRL_UNUSABLE'],
  'version 1 with extensions': [pemText('X509 CRL', withoutVersion(derOf(good))), 1, /extensions, which lists of its version have not/, 'CW_TRUST_CRL_UNUSABLE'],
  'version 3': [pemText('X509 CRL', withVersion(derOf(good), 2)), 1, /version is not known/, 'CW_TRUST_CRL_UNUSABLE'],
  'about leaves and about authorities': [revocationList({ by: root, extensions: [extension('2.5.29.28', true, der.sequence(der.implicit(1, Buffer.of(0xff)), der.implicit(2, Buffer.of(0xff))))] }), 1, /some reasons, indirect/, 'CW_TRUST_CRL_UNUSABLE'],
  'a serial number written too long': [pemText('X509 CRL', withPaddedSerial(derOf(good))), 1, /serial number in it is not DER/, 'CW_TRUST_CRL_UNUSABLE'],
  'signed with another key': [revocationList({ by: root, signer: keyNamed('another') }), 1, /revocation list of CN=Root has a wrong signature/, 'CW_TRUST_CRL_UNUSABLE'],
  'signed with SHA-1': [revocationList({ by: root, digest: 'sha1' }), 1, /SHA-1/, 'CW_TRUST_CRL_UNUSABLE']
}

for (const [what, [content, line, reason, code = 'CW_TRUST_PEM_INVALID']] of Object.entries(bad)) {
  test(`${what} is refused`, async t => {
    const file = await fileOf(t, content)
    const error = await readRevocationLists([file], [root.certificate], new Date()).then(() => null, (thrown: unknown) => thrown)
    t.match(error, { code, message: reason, hint: /\S/ })
    t.ok(String(error).includes(`X509 - The CRT/CRL/CSR format is invalid: ${file}:${line}: `), String(error))
  })
}

test('what is odd is said', async t => {
  const file = await fileOf(t, [revocationList({ by: root, days: [-9, -1] }), revocationList({ by: root, days: [-1, null] }), revocationList({ by: root, days: [1, 2] })].join(''))
  const { warnings } = await readRevocationLists([file], [root.certificate], new Date())
  t.match(warnings, [/list\.pem:1: the revocation list of CN=Root should have been renewed by \d{4}/, /does not say when there will be another/, /has yet to come/])
})

test('a list for leaves says nothing of authorities', t => {
  const scoped = new RevocationList(derOf(revocationList({ by: root, extensions: [extension('2.5.29.28', true, der.sequence(der.implicit(1, Buffer.of(0xff))))] })))
  t.equal(scoped.scope.kind, 'leaves')
  t.ok(scoped.covers(leaf.certificate))
  t.notOk(scoped.covers(issue({ cn: 'Mid', ca: true, by: root }).certificate))
  t.end()
})

test('a file of lists is described; one of certificates is none', async t => {
  const now = new Date()
  const file = await fileOf(t, good + revocationList({ by: root, days: [-9, -1] }))
  t.match(await describeLists(file, now), [
    { place: `${file}:1`, issuer: 'CN=Root', revoked: 1, daysLeft: 6, about: 'all', problems: [] },
    { place: `${file}:${lines + 1}`, revoked: 0, daysLeft: -2, problems: [/^the revocation list of CN=Root should have been renewed by/] }
  ])
  t.equal(await describeLists(await fileOf(t, root.pem), now), null)
  await t.rejects(describeLists(await fileOf(t, good + root.pem), now), { code: 'CW_TRUST_PEM_INVALID' })
})

test('the newest list of each issuer and scope is in use until its end', async t => {
  const other = issue({ cn: 'Other', ca: true })
  const forLeaves = revocationList({ by: root, days: [-1, 3], extensions: [extension('2.5.29.28', true, der.sequence(der.implicit(1, Buffer.of(0xff))))] })
  const file = await fileOf(t, [good, revocationList({ by: root, days: [-9, -2] }), forLeaves, revocationList({ by: other, days: [-1, null] })].join(''))
  const { lists } = await readRevocationLists([file], [root.certificate], new Date())
  const day = 86_400_000
  t.match(listsInUse(lists), [
    { kind: 'revocation list', subject: 'CN=Root', file, fingerprint: /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/ },
    { kind: 'revocation list', subject: 'CN=Root', file }
  ])
  t.same(listsInUse(lists).map(({ notAfter }) => Math.round((notAfter - Date.now()) / day)), [7, 3])
})

test('200,000 entries are read in little time', t => {
  const entry = der.toDer(der.sequence(der.integer(Buffer.from('40000001', 'hex')), der.time(new Date()), der.sequence(extension('2.5.29.21', false, enumerated(1)))))
  const serials = Array.from({ length: 200_000 }, (_each, i) => {
    const copy = Buffer.from(entry)
    copy.writeUInt32BE(0x40_00_00_00 + i, 4)
    return copy
  })
  const wrap = (tag: number, content: Buffer): Buffer => {
    const head = Buffer.alloc(6)
    head.writeUInt8(tag, 0)
    head.writeUInt8(0x84, 1)
    head.writeUInt32BE(content.length, 2)
    return Buffer.concat([head, content])
  }
  const algorithm = der.toDer(der.sequence(der.objectId('1.2.840.10045.4.3.2')))
  const body = wrap(0x30, Buffer.concat([algorithm, der.toDer(der.fromDer(Buffer.from('300f310d300b06035504030c04526f6f74', 'hex'))), der.toDer(der.time(new Date())), wrap(0x30, Buffer.concat(serials))]))
  const whole = wrap(0x30, Buffer.concat([body, algorithm, der.toDer(der.bitString(Buffer.alloc(8)))]))
  const before = process.cpuUsage()
  const list = new RevocationList(whole)
  const { user, system } = process.cpuUsage(before)
  t.equal(list.size, 200_000)
  t.comment(`${((user + system) / 1000).toFixed(0)} ms of the processor`)
  t.ok(user + system < 3_000_000)
  t.end()
})
