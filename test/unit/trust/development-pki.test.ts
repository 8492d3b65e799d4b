import { test } from 'tap'
import type { Test } from 'tap'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDevelopmentPki } from '../../../src/trust/development-pki.ts'
import { createListenerContext } from '../../../src/trust/listener-context.ts'
import { createTrustSnapshot } from '../../../src/trust/snapshot.ts'

const day = 86_400_000

async function freshPath (t: Test): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'causeway-dev-pki-'))
  t.teardown(async () => rm(parent, { recursive: true, force: true }))
  return join(parent, 'deep', 'certs')
}

async function certificateOf (file: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(file))
}

test('everything is made, with the modes that keys want', async t => {
  const dir = await freshPath(t)
  const steps: string[] = []
  const pki = await createDevelopmentPki(dir, { progress: step => steps.push(step) })
  t.strictSame(steps, ['root', 'intermediate', 'server certificate', 'client certificate'])
  t.strictSame(pki.made, ['ca.pem: new', 'intermediate.pem: new', 'server.pem: new', 'client.pem: new'])
  t.strictSame(pki.reused, [])
  t.equal((await stat(dir)).mode & 0o777, 0o700)
  for (const file of await readdir(dir)) {
    if (file.endsWith('.key')) t.equal((await stat(join(dir, file))).mode & 0o777, 0o600, file)
  }
  const server = await certificateOf(pki.serverCertFile)
  t.ok(server.checkHost('localhost'))
  t.ok(server.checkIP('127.0.0.1'))
  t.ok(server.checkIP('::1'))
  t.ok(Date.parse(server.validFrom) < Date.now())
  for (const file of [pki.caFile, pki.serverCertFile]) {
    const certificate = await certificateOf(file)
    t.ok(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom) <= 825 * day, file)
  }
})

test('a dialler and a listener take it as it is', async t => {
  const pki = await createDevelopmentPki(await freshPath(t))
  const snapshot = await createTrustSnapshot({ cacertfile: pki.caFile, certfile: pki.clientCertFile, keyfile: pki.clientKeyFile, keyPassword: null }, 1)
  t.strictSame(snapshot.warnings, [])
  const listener = await createListenerContext({ certfile: pki.serverCertFile, keyfile: pki.serverKeyFile, keyPassword: null, cacertfile: pki.caFile, verifyPeer: true, failIfNoPeerCert: true })
  t.strictSame(listener.warnings, [])
})

const openssl = spawnSync('openssl', ['version']).status === 0

test('openssl finds both leaves in order', { skip: openssl ? false : 'no openssl here' }, async t => {
  for (const keys of ['ec', 'rsa'] as const) {
    const pki = await createDevelopmentPki(await freshPath(t), { keys })
    for (const [file, purpose] of [[pki.serverCertFile, 'sslserver'], [pki.clientCertFile, 'sslclient']] as const) {
      const verdict = spawnSync('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', pki.caFile, '-untrusted', file, file], { encoding: 'utf8' })
      t.match(verdict.stdout, /: OK/, verdict.stderr)
    }
  }
})

test('what is good is kept, byte for byte', async t => {
  const dir = await freshPath(t)
  const first = await createDevelopmentPki(dir)
  const before = await readFile(first.serverCertFile, 'utf8')
  const second = await createDevelopmentPki(dir)
  t.strictSame(second.made, [])
  t.strictSame(second.reused, ['ca.pem', 'intermediate.pem', 'server.pem', 'client.pem'])
  t.equal(await readFile(first.serverCertFile, 'utf8'), before)
})

test('what is not is made again, and said', async t => {
  const dir = await freshPath(t)
  await createDevelopmentPki(dir)
  const root = await readFile(join(dir, 'ca.pem'), 'utf8')

  t.strictSame((await createDevelopmentPki(dir, { names: ['localhost', 'edge.local'] })).made, ['server.pem: lacked edge.local'])
  await rm(join(dir, 'client.key'))
  t.strictSame((await createDevelopmentPki(dir, { names: ['localhost', 'edge.local'] })).made, ['client.pem: incomplete'])
  await writeFile(join(dir, 'server.pem'), '-----BEGIN CERTIFICATE-----\nAAAA')
  t.strictSame((await createDevelopmentPki(dir)).made, ['server.pem: damaged'])
  t.strictSame((await createDevelopmentPki(dir, { now: new Date(Date.now() + 364.5 * day) })).made, ['server.pem: about to expire', 'client.pem: about to expire'])
  t.equal(await readFile(join(dir, 'ca.pem'), 'utf8'), root, 'the root that others may trust by now stays')

  const later = new Date(Date.now() + 900 * day)
  t.strictSame((await createDevelopmentPki(dir, { now: later })).made, ['ca.pem: expired', 'intermediate.pem: expired', 'server.pem: expired', 'client.pem: expired'])
  await rm(join(dir, 'ca.key'))
  t.strictSame((await createDevelopmentPki(dir, { now: later })).made,
    ['ca.pem: incomplete', 'intermediate.pem: its issuer was made anew', 'server.pem: its issuer was made anew', 'client.pem: its issuer was made anew'])
})

test('validity is cut to 825 days, and to that of the issuer', async t => {
  const pki = await createDevelopmentPki(await freshPath(t), { days: 5000 })
  const [server, root] = [await certificateOf(pki.serverCertFile), await certificateOf(pki.caFile)]
  t.ok(Date.parse(server.validTo) <= Date.parse(root.validTo))
  t.ok(Date.parse(server.validTo) - Date.parse(server.validFrom) <= 825 * day)
})

test('a directory of somebody else is left alone', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-foreign-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  await writeFile(join(dir, 'server.key'), 'precious')
  await t.rejects(createDevelopmentPki(dir), { code: 'CW_TRUST_DIRECTORY_TAKEN', message: /already holds server\.key/ })
  t.strictSame(await readdir(dir), ['server.key'])
  t.equal(await readFile(join(dir, 'server.key'), 'utf8'), 'precious')
  await t.rejects(createDevelopmentPki(join(dir, 'server.key')), { code: 'CW_TRUST_DIRECTORY_TAKEN' })
})
