/** Causeway itself, as an operator runs it: a process on a configuration file. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeArguments } from '../../package.ts'
import { type HoconTree, hoconText, withOverride } from './hocon-text.ts'
import { BRIDGE_NAME, nanomqTree, QUEUE } from './nanomq-tree.ts'
import type { Launch, TargetSetup } from './target.ts'

export const durabilities = ['memory', 'spool', 'remote'] as const
export type Durability = typeof durabilities[number]

export interface CausewayOptions {
  /** Script of another build; null: this one. */
  readonly script: string | null
  /** null: the default of the configuration. */
  readonly durability: Durability | null
  /** `path = value` for the configuration file. */
  readonly overrides: readonly string[]
}

export async function prepareCauseway (options: CausewayOptions, setup: TargetSetup): Promise<Launch> {
  const conf = join(setup.dir, 'causeway.conf')
  await writeFile(conf, hoconText(causewayTree(options, setup)))
  const start = options.script === null ? nodeArguments(new URL('../../main.ts', import.meta.url)) : scriptArguments(options.script)
  const fromSource = start.some(argument => argument.endsWith('.ts'))
  return {
    command: process.execPath,
    args: [...start, 'start', '--conf', conf],
    readyLine: /"msg":"ready"/,
    rotation: 'by itself',
    settings: [...(fromSource ? ['run from source: its loader adds to start-up and memory'] : []), `durability ${options.durability ?? 'as by default'}`, ...options.overrides]
  }
}

function causewayTree (options: CausewayOptions, setup: TargetSetup): HoconTree {
  const at = `bridges.mqtt.${BRIDGE_NAME}`
  const headroom = setup.connections * 2 + 100
  let tree = nanomqTree(setup, ({ priority }) => priority === null ? {} : { priority })
  const added = [
    'log.level = info',
    `limits.max_connections = ${headroom}`,
    `limits.max_connections_per_address = ${headroom}`,
    `limits.max_connect_rate = ${headroom}`,
    ...roomFor(setup).map(([key, value]) => `${at}.${key} = ${value}`),
    ...(options.durability === null ? [] : [`${at}.durability = ${options.durability}`]),
    ...(options.durability === 'spool' ? [`spool.dir = ${join(setup.dir, 'spool')}`] : []),
    ...options.overrides
  ]
  for (const override of added) tree = withOverride(tree, override)
  return tree
}

/** Each priority has an equal part of what may wait. */
function roomFor ({ backlog, forwards }: TargetSetup): readonly (readonly [key: string, value: string])[] {
  if (backlog === null) return []
  const priorities = new Set(forwards.map(({ priority }) => priority)).size
  return [
    ['max_send_queue_len', String(Math.max(QUEUE, backlog.messages * priorities))],
    ['max_send_queue_bytes', `${Math.max(64, Math.ceil(backlog.bytes * priorities / 1e6))}MB`]
  ]
}

/** A script in TypeScript is run from source. */
function scriptArguments (script: string): string[] {
  return script.endsWith('.ts') ? ['--import', import.meta.resolve('tsx'), script] : [script]
}
