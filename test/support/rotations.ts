/** Rotations of a CA file under load in both directions, QoS 1 and 2, over a real mosquitto, with bad files in between, and what came of them. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { MqttClient } from 'mqtt'
import type { Test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import type { RotationStatus } from '../../src/trust/rotation-state.ts'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import { Sequences } from '../soak/sequences.ts'
import { keepingLogger } from './bridge-rig.ts'
import type { LogLine } from './bridge-rig.ts'
import { testPki } from './certificates.ts'
import { eventually } from './eventually.ts'
import { startMosquitto } from './mosquitto.ts'

export interface RotationsOptions {
  readonly rounds: number
  /** From the beginning of one round to that of the next, at least. */
  readonly everyMs: number
  /** Of the bridge. @default 1 */
  readonly links?: number
}

export interface Rotations {
  readonly up: ReturnType<Sequences['verdict']>
  readonly down: ReturnType<Sequences['verdict']>
  /** How long nothing new went out, of each move, in ms. */
  readonly pauses: readonly number[]
  /** The longest time between two arrivals of QoS 1 at the remote, in ms. */
  readonly longestGap: number
  readonly disconnects: number
  readonly refusals: Readonly<Record<string, number>>
}

/** Publishes of each kind that wait for their acknowledgement at a time: as many as mosquitto takes without throwing QoS 2 away. */
const AT_ONCE = 4

export async function rotateUnderLoad (t: Test, { rounds, everyMs, links = 1 }: RotationsOptions): Promise<Rotations> {
  const site = await startSite(t, links)
  const [up, down] = [new Sequences(), new Sequences()]
  const over = new AbortController()
  const arrivals = { last: 0, longest: 0 }
  const hear = (into: Sequences) => (topic: string, payload: Buffer): void => {
    into.arrived(topic.slice(-2), Number(payload.toString()))
  }
  const { client: remote } = await site.mosquitto.observe('up/#')
  remote.on('message', hear(up)).on('message', topic => {
    if (!topic.endsWith('q1')) return
    const now = performance.now()
    if (arrivals.last > 0) arrivals.longest = Math.max(arrivals.longest, now - arrivals.last)
    arrivals.last = now
  })
  // of two links each has one
  const [publisher, other, subscriber] = [await site.device('publisher'), await site.device('second'), await site.device('subscriber')]
  subscriber.on('message', hear(down))
  await subscriber.subscribeAsync('down/#', { qos: 2 })
  const loads = ([1, 2] as const).flatMap(qos => [
    load(qos === 1 ? publisher : other, { topic: `up/q${qos}`, qos, sequences: up }, over.signal),
    load(remote, { topic: `down/q${qos}`, qos, sequences: down }, over.signal)
  ])
  const refusals: Record<string, number> = {}
  for (let round = 1; round <= rounds; round++) {
    const next = sleep(everyMs)
    await refused(t, site, round, refusals)
    await taken(t, site, round)
    await next
  }
  over.abort()
  await Promise.all(loads)
  await eventually('all have arrived', () => up.missing() + down.missing() === 0, 15_000)
  const pauses = site.log.filter(({ message }) => message.startsWith('link has moved')).map(line => Number(line['pauseMs']))
  return { up: up.verdict(), down: down.verdict(), pauses, longestGap: Math.round(arrivals.longest), disconnects: site.counters().disconnects, refusals }
}

/** A bad file changes nothing, whatever is bad about it. */
async function refused (t: Test, { put, status, bad, counters, links }: Site, round: number, refusals: Record<string, number>): Promise<void> {
  const before = status()
  await put(bad[round % bad.length] ?? '')
  await eventually('the bad file is refused', () => ['invalid', 'staged'].includes(status().stage.name), 15_000)
  const { stage, generation, fingerprint } = status()
  refusals[stage.name] = (refusals[stage.name] ?? 0) + 1
  t.same([generation, fingerprint], [before.generation, before.fingerprint], 'the last good generation serves')
  t.equal(counters().takeOvers, (round - 1) * links)
}

