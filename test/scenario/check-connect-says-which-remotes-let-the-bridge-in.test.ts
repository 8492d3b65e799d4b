import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { promisify } from 'node:util'
import { test } from 'tap'
import { runCli } from '../../src/cli/program.ts'
import { type TestScope, testPki } from '../support/certificates.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

interface Checked {
  readonly code: number
  readonly said: string
}

async function checker (t: TestScope): Promise<{ readonly dir: string, readonly check: (text: string, ...args: string[]) => Promise<Checked> }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-check-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const check = async (text: string, ...args: string[]): Promise<Checked> => {
    await writeFile(join(dir, 'x.conf'), text)
    const out = new PassThrough()
    const code = await runCli(['check', '--conf', join(dir, 'x.conf'), '--connect', ...args], { out, err: out, terminal: false, columns: 100, cwd: dir, environment: {}, stop: new AbortController().signal, onReload: () => {} })
    return { code, said: String(out.read() ?? '') }
  }
  return { dir, check }
}

function bridge (name: string, server: string, more = ''): string {
  return `bridges.mqtt.${name} { server = "${server}", clientid = ${name}, forwards = [{ local_topic = "a/#", remote_topic = "" }], will { topic = gone, payload = x, qos = 1 }, ${more} }\n`
}

function remotesIn ({ said }: Checked): object[] {
  return (JSON.parse(said) as { remotes: object[] }).remotes
}

test('each enabled remote is asked; what CONNECT says leaves nothing behind', async t => {
  const { check } = await checker(t)
  const pki = await testPki(t)
  const remote = await scriptedRemote(t)
  const north = bridge('north', `mqtt-tcp://127.0.0.1:${remote.port}`, 'username = ada, password = lovelace')
  const answered = check(north)
  const connection = await remote.connection()
  const connect = await connection.accept()
  await connection.next(type.DISCONNECT)
  connection.socket.end()
  t.match(await answered, { code: 0, said: /\nremotes\nnorth {2}mqtt-tcp:\S+ {2}accepted\n {2}CONNECT as north-check: CONNACK 0, up to QoS 2, 65535 messages at once, packets of any size, retained messages, keepalive \d+ s\n/ })
  t.equal(connect[9], 0x02 | 0x40 | 0x80, 'clean session, credentials, no will')
  t.ok(connect.includes('north-check') && connect.includes('lovelace') && !connect.includes('gone'))
  t.same(connection.frames, [], 'no other packet')

  const refused = check(bridge('north', `mqtt-tcp://127.0.0.1:${remote.port}`, 'proto_ver = 5, conn_properties { session_expiry_interval = 1000 }'), '--json')
  const five = await remote.connection()
  t.ok((await five.next(type.CONNECT)).includes(Buffer.of(0x11, 0, 0, 0, 0)), 'the session ends with the connection')
  five.send([0x20, 3, 0, 0x8a, 0])
  t.match(remotesIn(await refused), [{ verdict: 'refused', code: 'CW_BRIDGE_REFUSED', reason: /has banned this client \(CONNACK 0x8a\)/, mqtt: { clientId: 'north-check', returnCode: 0x8a } }])

  const east = bridge('east', 'mqtt-tcp://127.0.0.1:1') + bridge('west', `tls+mqtt-tcp://127.0.0.1:${remote.port}`, `ssl { cacertfile = "${pki.caFile}", handshake_timeout = 300ms }`) + bridge('off', 'mqtt-tcp://127.0.0.1:2', 'enable = false')
  const bad = await check(east, '--json')
  t.equal(bad.code, 1)
  t.match(remotesIn(bad), [{ bridge: 'east', verdict: 'unreachable', code: 'CW_BRIDGE_UNREACHABLE', mqtt: null }, { bridge: 'west', verdict: 'unreachable' }])
  t.notMatch(bad.said, /"bridge": "off"/)
  t.equal((await check('bridges.mqtt.north { server = nothing }')).code, 2, 'a file that is refused is not dialled')
})

test('a real remote tells a wrong password and a wrong CA apart, and the bridge that runs is not disturbed', { skip: mosquittoMissing }, async t => {
  const { dir, check } = await checker(t)
  const [pki, other] = [await testPki(t), await testPki(t)]
  await promisify(execFile)('mosquitto_passwd', ['-b', '-c', join(dir, 'passwords'), 'ada', 'lovelace'])
  const remote = await startMosquitto(t, { pki, config: ['allow_anonymous false', `password_file ${join(dir, 'passwords')}`] })
  await remote.observe('a', { clientId: 'north', clean: false, username: 'ada', password: 'lovelace' })
  const uplink = (password: string, ca = pki.caFile): string => bridge('north', `tls+mqtt-tcp://localhost:${remote.tlsPort}`, `username = ada, password = ${password}, ssl { cacertfile = "${ca}" }`)
  t.match(await check(uplink('lovelace')), { code: 0, said: /accepted/ })
  const wrong = await check(uplink('byron'), '--json')
  t.equal(wrong.code, 1)
  t.match(remotesIn(wrong), [{ verdict: 'refused', code: 'CW_BRIDGE_REFUSED', hint: /asked under another client id/, mqtt: { clientId: 'north-check', returnCode: 5 } }])
  t.notMatch(wrong.said, 'byron')
  t.match(remotesIn(await check(uplink('lovelace', other.caFile), '--json')), [{ verdict: 'refused', code: 'CW_TLS_UNKNOWN_CA', mqtt: null }])
  const taken = (): boolean => remote.log.some(line => /north.*already connected/.test(line))
  t.notOk(taken())
  t.match(await check(uplink('lovelace'), '--as', 'north'), { code: 0, said: /CONNECT as north: CONNACK 0/ })
  t.ok(taken(), 'this is what would be seen')
})
