/** Two hundred devices log in at once with passwords kept as scrypt hashes: files are still written and read, and the second storm costs nothing. */
import { scryptSync } from 'node:crypto'
import { readFile, writeFile, rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import { silentLogger } from '../../src/logger.ts'
import { authConfig, credentials } from '../support/auth-config.ts'

const DEVICES = 200
/** Half of what is usual, to spare the machine; without a bound a file would still wait for two seconds of hashing, several times. */
const COST = 8_192
/** Unbounded, the first file would wait behind all two hundred hashings, and the storm would be over after it. */
const FEWEST_FILES = 10

function hashOf (password: string, cost: number): string {
  const salt = Buffer.alloc(16, 7)
  return ['scrypt', cost, 8, 1, salt.toString('base64'), scryptSync(password, salt, 32, { cost }).toString('base64')].join('$')
}

test('files and timers are served while two hundred passwords are hashed', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-storm-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'probe')
  const password = hashOf('secret', COST)
  const users = Array.from({ length: DEVICES }, (_, n) => ({ username: `dev${n}`, password }))
  const gatekeeper = new AuthGatekeeper(authConfig({ allowAnonymous: false, users }), { logger: silentLogger })
  const login = (n: number) => gatekeeper.authenticate(credentials({ clientId: `c${n}`, username: `dev${n}`, password: Buffer.from('secret') }))

  const state = { over: false }
  const storm = Promise.all(Array.from({ length: DEVICES }, (_, n) => login(n))).finally(() => { state.over = true })
  let probes = 0
  while (!state.over) {
    await writeFile(file, 'x', { flush: true })
    await readFile(file)
    probes++
  }
  const answers = await storm
  t.ok(answers.every(({ allow }) => allow), 'all are let in')
  t.ok(probes > FEWEST_FILES, `${probes} files while it lasted`)
  t.equal(gatekeeper.counters.passwords.hashings, DEVICES)

  const again = await Promise.all(Array.from({ length: DEVICES }, (_, n) => login(n)))
  t.ok(again.every(({ allow }) => allow))
  t.equal(gatekeeper.counters.passwords.hashings, DEVICES, 'the second storm hashes nothing')
})

test('more than can be hashed in time are asked to come again, and those inside are not forgotten', async t => {
  const password = hashOf('secret', 16)
  const users = Array.from({ length: 300 }, (_, n) => ({ username: `dev${n}`, password }))
  const gatekeeper = new AuthGatekeeper(authConfig({ allowAnonymous: false, users }), { logger: silentLogger })
  const answers = await Promise.all(users.map(({ username }) => gatekeeper.authenticate(credentials({ username, password: Buffer.from('secret') }))))
  const refused = answers.filter(answer => !answer.allow)
  t.equal(refused.length, 300 - 2 - 256)
  t.ok(answers.every(answer => answer.allow || answer.returnCode === 3), 'unavailable, not wrong')
})
