import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { runCli } from '../../src/cli/program.ts'
import { readTrustBundle } from '../../src/trust/trust-bundle.ts'
import { type TestPki, testPki } from '../support/certificates.ts'
import { issue } from '../support/issued.ts'
import { ocspReply } from '../support/ocsp.ts'
import { tlsRemote } from '../support/tls-remote.ts'
import { PassThrough } from 'node:stream'

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run (pki: TestPki, ...args: string[]): Promise<Said> {
  const said = { out: '', err: '' }
  const into = (name: 'out' | 'err'): PassThrough => new PassThrough().on('data', (chunk: Buffer) => { said[name] += chunk.toString() })
  const code = await runCli(['trust', 'fetch', ...args], {
    out: into('out'), err: into('err'), terminal: false, columns: 200, cwd: pki.dir, environment: {}, stop: new AbortController().signal, onReload: () => {}
  })
  await new Promise(resolve => setImmediate(resolve))
  return { code, ...said }
}

async function served (t: Test) {
  const pki = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  return { pki, remote, at: `localhost:${remote.port}` }
}

test('the chain is shown, and what is wrong with it for a CA file', async t => {
  const { pki, remote, at } = await served(t)
  const stranger = await testPki(t)
  const plain = await run(pki, at)
  t.equal(plain.code, 0, plain.err)
  t.match(plain.out, new RegExp(`^${at} 1 of 2 {2}leaf\n`))
  for (const part of ['CN=localhost', 'CN=Test Intermediate', 'DNS:localhost', '29 days left', pki.server.certificate.fingerprint256, '2 of 2  CA']) t.match(plain.out, part)
  t.match(plain.out, /Nothing was verified by this/)
  t.notMatch(plain.out, /Test Root.*\n.*SHA-256/, 'what the server does not send is not shown')

  const good = await run(pki, at, '--cacert', pki.caFile)
  t.equal(good.code, 0)
  t.match(good.out, `with ${pki.caFile}: accepted`)
  const bad = await run(pki, at, '--cacert', stranger.caFile)
  t.equal(bad.code, 1)
  t.match(bad.out, /: refused\n.*has another key.*\(CW_TLS_UNKNOWN_CA\)\n {2}what to do: /)
  t.match((await run(pki, at, '--cacert', pki.server.keyFile)).out, /: invalid\n/)
  t.match((await run(pki, `127.0.0.1:${remote.port}`, '--sni', 'other.example', '--cacert', pki.caFile)).out, /CW_TLS_NAME_MISMATCH/)
  await remote.ended()
  t.equal(remote.heard, 0, 'not a byte was said')
})

test('against a configuration: with the files and the name of its bridge', async t => {
  const { pki, at } = await served(t)
  const conf = await pki.write('edge.conf', `bridges.mqtt.north { server = "tls+mqtt-tcp://${at}", clientid = c, ssl { cacertfile = "${pki.caFile}" } }`)
  t.match(await run(pki, at, '--conf', conf), { code: 0, out: new RegExp(`with ${pki.caFile}: accepted`) })
  t.match(await run(pki, at.replace('localhost', '127.0.0.1'), '--conf', conf), { code: 1, err: /no bridge of .* dials 127\.0\.0\.1:/ })
})

test('what has to be trusted is written, to be read by anybody; nothing is replaced without --force', async t => {
  const { pki, at } = await served(t)
  const file = join(pki.dir, 'new.pem')
  const written = await run(pki, at, '--out', 'new.pem', '--json')
  t.equal(written.code, 0, written.err)
  t.match(JSON.parse(written.out), { verified: false, written: file, certificates: [{ kind: 'leaf' }, { kind: 'CA' }], judgements: [] })
  t.equal((await stat(file)).mode & 0o777, 0o644)
  t.match(await readFile(file, 'utf8'), new RegExp(`^# as shown by ${at} on .*, not verified\n# subject CN=Test Intermediate`))
  t.same((await readTrustBundle(file)).anchors.map(({ fingerprint256 }) => fingerprint256), [pki.intermediate.certificate.fingerprint256], 'the issuer, not the leaf')
  t.match(await run(pki, at, '--cacert', file), { code: 0, out: /accepted/ })

  const again = await run(pki, at, '--out', 'new.pem')
  t.match(again, { code: 1, err: /is there already; nothing was written[^]*--force/ })
  t.match(await run(pki, at, '--out', 'new.pem', '--force'), { code: 0 })
})

test('a server that signs for itself is trusted by its own certificate; one that hides its issuer can not be', async t => {
  const pki = await testPki(t)
  const alone = await tlsRemote(t, await pki.issueServer({ selfSigned: true }))
  t.equal((await run(pki, `localhost:${alone.port}`, '--out', 'alone.pem')).code, 0)
  t.match(await run(pki, `localhost:${alone.port}`, '--cacert', 'alone.pem'), { code: 0, out: /accepted/ })
  const hiding = await tlsRemote(t, await pki.issueServer({ intermediate: 'omitted' }))
  t.match(await run(pki, `localhost:${hiding.port}`, '--out', 'hiding.pem'), { code: 1, err: /without that of its issuer, CN=Test Intermediate/ })
})

test('a server that demands a certificate has shown its own; one that has none to show is an error in words', async t => {
  const pki = await testPki(t)
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const demanding = await tlsRemote(t, pki.server, { requestCert: true, rejectUnauthorized: true, ca: pki.root.certPem, maxVersion })
    t.match(await run(pki, `localhost:${demanding.port}`), { code: 0, out: /CN=localhost/ }, maxVersion)
  }
  t.match(await run(pki, 'localhost:1'), { code: 1, err: /localhost:1 refuses the connection/ })
  t.match(await run(pki, 'localhost:99999'), { code: 2, err: /a server such as broker\.example:8883/ })
  t.match(await run(pki, 'a b'), { code: 2 })
})

test('what it staples is told, and held to', async t => {
  const pki = await testPki(t)
  const root = issue({ cn: 'Root', ca: true })
  const server = issue({ cn: 'localhost', names: ['localhost'], by: issue({ cn: 'Mid', ca: true, by: root }), mustStaple: true, ocspUrl: 'http://127.0.0.1:1/' })
  const ca = await pki.write('ocsp-ca.pem', root.pem)
  const material = { certPem: server.sent, keyPem: server.key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  const fetched = async (staple?: Buffer) => run(pki, `localhost:${(await tlsRemote(t, material, staple === undefined ? {} : { staple })).port}`, '--cacert', ca)
  t.match(await fetched(ocspReply({ about: server })), { code: 0, out: /stapled OCSP response: good, of \d{4}.*, until \d{4}[^]*: accepted/ })
  t.match(await fetched(ocspReply({ about: server, status: 'revoked' })), { code: 1, out: /stapled OCSP response: revoked on \d{4}.* \(keyCompromise\)[^]*CW_TLS_REVOKED/ })
  t.match(await fetched(ocspReply({ about: server, hours: [-9, -8] })), { code: 1, out: /it can not be used: it was good until[^]*CW_TLS_STAPLE/ })
  const without = await fetched()
  t.match(without, { code: 1, out: /stapled OCSP response: none[^]*must-staple/ })
  t.match(without.out, /\nOCSP +http:\/\/127\.0\.0\.1:1\/\nmust staple/)
})
