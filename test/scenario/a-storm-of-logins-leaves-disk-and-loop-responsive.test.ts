/** Two hundred devices log in at once with passwords kept as scrypt hashes: files are still read, timers still fire, and the second storm costs nothing. */
import { scryptSync } from 'node:crypto'
import { readFile, writeFile, rm, mkdtemp } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import { silentLogger } from '../../src/logger.ts'
import { authConfig, credentials } from '../support/auth-config.ts'

const DEVICES = 200
/** Half of what is usual, to spare the machine; without a bound a file would still wait for two seconds of hashing, several times. */
const COST = 8_192
/** A write or read that waits for a turn among four threads that all hash takes longer than one hashing; alone it takes a millisecond. */
const SLOWEST_FILE_MS = 1_000
const SLOWEST_TURN_MS = 200

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

  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  const state = { over: false }
  const storm = Promise.all(Array.from({ length: DEVICES }, (_, n) => login(n))).finally(() => { state.over = true })
  let slowest = 0
  let probes = 0
  while (!state.over) {
    const started = performance.now()
    await writeFile(file, 'x', { flush: true })
    await readFile(file)
    slowest = Math.max(slowest, performance.now() - started)
    probes++
  }
  const answers = await storm
  loop.disable()
  t.ok(answers.every(({ allow }) => allow), 'all are let in')
  t.ok(probes > 10, `${probes} files while it lasted`)
  t.ok(slowest < SLOWEST_FILE_MS, `slowest file ${slowest.toFixed(0)} ms`)
  t.ok(loop.max / 1e6 < SLOWEST_TURN_MS, `longest turn ${(loop.max / 1e6).toFixed(0)} ms`)
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
