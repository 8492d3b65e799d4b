import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { runCli } from '../../src/cli/program.ts'
import { testPki } from '../support/certificates.ts'
import { scriptedRemote } from '../support/scripted-remote.ts'

test('each enabled remote is dialled; the exit code tells whether all can be', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-check-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const pki = await testPki(t)
  const remote = await scriptedRemote(t)
  const bridge = (name: string, server: string, more = ''): string => `bridges.mqtt.${name} { server = "${server}", clientid = ${name}, forwards = [{ local_topic = "a/#", remote_topic = "" }], ${more} }\n`
  const good = bridge('north', `mqtt-tcp://127.0.0.1:${remote.port}`)
  const bad = bridge('east', 'mqtt-tcp://127.0.0.1:1') + bridge('west', `tls+mqtt-tcp://127.0.0.1:${remote.port}`, `ssl { cacertfile = "${pki.caFile}", handshake_timeout = 300ms }`) + bridge('off', 'mqtt-tcp://127.0.0.1:2', 'enable = false')
  const check = async (text: string, ...args: string[]): Promise<{ readonly code: number, readonly said: string }> => {
    await writeFile(join(dir, 'x.conf'), text)
    const out = new PassThrough()
    const code = await runCli(['check', '--conf', join(dir, 'x.conf'), ...args], { out, err: out, terminal: false, columns: 100, cwd: dir, environment: {}, stop: new AbortController().signal, onReload: () => {} })
    return { code, said: String(out.read() ?? '') }
  }
  t.match(await check(good, '--connect'), { code: 0, said: /\nremotes\nnorth {2}mqtt-tcp:\S+ {2}accepted\n/ })
  const connection = await remote.connection()
  await connection.closed
  t.same(connection.frames, [], 'nothing is said to it')
  const { code, said } = await check(good + bad, '--connect', '--json')
  t.equal(code, 1)
  t.match((JSON.parse(said) as { remotes: object[] }).remotes, [{ bridge: 'north', verdict: 'accepted' }, { bridge: 'east', verdict: 'unreachable', code: 'CW_BRIDGE_UNREACHABLE' }, { bridge: 'west', verdict: 'unreachable' }])
  t.notMatch(said, /"bridge": "off"/)
  t.equal((await check('bridges.mqtt.north { server = nothing }', '--connect')).code, 2, 'a file that is refused is not dialled')
})
