import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { type Test, test } from 'tap'
import { Command, run } from '../support/command.ts'
import { packageRoot } from '../../src/package.ts'

async function configured (t: Test, text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-command-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'site.conf')
  await writeFile(file, text)
  return file
}

test('ready when all listeners accept; SIGTERM and SIGINT stop it with exit code 0', async t => {
  const conf = await configured(t, 'listeners.tcp { bind = "127.0.0.1:0" }\nlisteners.ws { bind = "127.0.0.1:0/mqtt" }\n')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const command = new Command(t, ['start', '--conf', conf])
    await command.prints(/"msg":"ready"/)
    const ready = command.log.find(({ msg }) => msg === 'ready') as { listeners: { name: string, port: number }[] } | undefined
    t.strictSame(ready?.listeners.map(({ name }) => name), ['tcp', 'ws'])
    const client = await connectAsync(`mqtt://127.0.0.1:${ready?.listeners[0]?.port ?? 0}`, { reconnectPeriod: 0 })
    command.signal(signal)
    t.equal(await command.exited, 0, signal)
    t.equal(command.log.at(-1)?.['msg'], 'stopped')
    t.equal(command.err, '')
    await client.endAsync(true)
  }
})

test('the configuration comes from --conf, CAUSEWAY_CONF, NANOMQ_CONF_PATH, in this order', async t => {
  const one = await configured(t, 'listeners.tcp { bind = "127.0.0.1:0" }\nlisteners.tcp.one { bind = "127.0.0.1:0" }')
  const two = await configured(t, 'listeners.tcp { bind = "127.0.0.1:0" }\nlisteners.tcp.two { bind = "127.0.0.1:0" }')
  for (const [args, env, expected] of [
    [['--conf', one], { CAUSEWAY_CONF: two, NANOMQ_CONF_PATH: two }, one],
    [[], { CAUSEWAY_CONF: one, NANOMQ_CONF_PATH: two }, one],
    [[], { NANOMQ_CONF_PATH: one }, one]
  ] as const) {
    const command = new Command(t, ['start', ...args], { env })
    await command.prints(/"msg":"ready"/)
    t.equal(command.log[0]?.['file'], expected)
    command.signal('SIGTERM')
    t.equal(await command.exited, 0)
  }
})

test('exit codes: 2 for usage and configuration, 1 for what fails at run time', async t => {
  const broken = await configured(t, 'listeners.tcp { bind = }\n')
  const wrong = await configured(t, 'mqtt.max_packet_size = "many"\nbridges.mqtt.x { server = "mqtt-quic://a:1" }\nlisteners.tcq { }\n')
  t.equal((await run(t, ['frobnicate'])).code, 2)
  t.equal((await run(t, ['start', '--drain-timeout', 'soon'])).code, 2)
  t.equal((await run(t, ['start', '--conf', '/nowhere/at/all.conf'])).code, 2)
  const syntax = await run(t, ['start', '--conf', broken])
  t.equal(syntax.code, 2)
  t.match(syntax.err, `${broken}:1:`)
  const many = await run(t, ['start', '--conf', wrong])
  t.equal(many.code, 2)
  for (const key of ['mqtt.max_packet_size', 'bridges.mqtt.x.server', 'listeners.tcq']) t.match(many.err, key, 'all problems at once')
  t.match(many.err, 'Did you mean "tcp"?')

  const taken = createServer()
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const failed = await run(t, ['start', '--conf', await configured(t, `listeners.tcp { bind = "127.0.0.1:${port}" }`)])
  taken.close()
  t.equal(failed.code, 1)
  t.match(failed.err, `127.0.0.1:${port} is taken`)
  t.match(failed.err, 'CW_LISTENER_PORT_TAKEN')
})

test('check prints a table, JSON on request, never a secret, and exits 2 on a refusal', async t => {
  const good = await configured(t, 'listeners.tcp { bind = "127.0.0.1:0" }\nauth.password = { pump = "t0p-s3cret" }\nauth.allow_anonymous = false\nsystem.num_taskq_thread = 4\n')
  const table = await run(t, ['check', '--conf', good])
  t.equal(table.code, 0)
  t.match(table.out, /listeners\.tcp\.bind .* works/)
  t.match(table.out, /^system .* no effect$/m)
  t.notMatch(table.out, 't0p-s3cret')
  const json = await run(t, ['check', '--conf', good, '--json'])
  t.type(JSON.parse(json.out), 'object')
  t.notMatch(json.out, 't0p-s3cret')
  const refused = await configured(t, 'bridges.mqtt.x { server = "tls+mqtt-tcp://h:8883", ssl { cacertfile = "/ca.pem", verify_peer = false } }\n')
  const report = await run(t, ['check', '--conf', refused])
  t.equal(report.code, 2)
  t.match(report.out, 'verify_peer')
})

test('help has examples; the version is the package\'s', async t => {
  const help = await run(t, ['--help'])
  t.equal(help.code, 0)
  t.match(help.out, 'Examples:')
  for (const verb of ['start', 'check', 'certs', 'quickstart', 'bench']) t.match(help.out, verb)
  const { version } = JSON.parse(await readFile(new URL('package.json', packageRoot), 'utf8')) as { version: string }
  t.equal((await run(t, ['--version'])).out.trim(), version)
})
