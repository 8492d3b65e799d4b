/** A real edge with the bridges of a plan, each with a remote of its own. */
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

export async function plannedEdge (plan: Plan, scope: TestScope): Promise<{ readonly edge: Edge, readonly remotes: readonly RecordingRemote[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-model-'))
  scope.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remotes: RecordingRemote[] = []
  while (remotes.length < plan.bridges.length) remotes.push(await recordingRemote(scope))
  const file = join(dir, 'edge.conf')
  await writeFile(file, textOf(plan, dir, remotes.map(({ port }) => port)))
  const edge = await startEdge({ ...loadConfig({ file, cwd: dir, environment: {} }), logger: silentLogger, stateDir: null })
  scope.teardown(async () => edge.close(0))
  return { edge, remotes }
}

/** @param ports of the remotes, one for each bridge */
function textOf (plan: Plan, dir: string, ports: readonly number[]): string {
  return `
    listeners.tcp.bind = "127.0.0.1:0"
    limits { max_connect_rate = 10000 }
    spool { dir = "${dir}/spool", fsync = never }
    ${plan.bridges.map((bridge, at) => bridgeText(bridge, at, ports[at] ?? 0)).join('\n')}`
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