/** A good file is in use, and the link with it. */
async function taken (t: Test, { put, status, sets, counters, lastStep, links }: Site, round: number): Promise<void> {
  const set = sets[round % sets.length]
  if (set === undefined) throw new Error('no set')
  await put(set.pem)
  await eventually('the good file is in use', () => status().generation === round + 1 && counters().takeOvers === round * links && lastStep().generation === round + 1, 15_000)
  t.match(status(), { generation: round + 1, fingerprint: set.fingerprint, last: { result: 'proven', fingerprint: set.fingerprint } })
  t.match(lastStep(), { step: 'cut over', generation: round + 1, fingerprint: set.fingerprint })
}

async function load (client: MqttClient, { topic, qos, sequences }: { readonly topic: string, readonly qos: 1 | 2, readonly sequences: Sequences }, signal: AbortSignal): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (!signal.aborted) {
      sequences.sent(topic.slice(-2))
      await client.publishAsync(topic, `${next++}`, { qos })
      await sleep(2)
    }
  }))
}

interface Site {
  readonly mosquitto: Awaited<ReturnType<typeof startMosquitto>>
  readonly log: readonly LogLine[]
  readonly sets: readonly { readonly pem: string, readonly fingerprint: string }[]
  readonly bad: readonly string[]
  /** Puts a CA file in its place as a careful writer does. */
  readonly put: (content: string) => Promise<void>
  readonly status: () => RotationStatus
  readonly lastStep: () => { readonly generation?: number }
  readonly links: number
  readonly counters: () => { readonly takeOvers: number, readonly disconnects: number }
  readonly device: (clientId: string) => Promise<MqttClient>
}

async function startSite (t: Test, links: number): Promise<Site> {
  const [pki, other] = [await testPki(t), await testPki(t, { name: 'Other' })]
  // to a subscriber that takes 20 at a time, its default, mosquitto 2.0.11 hands messages on out of order
  const mosquitto = await startMosquitto(t, { pki, config: ['max_inflight_messages 1000'] })
  const dir = await mkdtemp(join(tmpdir(), 'causeway-rotations-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'ca.pem')
  const put = async (content: string): Promise<void> => {
    await writeFile(`${file}.new`, content)
    await rename(`${file}.new`, file)
  }
  const sets: { readonly pem: string, readonly fingerprint: string }[] = []
  await put(pki.root.certPem)
  await writeFile(join(dir, 'edge.conf'), confOf(mosquitto.tlsPort, file, links))
  const { config } = loadConfig({ file: join(dir, 'edge.conf'), cwd: dir, environment: {} })
  const { tls } = config.bridges[0] ?? {}
  if (tls == null) throw new Error('the bridge has no TLS')
  for (const pem of [pki.root.certPem, pki.root.certPem + other.root.certPem]) {
    await put(pem)
    sets.push({ pem, fingerprint: (await createTrustSnapshot(tls, 1)).fingerprint })
  }
  await put(pki.root.certPem)
  const log: LogLine[] = []
  const edge = await startEdge({ config, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(500))
  const bridge = edge.bridges[0]
  const report = () => {
    const found = edge.trust.find(({ kind }) => kind === 'bridge')
    if (found === undefined || bridge === undefined) throw new Error('no bridge has TLS')
    return found
  }
  await eventually('the link is up', () => bridge?.state.name === 'up', 15_000)
  return {
    mosquitto,
    log,
    sets,
    bad: [pki.root.certPem.slice(0, 200), '', 'no certificate', other.root.certPem, pki.root.certPem + pki.server.keyPem],
    put,
    status: () => report().status,
    lastStep: () => report().history.at(-1) ?? {},
    links,
    counters: () => bridge?.counters ?? { takeOvers: 0, disconnects: 0 },
    async device (clientId) {
      const device = await connectAsync(`mqtt://127.0.0.1:${edge.addresses[0]?.port ?? 0}`, { clientId, reconnectPeriod: 0 })
      t.teardown(async () => device.endAsync(true))
      return device
    }
  }
}

function confOf (port: number, cacertfile: string, links: number): string {
  return `
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north {
  server = "tls+mqtt-tcp://localhost:${port}"
  clientid = "rotating"
  links = ${links}
  clean_start = false
  backoff_max = 100ms
  ssl { cacertfile = "${cacertfile}" }
  forwards = [ { local_topic = "up/#", remote_topic = "" } ]
  subscription = [ { remote_topic = "down/#", local_topic = "", qos = 2 } ]
}`
}
