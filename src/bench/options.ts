/** The command line of `causeway bench`, checked. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { reasonOf } from '../errors.ts'
import { BenchError, benchCodes } from './errors.ts'
import { choice, duration, hostAndPort, list, pair, whole } from './option-values.ts'
import { MAX_TOPICS, type Workload } from './wire/workload.ts'
import { type Durability, durabilities } from './target/causeway.ts'

export interface BenchOptions {
  readonly help: boolean
  readonly list: boolean
  /** Fill the table of goals. */
  readonly table: boolean
  /** Empty: the quick look. */
  readonly scenarios: readonly string[]
  /** Empty: what is installed. */
  readonly targets: readonly string[]
  readonly baseline: string | null
  /** null: as usual. */
  readonly rounds: number | null
  readonly warmupMs: number | null
  /** null: 5 s, or what the scenario says. */
  readonly durationMs: number | null
  readonly drainMs: number
  /** Without anything new for so long nothing more will come; null: 1 s at QoS 0, 4 s at QoS 1 and 2, where a reconnect may be under way. */
  readonly settleMs: number | null
  /** Numbers of the workload that replace those of every scenario. */
  readonly workload: Partial<Workload>
  readonly reading: number | null
  readonly stalled: number | null
  readonly durability: Durability | null
  readonly overrides: readonly string[]
  readonly programs: ReadonlyMap<string, string>
  readonly pin: string
  readonly memoryLimit: number
  readonly external: { readonly host: string, readonly port: number } | null
  readonly externalPid: number | null
  readonly patienceMs: number
  readonly receiverPort: number
  /** Where certificates are left for an external target; null: in a directory that goes away. */
  readonly certs: string | null
  /** Result of an earlier run, to compare with; null: none. */
  readonly against: string | null
  readonly json: string | null
  readonly html: string | null
  readonly markdown: string | null
}

const text = { type: 'string' } as const
const many = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const
const known = {
  help: { ...flag, short: 'h' },
  list: flag,
  table: flag,
  scenario: many,
  target: many,
  baseline: text,
  rounds: text,
  warmup: text,
  duration: text,
  drain: text,
  settle: text,
  qos: text,
  payload: text,
  connections: text,
  topics: text,
  batch: text,
  rate: text,
  window: text,
  count: text,
  protocol: text,
  'local-subscribers': text,
  'stalled-subscribers': text,
  durability: text,
  override: many,
  bin: many,
  pin: text,
  'memory-limit': text,
  external: text,
  'external-pid': text,
  patience: text,
  'receiver-port': text,
  certs: text,
  against: text,
  json: text,
  html: text,
  markdown: text
} satisfies ParseArgsConfig['options']

/** For the completion of the shell. */
export const benchOptions: readonly { readonly long: string, readonly takesValue: boolean }[] = Object.entries(known).map(([name, { type }]) => ({ long: `--${name}`, takesValue: type === 'string' }))

type Given = ReturnType<typeof given>

function given (argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: known, strict: true, allowPositionals: false }).values
  } catch (thrown) {
    throw new BenchError(benchCodes.USAGE, reasonOf(thrown), { hint: 'causeway bench --help shows what there is' })
  }
}

export function readOptions (argv: readonly string[]): BenchOptions {
  const values = given(argv)
  return {
    help: values.help === true,
    list: values.list === true,
    table: values.table === true,
    scenarios: list(values.scenario),
    targets: list(values.target),
    baseline: values.baseline ?? null,
    rounds: whole('--rounds', values.rounds, 1, 1000),
    warmupMs: duration('--warmup', values.warmup),
    durationMs: duration('--duration', values.duration),
    drainMs: duration('--drain', values.drain) ?? 30_000,
    settleMs: duration('--settle', values.settle),
    workload: workloadOf(values),
    reading: whole('--local-subscribers', values['local-subscribers'], 0, 1000),
    stalled: whole('--stalled-subscribers', values['stalled-subscribers'], 0, 1000),
    durability: choice('--durability', values.durability, durabilities),
    overrides: overridesOf(values.override ?? []),
    programs: new Map((values.bin ?? []).map(each => pair('--bin', each))),
    pin: values.pin ?? 'auto',
    memoryLimit: (whole('--memory-limit', values['memory-limit'], 50, 1_000_000) ?? 4000) * 1e6,
    ...outside(values),
    against: values.against ?? null,
    json: values.json ?? null,
    html: values.html ?? null,
    markdown: values.markdown ?? null
  }
}

type Outside = Pick<BenchOptions, 'external' | 'externalPid' | 'patienceMs' | 'receiverPort' | 'certs'>

function outside (values: Given): Outside {
  return {
    external: hostAndPort('--external', values.external),
    externalPid: whole('--external-pid', values['external-pid'], 1, 2 ** 31),
    patienceMs: duration('--patience', values.patience) ?? 60_000,
    receiverPort: whole('--receiver-port', values['receiver-port'], 1, 65_535) ?? 0,
    certs: values.certs ?? null
  }
}

function workloadOf (values: Given): Partial<Workload> {
  const qos = choice('--qos', values.qos, ['0', '1', '2'] as const)
  const level = choice('--protocol', values.protocol, ['4', '5'] as const)
  const numbers = {
    payload: whole('--payload', values.payload, 16, 8 * 1024 * 1024),
    connections: whole('--connections', values.connections, 1, 10_000),
    topics: whole('--topics', values.topics, 1, MAX_TOPICS),
    batch: whole('--batch', values.batch, 1, 4096),
    window: whole('--window', values.window, 1, 65_535),
    count: whole('--count', values.count, 1, 100_000_000)
  }
  return {
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== null)),
    ...(qos === null ? {} : { qos: qosOf(qos) }),
    ...(level === null ? {} : { level: level === '5' ? 5 : 4 }),
    ...(values.rate === undefined ? {} : { rate: values.rate === 'max' ? null : whole('--rate', values.rate, 1, 10_000_000) })
  }
}

function qosOf (digit: '0' | '1' | '2'): 0 | 1 | 2 {
  return digit === '0' ? 0 : digit === '1' ? 1 : 2
}

function overridesOf (overrides: readonly string[]): readonly string[] {
  for (const each of overrides) pair('--override', each)
  return overrides
}
