/** A real edge with the bridges of a plan, each with a remote of its own, that can be started again on what it has on disk. */
import { cpSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import { silentLogger } from '../../src/logger.ts'
import type { TestScope } from '../support/certificates.ts'
import type { PlainRule } from './plain-rules.ts'
import type { Plan, PlannedBridge } from './plan.ts'
import { type RecordingRemote, recordingRemote } from './recording-remote.ts'

export class PlannedEdge {
  readonly remotes: readonly RecordingRemote[]
  readonly #plan: Plan
  readonly #root: string
  #edge: Edge | null = null
  /** Directories it has had, one for each death. */
  #lives = 0

  private constructor (plan: Plan, root: string, remotes: readonly RecordingRemote[]) {
    this.#plan = plan
    this.#root = root
    this.remotes = remotes
  }

  static async start (plan: Plan, scope: TestScope): Promise<PlannedEdge> {
    const root = await mkdtemp(join(tmpdir(), 'causeway-model-'))
    scope.teardown(async () => rm(root, { recursive: true, force: true }))
    const remotes: RecordingRemote[] = []
    while (remotes.length < plan.bridges.length) remotes.push(await recordingRemote(scope))
    const planned = new PlannedEdge(plan, root, remotes)
    scope.teardown(async () => planned.#edge?.close(0))
    await planned.#start()
    return planned
  }

  get edge (): Edge {
    if (this.#edge === null) throw new Error('the edge is not there')
    return this.#edge
  }

  get port (): number { return this.edge.addresses[0]?.port ?? 0 }

  /**
   * It dies: the next one finds what the files hold in this moment, as the kernel keeps it after `kill -9`. What this one does from
   * then on must reach nobody: links and devices are cut off before.
   */
  dies (): void {
    cpSync(this.#dir(), this.#dir(++this.#lives), { recursive: true })
  }

  async startAgain (): Promise<void> {
    await this.edge.close(0)
    this.#edge = null
    await this.#start()
  }

  async #start (): Promise<void> {
    const file = join(this.#root, 'edge.conf')
    await writeFile(file, textOf(this.#plan, this.#dir(), this.remotes.map(({ port }) => port)))
    this.#edge = await startEdge({ ...loadConfig({ file, cwd: this.#root, environment: {} }), logger: silentLogger, stateDir: null })
  }

  #dir (life = this.#lives): string { return join(this.#root, String(life)) }
}

/** @param ports of the remotes, one for each bridge */
function textOf ({ stored, bridges }: Plan, dir: string, ports: readonly number[]): string {
  return `
    listeners.tcp.bind = "127.0.0.1:0"
    limits { max_connect_rate = 10000 }
    ${stored ? `persistence { dir = "${dir}/store" }` : ''}
    spool { dir = "${dir}/spool", fsync = never }
    ${bridges.map((bridge, at) => bridgeText(bridge, at, ports[at] ?? 0)).join('\n')}`
}

function bridgeText ({ level, durable, bridged, rules }: PlannedBridge, at: number, port: number): string {
  return `bridges.mqtt.b${at} {
    server = "mqtt-tcp://127.0.0.1:${port}", clientid = b${at}, clean_start = false, backoff_max = 30ms, proto_ver = ${level}
    durability = ${durable ? 'spool' : 'memory'}
    forward_bridged = ${bridged ? 'true' : 'false'}
    subscription = [{ remote_topic = "cmd/#", local_topic = "${at === 0 ? '' : 'in/{1}'}", qos = 2 }]
    forwards = [${rules.map(ruleText).join(', ')}]
  }`
}

function ruleText ({ filter, target, prefix, suffix, qos, retain, exclude }: PlainRule): string {
  return JSON.stringify({
    local_topic: filter,
    remote_topic: target,
    ...(prefix === '' ? {} : { prefix }),
    ...(suffix === '' ? {} : { suffix }),
    ...(qos === null ? {} : { qos }),
    ...(retain === null ? {} : { retain: retain ? 1 : 0 }),
    ...(exclude.length === 0 ? {} : { exclude })
  })
}
