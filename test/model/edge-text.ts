/** A plan's bridges as the configuration of an edge. */
import type { PlainRule } from './plain-rules.ts'
import type { Plan, PlannedBridge } from './plan.ts'

/** @param ports of the remotes, one for each bridge */
export function textOf (plan: Plan, dir: string, ports: readonly number[]): string {
  return `
    listeners.tcp.bind = "127.0.0.1:0"
    limits { max_connect_rate = 10000 }
    spool { dir = "${dir}/spool", fsync = never }
    ${plan.bridges.map((bridge, at) => bridgeText(bridge, at, ports[at] ?? 0)).join('\n')}`
}

function bridgeText ({ level, durable, rules }: PlannedBridge, at: number, port: number): string {
  return `bridges.mqtt.b${at} {
    server = "mqtt-tcp://127.0.0.1:${port}", clientid = b${at}, clean_start = false, backoff_max = 30ms, proto_ver = ${level}
    durability = ${durable ? 'spool' : 'memory'}
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
