/**
 * Devices publish with QoS 1 and 2 to a real process that is killed with SIGKILL at random moments and started again, with a real mosquitto as
 * the remote. What was acknowledged is noted here, outside the process; what arrived is noted at the remote.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestScope } from './certificates.ts'
import { freePort } from './free-port.ts'
import type { Mosquitto } from './mosquitto.ts'
import { SteadyDevice } from './steady-device.ts'
import { nodeArguments } from '../../src/package.ts'

const main = nodeArguments(new URL('../../src/main.ts', import.meta.url))

export interface EdgeProcessOptions {
  readonly remotePort: number
  /** Lines of the bridge, and of the file. */
  readonly bridge?: string
  readonly more?: string
  /** All of the file in their place, given its directory and the port of the edge. */
  readonly text?: (dir: string, port: number) => string
}

/** A configured edge with a spool, run as a process that can be killed and started again on the same port and directory. */
export class EdgeProcess {
  readonly port: number
  readonly dir: string
  readonly log: string[] = []
  #child: ChildProcess | null = null

  private constructor (dir: string, port: number) {
    this.dir = dir
    this.port = port
  }

  static async make (t: TestScope, { remotePort, bridge = '', more = '', text }: EdgeProcessOptions): Promise<EdgeProcess> {
    const dir = await mkdtemp(join(tmpdir(), 'causeway-crash-'))
    const edge = new EdgeProcess(dir, await freePort())
    t.teardown(async () => {
      await edge.kill()
      await rm(dir, { recursive: true, force: true })
    })
    await writeFile(join(dir, 'edge.conf'), text?.(dir, edge.port) ?? `
      listeners.tcp.bind = "127.0.0.1:${edge.port}"
      spool.dir = "${dir}/spool"
      limits { max_connect_rate = 1000 }
      bridges.mqtt.north {
        server = "mqtt-tcp://127.0.0.1:${remotePort}", clientid = crash-bridge, clean_start = false, backoff_max = 200ms
        forwards = [{ local_topic = "up/#", remote_topic = "" }]
        ${bridge}
      }
      ${more}`)
    return edge
  }

  /** Resolves when all listeners accept. */
  async start (): Promise<void> {
    const child = spawn(process.execPath, [...main, 'start', '--conf', join(this.dir, 'edge.conf')], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    child.stderr.on('data', (text: Buffer) => this.log.push(text.toString()))
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', line => {
        this.log.push(line)
        if (line.includes('"msg":"ready"')) resolve()
      })
      child.once('exit', code => reject(new Error(`the edge ended with ${code ?? 'a signal'}: ${this.log.slice(-5).join(' | ')}`)))
    })
  }

  async kill (signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
}

export interface CrashResult {
  readonly acknowledged: number
  /** Acknowledged and never arrived. */
  readonly missing: readonly string[]
  /** Arrived for the first time after a later one of the same device: which, after which, and after how many kills. */
  readonly overtaken: readonly string[]
  /** Of QoS 1: more than once, which is allowed. */
  readonly repeated: number
  /** Of QoS 2: more than once, which is not. */
  readonly twice: readonly string[]
  readonly kills: number
}

export interface CrashPlan {
  readonly kills: number
  /** No further kill after this time: a busy machine gets fewer. @default no limit */
  readonly withinMs?: number
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}

export async function crashRun (edge: EdgeProcess, remote: Mosquitto, { kills, withinMs = Infinity, random = Math.random }: CrashPlan): Promise<CrashResult> {
  // to a subscriber that takes 20 at a time mosquitto 2.0.11 hands messages on out of order, also without a bridge before it
  const observer = await remote.observe('up/#', { clientId: 'observer', clean: false, protocolVersion: 5, properties: { receiveMaximum: 65_535, sessionExpiryInterval: 3600 } })
  await edge.start()
  const devices = [['a0', 1], ['a1', 1], ['b0', 2], ['b1', 2]].map(([name, qos]) => new SteadyDevice(edge.port, String(name), qos === 1 ? 1 : 2))
  const until = Date.now() + withinMs
  const marks: number[] = []
  let killed = 0
  for (; killed < kills && Date.now() < until; killed++) {
    await untilRandomMoment(() => devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0), random)
    await edge.kill()
    marks.push(observer.messages.length)
    await edge.start()
  }
  await Promise.all(devices.map(async device => device.finish()))
  const wanted = devices.flatMap(({ name, acknowledged }) => acknowledged.map(number => `up/${name} ${number}`))
  const patience = Date.now() + 20_000
  for (let seen = new Set<string>(); Date.now() < patience; await delay(100)) {
    seen = new Set(observer.messages.map(({ topic, payload }) => `${topic} ${payload.toString()}`))
    if (wanted.every(each => seen.has(each))) break
  }
  return { ...judge(wanted, observer.messages.map(({ topic, payload }) => [topic, Number(payload.toString())]), marks, topic => topic.startsWith('up/b')), kills: killed }
}

/** After so many more, on a machine of any speed; sometimes before the first. */
export async function untilRandomMoment (count: () => number, random: () => number): Promise<void> {
  const goal = count() + Math.floor(random() * 400)
  const until = Date.now() + 10_000
  while (count() < goal && Date.now() < until) await delay(1)
  await delay(random() * 20)
}

/**
 * @param marks how many had arrived at each kill
 * @param isOnce is a second one of this topic a fault?
 */
export function judge (wanted: readonly string[], arrived: readonly (readonly [string, number])[], marks: readonly number[], isOnce: (topic: string) => boolean): Omit<CrashResult, 'kills'> {
  const seen = new Set<string>()
  const highest = new Map<string, number>()
  const overtaken: string[] = []
  const twice: string[] = []
  let repeated = 0
  for (const [at, [topic, number]] of arrived.entries()) {
    const key = `${topic} ${number}`
    const latest = highest.get(topic) ?? -1
    if (!seen.has(key) && number < latest) overtaken.push(`${key} after ${latest}, after ${marks.filter(mark => mark <= at).length} kills`)
    if (seen.has(key) && isOnce(topic)) twice.push(key)
    else if (seen.has(key)) repeated++
    seen.add(key)
    highest.set(topic, Math.max(number, latest))
  }
  return { acknowledged: wanted.length, missing: wanted.filter(each => !seen.has(each)), overtaken, repeated, twice }
}
