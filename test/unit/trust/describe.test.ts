import { test } from 'tap'
import { createKey, issueCertificate } from '../../../src/trust/issuance.ts'
import { describeCertificates } from '../../../src/trust/describe.ts'
import { renderCertificates } from '../../../src/trust/certificate-table.ts'
import { testPki } from '../../support/certificates.ts'
import { issue } from '../../support/issued.ts'

const day = 86_400_000

test('a chain is described certificate by certificate', async t => {
  const pki = await testPki(t)
  const [leaf, authority, ...rest] = await describeCertificates(pki.server.certFile)
  t.equal(rest.length, 0)
  t.match(leaf, {
    file: pki.server.certFile,
    line: 1,
    kind: 'leaf',
    selfSigned: false,
    subject: 'CN=localhost',
    issuer: 'CN=Test Intermediate, O=Causeway tests',
    key: 'EC prime256v1',
    serial: pki.server.certificate.serialNumber,
    daysLeft: 29,
    fingerprint: pki.server.certificate.fingerprint256,
    names: ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1']
  })
  t.match(leaf?.notAfter, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
  t.match(authority, { kind: 'CA', line: (leaf?.line ?? 0) + 13, subject: 'CN=Test Intermediate, O=Causeway tests', names: [], problems: [] })
})

test('problems are named', async t => {
  const pki = await testPki(t)
  const file = await pki.write('all.pem', [
    (await pki.issueServer({ validity: 'expired' })).certificate,
    (await pki.issueServer({ validity: 'not yet' })).certificate,
    (await pki.issueServer({ names: [], ipAddresses: [] })).certificate,
    pki.root.certificate,
    pki.root.certificate
  ].join(''))
  const problems = (await describeCertificates(file)).map(each => each.problems.join('; '))
  t.match(problems, [/^expired on /, /^not valid before /, /no subject alternative name/, /^$/, /^the same as at line \d+$/])
  const [last] = await describeCertificates(pki.caFile, new Date(Date.now() + 20 * day))
  t.match(last?.problems, [/^expires on /])
  t.equal(last?.daysLeft, 19)
})

test('a signature that bridges refuse is named, but not that of a root', async t => {
  const pki = await testPki(t)
  const root = issue({ cn: 'Old Root', ca: true, days: [-1, 90], digest: 'sha1' })
  const file = await pki.write('sha1.pem', issue({ cn: 'old', names: ['old.example'], by: root, days: [-1, 90], digest: 'sha1' }).pem + root.pem)
  t.match((await describeCertificates(file)).map(each => each.problems), [['it is signed with SHA-1, which bridges refuse'], []])
})

test('a name can not move the cursor nor pass for two', async t => {
  const pki = await testPki(t)
  const key = await createKey('ec')
  const certificate = issueCertificate({
    commonName: 'red\u001b[31m\u202e',
    role: 'server',
    names: ['evil, DNS:good.example'],
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 60 * day)
  }, key, pki.root)
  const [described] = await describeCertificates(await pki.write('odd.pem', certificate.toString()))
  t.equal(described?.names.length, 1)
  const text = renderCertificates(described === undefined ? [] : [described], { colour: false, width: 80 })
  // eslint-disable-next-line no-control-regex -- none may be left
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test('the table keeps to the width and loses nothing', async t => {
  const pki = await testPki(t)
  const list = await describeCertificates(pki.server.certFile)
  for (const width of [40, 80, 200]) {
    const text = renderCertificates(list, { colour: false, width })
    t.ok(text.endsWith('\n'))
    for (const line of text.split('\n')) t.ok(line.length <= width, `${line.length} of ${width}`)
    t.ok(text.replace(/\s+/g, '').includes(pki.server.certificate.fingerprint256))
  }
  t.match(renderCertificates(list, { colour: true, width: 80 }), '\u001b[1m')
  t.equal(renderCertificates([], { colour: true, width: 80 }), '')
})
