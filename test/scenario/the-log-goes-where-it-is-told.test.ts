/** Console, file and syslog at one time; levels of parts that change while it runs. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { logTo } from '../../src/cli/log/log-output.ts'
import { TcpSyslog } from '../../src/cli/log/syslog-tcp.ts'
import type { CliIo } from '../../src/cli/io.ts'
import { adminFor, httpText } from '../support/admin.ts'
import type { TestScope } from '../support/certificates.ts'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'

function ioOf (out: PassThrough, err: PassThrough): CliIo {
  return { out, err, terminal: true, columns: 100, cwd: '/', environment: {}, stop: new AbortController().signal, onReload: () => {} }
}

async function place (t: TestScope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-log-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  return dir
}

test('console, file and a syslog server, each line in all of them', async t => {
  const dir = await place(t)
  const server = createSocket('udp4').bind(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close() })
  const arrived = once(server, 'message') as Promise<[Buffer]>
  const out = new PassThrough()
  const { log: config } = configOf(`log { to = [console, file, syslog], dir = "${dir}", file = x.log, syslog_server = "udp://127.0.0.1:${server.address().port}" }`)
  const output = logTo(config, ioOf(out, out))
  output.log.child({ component: 'bridge', bridge: 'north' }).warn({ reason: 'because' }, 'link is down')
  const [datagram] = await arrived
  await output.close()
  const line = await readFile(join(dir, 'x.log'), 'utf8')
  t.match(JSON.parse(line), { level: 'warn', component: 'bridge', bridge: 'north', reason: 'because', msg: 'link is down' })
  t.equal(String(out.read()), line, 'JSON on the console too, as it is not for a person alone')
  t.match(datagram.toString(), /^<28>1 \d{4}-\d\d-\d\dT\S+Z \S+ causeway \d+ - - \{"level":"warn".*\}$/)
})

test('a syslog server by TCP: each message behind its length, also those of the time when it was away', async t => {
  const heard: Buffer[] = []
  const listen = async (port: number): Promise<Server> => {
    const server = createServer(socket => {
      socket.on('data', bytes => heard.push(bytes))
      server.once('close', () => socket.destroy())
    })
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return server
  }
  const first = await listen(0)
  const { port } = first.address() as AddressInfo
  const complaints: string[] = []
  const syslog = new TcpSyslog({ protocol: 'tcp', host: '127.0.0.1', port }, words => complaints.push(words), 50)
  const messages = (): string[] => {
    const found: string[] = []
    let rest = Buffer.concat(heard)
    while (rest.length > 0) {
      const blank = rest.indexOf(' ')
      const length = Number(rest.subarray(0, blank).toString())
      found.push(rest.subarray(blank + 1, blank + 1 + length).toString())
      rest = rest.subarray(blank + 1 + length)
    }
    return found
  }
  const say = (level: string, msg: string): void => syslog.write(`{"level":"${level}","time":"2026-01-01T00:00:00.000Z","msg":"${msg}"}\n`)
  say('info', 'one\\ntwo')
  say('warn', 'ü'.repeat(2000))
  await eventually('both are there', () => messages().length === 2)
  t.match(messages()[0], /^<30>1 2026-01-01T00:00:00.000Z \S+ causeway \d+ - - \{"level":"info".*one\\ntwo"\}$/)
  const long = messages()[1] ?? ''
  t.match(long, /^<28>1 .*ü$/, 'cut between two characters')
  t.ok(Buffer.byteLength(long) <= 2048 && Buffer.byteLength(long) > 2040)
  first.emit('close')
  first.close()
  await eventually('it is noticed', () => complaints.length === 1)
  t.match(complaints[0], new RegExp(`the log can not be sent to tcp://127.0.0.1:${port}: `))
  for (let i = 0; i < 1000; i++) say('error', `${i} ${'x'.repeat(1500)}`)
  const second = await listen(port)
  t.teardown(() => { second.close() })
  await eventually('it is sent again', () => complaints.length === 2)
  const lost = Number(/sent to tcp:\S+ again; (\d+) lines found no room/.exec(complaints[1] ?? '')?.[1])
  t.ok(lost > 200 && lost < 500, `${lost} are over the bound of 1 MiB`)
  say('info', 'last')
  await syslog.close()
  await eventually('what waited, in order', () => messages().length === 2 + 1000 - lost + 1)
  t.match(messages().at(2), /"msg":"0 x/)
  t.match(messages().at(-2), new RegExp(`"msg":"${999 - lost} x`))
  t.match(messages().at(-1), /"msg":"last"/)
  second.emit('close')
})

test('syslog of this machine by the program logger, with the severity of each line', async t => {
  const dir = await place(t)
  // stands in for util-linux's, which would write to the machine's log
  await writeFile(join(dir, 'logger'), `#!/bin/sh\necho "$@" > "${dir}/arguments"\ncat > "${dir}/lines"\n`)
  await chmod(join(dir, 'logger'), 0o755)
  const path = process.env['PATH']
  process.env['PATH'] = `${dir}:${path ?? ''}`
  t.teardown(() => { process.env['PATH'] = path })
  const output = logTo(configOf('log.to = [syslog]').log, ioOf(new PassThrough(), new PassThrough()))
  output.log.info({}, 'a')
  output.log.error({}, 'b')
  await output.close()
  let lines = ''
  await eventually('both are there', () => {
    void readFile(join(dir, 'lines'), 'utf8').then(text => { lines = text }, () => {})
    return lines.split('\n').length === 3
  })
  t.match(lines, /^<30>\{"level":"info".*"msg":"a"\}\n<27>\{"level":"error".*"msg":"b"\}\n$/)
  t.match(await readFile(join(dir, 'arguments'), 'utf8'), /--tag causeway --id=\d+ --prio-prefix/)
})

test('levels are seen and changed by HTTP; what is wrong changes nothing', async t => {
  const { ask, log } = await adminFor(t, `${httpText}\nbridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const before = log.levels
  t.strictSame((await ask('/api/v1/log')).json.data, { level: 'silent', components: {} })
  for (const body of [{}, { level: 'loud' }, { components: { kitchen: 'debug' } }, { components: { bridge: 'loud' } }, { components: { 'bridge:south': 'debug' } }]) {
    t.match((await ask('/api/v1/log', { method: 'PUT', body })).status, /^40[04]$/, JSON.stringify(body))
  }
  t.equal(log.levels, before)
  const changed = { level: 'warn', components: { 'bridge:north': 'debug', trust: 'info' } }
  t.match(await ask('/api/v1/log', { method: 'PUT', body: changed }), { status: 200, json: { data: changed } })
  t.strictSame(log.levels, changed)
  t.match(await ask('/api/v1/log', { method: 'PUT', body: { components: { trust: null } } }), { json: { data: { level: 'warn', components: { 'bridge:north': 'debug' } } } })
})
