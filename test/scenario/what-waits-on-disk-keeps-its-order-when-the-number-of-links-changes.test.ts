import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { listenerText, poolText } from '../support/reload-site.ts'

const DEVICES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
/** Of each device, in each life of the process. */
const EACH = 40

test('started with other numbers of links again and again while the remote is away: all arrives, of each device in order', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t, { config: ['max_inflight_messages 0'] })
  const observer = await remote.observe('up/#')
  const dir = await mkdtemp(join(tmpdir(), 'causeway-links-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const lives = [1, 3, 2, 1, 4]
  for (const [life, links] of lives.entries()) {
    const edge = await start(dir, 1, links)
    await publish(edge, life * EACH)
    await edge.close(0)
  }
  t.match(JSON.parse(await readFile(join(dir, 'spool', 'north', 'links'), 'utf8')), { links: 4, stages: { length: 4 } })

  const log: LogLine[] = []
  const edge = await start(dir, remote.port, 2, log)
  t.teardown(async () => edge.close(500))
  await publish(edge, lives.length * EACH)
  const all = (lives.length + 1) * EACH
  await observer.received(all * DEVICES.length)
  for (const name of DEVICES) {
    const numbers = observer.messages.filter(({ topic }) => topic === `up/${name}`).map(({ payload }) => Number(payload))
    t.same(numbers, Array.from({ length: all }, (_, i) => i), `${name}: all, once, in order`)
  }
  const [bridge] = edge.bridges
  await eventually('nothing waits', () => bridge?.queued === 0)
  t.same(bridge?.figures.links, { all: 2, up: 2 })
  await eventually('links that are not wanted any more have gone', () => remote.log.filter(line => /Client north-[34] disconnected/.test(line)).length === 2)
  await eventually('it is noted that all is worked off', () => leftIn(dir))
  t.same(log.filter(({ level }) => level === 'warn'), [])
})

let noted = ''

/** Reads it for the next time. */
function leftIn (dir: string): boolean {
  void readFile(join(dir, 'spool', 'north', 'links'), 'utf8').then(text => { noted = text })
  return noted.includes('"stages":[]')
}

test('a bridge that never had more than one link keeps no word of it', { skip: mosquittoMissing }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-links-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const edge = await start(dir, 1, 1)
  await edge.close(0)
  t.notOk((await readdir(join(dir, 'spool', 'north'))).includes('links'))
})

async function start (dir: string, port: number, links: number, log: LogLine[] = []): Promise<Edge> {
  const file = join(dir, 'edge.conf')
  await writeFile(file, `${listenerText}spool { dir = "${dir}/spool" }${poolText(port, links)}`)
  return startEdge({ ...loadConfig({ file, cwd: dir, environment: {} }), logger: keepingLogger(log), stateDir: null })
}

/** Each device says so many numbers, and is acknowledged. */
async function publish (edge: Edge, first: number): Promise<void> {
  await Promise.all(DEVICES.map(async (clientId, i) => {
    const device = await connectAsync(`mqtt://127.0.0.1:${edge.addresses[0]?.port ?? 0}`, { clientId, reconnectPeriod: 0 })
    await Promise.all(Array.from({ length: EACH }, async (_, k) => device.publishAsync(`up/${clientId}`, `${first + k}`, { qos: i % 2 === 0 ? 1 : 2 })))
    await device.endAsync()
  }))
}
