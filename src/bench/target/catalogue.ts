/** From `causeway:spool`, `mosquitto@/opt/mosquitto/sbin/mosquitto` or `raw` on the command line to a target. */
import { spawnSync } from 'node:child_process'
import { BenchError, benchCodes } from '../errors.ts'
import { findProgram } from '../rig/pinning.ts'
import { type Durability, durabilities, prepareCauseway } from './causeway.ts'
import { prepareMosquitto } from './mosquitto.ts'
import { prepareNaive } from './naive.ts'
import { prepareNanomq } from './nanomq.ts'
import type { Launch, Target } from './target.ts'

const targetNames = ['causeway', 'mosquitto', 'nanomq', 'naive', 'raw', 'external'] as const
type TargetName = typeof targetNames[number]

export interface CatalogueOptions {
  /** PATH. */
  readonly path: string
  readonly causewayVersion: string
  readonly overrides: readonly string[]
  /** Of each Causeway that is named without one; null: as its file has it. */
  readonly durability: Durability | null
  /** Programs by target name. */
  readonly programs: ReadonlyMap<string, string>
}

/** What a target's program prints about itself when asked. */
const versionArguments: Readonly<Record<string, readonly string[]>> = { mosquitto: ['-h'], nanomq: ['--version'] }

/** @param wish  `NAME`, `NAME:VARIANT`, `NAME@PROGRAM` or `NAME:VARIANT@PROGRAM` */
export function targetOf (wish: string, options: CatalogueOptions): Target {
  const match = /^([a-z]+)(?::([a-z]+))?(?:@(.+))?$/.exec(wish)
  const name = targetNames.find(each => each === match?.[1])
  if (match === null || name === undefined) throw new BenchError(benchCodes.USAGE, `unknown target "${wish}"`, { hint: `Targets are ${targetNames.join(', ')}; causeway takes a durability, as in causeway:spool` })
  if (match[2] !== undefined && name !== 'causeway') throw new BenchError(benchCodes.USAGE, `the target "${name}" has no variants`, { hint: 'Only causeway has: causeway:memory, causeway:spool, causeway:remote' })
  return made(name, { label: wish, variant: match[2] ?? null, program: match[3] ?? options.programs.get(name) ?? null }, options)
}

interface Wish {
  readonly label: string
  readonly variant: string | null
  readonly program: string | null
}

function made (name: TargetName, wish: Wish, options: CatalogueOptions): Target {
  const { label, program } = wish
  switch (name) {
    case 'causeway': {
      const causeway = { script: program, durability: durabilityOf(wish.variant) ?? options.durability, overrides: options.overrides }
      return { label, kind: 'process', version: program ?? options.causewayVersion, prepare: async setup => prepareCauseway(causeway, setup) }
    }
    case 'mosquitto':
    case 'nanomq': {
      const found = installed(name, program, options.path)
      const prepare = name === 'mosquitto' ? prepareMosquitto : prepareNanomq
      return { label, kind: 'process', version: versionOf(name, found), prepare: async setup => prepare(found, setup) }
    }
    case 'naive': return { label, kind: 'process', version: options.causewayVersion, prepare: prepareNaive }
    case 'raw': return { label, kind: 'direct', version: options.causewayVersion, prepare: async () => Promise.resolve(nothing('pre-encoded frames written to TLS: the limit, not a bridge')) }
    case 'external': return { label, kind: 'external', version: 'as started by you', prepare: async () => Promise.resolve(nothing('as configured by you')) }
  }
}

function nothing (words: string): Launch {
  return { command: '', args: [], readyLine: null, rotation: 'by itself', settings: [words] }
}

function durabilityOf (variant: string | null): Durability | null {
  if (variant === null) return null
  const found = durabilities.find(each => each === variant)
  if (found === undefined) throw new BenchError(benchCodes.USAGE, `causeway has no durability "${variant}"`, { hint: `One of ${durabilities.join(', ')}` })
  return found
}

function installed (name: string, program: string | null, path: string): string {
  // Debian keeps daemons where an ordinary user's PATH does not look
  const found = findProgram(program ?? name, `${path}:/usr/local/sbin:/usr/sbin`)
  if (found === null) throw new BenchError(benchCodes.TARGET_MISSING, `${program ?? name} is not installed here`, { hint: `Install ${name}, or say where it is with --bin ${name}=PATH` })
  return found
}

function versionOf (name: string, program: string): string {
  const asked = spawnSync(program, versionArguments[name] ?? [], { encoding: 'utf8', timeout: 5000 })
  const text = [asked.stdout, asked.stderr].join('\n')
  return /\d+\.\d+\.\d+[^\s,)]*/.exec(text)?.[0] ?? 'unknown'
}
