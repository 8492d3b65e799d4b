/** Salts that SCRAM shows [RFC 5802] are the same before and after a restart, for users and for names nobody has: who restarts or waits for it learns nothing. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import { makeScramSecret } from '../../src/broker/auth/scram-secret.ts'
import { authConfig } from '../support/auth-config.ts'
import { type LogLine, keepingLogger } from '../support/bridge-rig.ts'
import { brokerFor } from '../support/broker.ts'
import { RawClient } from '../support/raw-client.ts'
import { proofIn, signIn } from '../support/scram-client.ts'

const NAMES = ['ann', 'bob', 'nobody', 'somebody']

/** Salt and iterations of each name, as a broker shows them that was started just now. */
async function shown (t: Test, stateDir: string | null, log: LogLine[] = []): Promise<readonly string[]> {
  const users = [{ username: 'ann', password: stored }, { username: 'bob', password: 'plain text' }]
  const gatekeeper = new AuthGatekeeper(authConfig({ allowAnonymous: false, users }), { logger: keepingLogger(log), stateDir })
  const { broker, port } = await brokerFor(t, { gatekeeper })
  const salts: string[] = []
  for (const name of NAMES) {
    const client = await RawClient.dial(port)
    client.send(signIn(name))
    const { data } = proofIn(await client.next(15), 1)
    salts.push(data.slice(data.indexOf(',s=')))
    client.destroy()
  }
  await broker.close(0)
  gatekeeper.close()
  return salts
}

const stored = await makeScramSecret('pencil')

test('they are the same after a restart, and another installation has others', async t => {
  const dir = t.testdir()
  const stateDir = join(dir, 'state')
  const before = await shown(t, stateDir)
  t.same(await shown(t, stateDir), before)
  t.equal(new Set(before).size, NAMES.length, 'no two are the same')
  const elsewhere = await shown(t, join(dir, 'other'))
  t.same(elsewhere.map((salt, i) => salt === before[i]), [true, false, false, false], 'only what is stored')
})

test('the secret is for the owner alone, and one that is damaged is made anew', async t => {
  const stateDir = t.testdir()
  const file = join(stateDir, 'salt-secret')
  const log: LogLine[] = []
  await shown(t, stateDir, log)
  t.equal(statSync(file).mode & 0o777, 0o600)
  const secret = readFileSync(file, 'utf8').trim()
  t.notMatch(JSON.stringify(log), new RegExp(secret))
  writeFileSync(file, secret.slice(0, 20))
  await shown(t, stateDir)
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/)
})

test('where it can not be kept the log says so, and devices come in', async t => {
  const log: LogLine[] = []
  const file = join(t.testdir({ state: 'a file' }), 'state')
  t.equal((await shown(t, file, log)).length, NAMES.length)
  t.equal(log.filter(line => JSON.stringify(line).includes('can not be kept')).length, 1)
})
