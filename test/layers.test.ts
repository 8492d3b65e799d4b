/** Each layer rule catches what it is there for: one violation of each is planted in an otherwise empty tree and must be reported for the file it was planted in. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'tap'
import { packageRoot } from '../src/package.ts'

const run = promisify(execFile)
const root = fileURLToPath(packageRoot)
const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as { forbidden: { name: string }[] }

interface Planted {
  /** Folder under src/ that breaks the rule. */
  readonly from: string
  /** Folder or package it must not import. */
  readonly to: string
}

const upward: Readonly<Record<string, Planted>> = {
  'control-characters+deadline+errors+logger+package-imports-nothing-above': { from: 'errors', to: 'relay' },
  'metrics+mqtt-imports-nothing-above': { from: 'mqtt', to: 'relay' },
  'relay-imports-nothing-above': { from: 'relay', to: 'bridge' },
  'spool-imports-nothing-above': { from: 'spool', to: 'trust' },
  'trust-imports-nothing-above': { from: 'trust', to: 'config' },
  'config-imports-nothing-above': { from: 'config', to: 'broker' },
  'broker+bridge-imports-nothing-above': { from: 'broker', to: 'edge' },
  'sidecar-imports-nothing-above': { from: 'sidecar', to: 'reload' },
  'reload-imports-nothing-above': { from: 'reload', to: 'edge' },
  'edge-imports-nothing-above': { from: 'edge', to: 'cli' },
  'notify-imports-nothing-above': { from: 'notify', to: 'admin' },
  'admin-imports-nothing-above': { from: 'admin', to: 'cli' },
  'index-imports-nothing-above': { from: 'index', to: 'cli' },
  'bench-imports-nothing-above': { from: 'bench', to: 'cli' },
  'bench-measures-from-outside': { from: 'bench', to: 'bridge' },
  'cli-imports-nothing-above': { from: 'cli', to: 'main' },
  'broker-does-not-meet-bridge': { from: 'broker', to: 'bridge' },
  'bridge-does-not-meet-broker': { from: 'bridge', to: 'broker' },
  'sidecar-does-not-meet-broker': { from: 'sidecar', to: 'broker' },
  'hot-path-is-pure': { from: 'relay', to: 'node:fs' },
  resolvable: { from: 'edge', to: '#not-there' },
  'no-orphans': { from: 'mqtt', to: '' }
}
const packages = ['aedes', 'mqtt-packet', 'mqemitter', 'classic-level', 'ws', 'mqtt', 'node-forge', 'zod', 'commander', 'fastify', '@fastify/rate-limit', '@fastify/swagger', 'prom-client', 'jose', 'pino']
const planted: Readonly<Record<string, Planted>> = {
  ...upward,
  ...Object.fromEntries(packages.map(name => [`${name}-only-in-its-place`, { from: 'edge', to: name }])),
  'no-cycle': { from: 'mqtt', to: 'mqtt' }
}

/** Name of the file a rule is broken in. */
const fileOf = (rule: string): string => `src/${planted[rule]?.from ?? ''}/${rule.replaceAll('+', '-')}.ts`

function textOf (rule: string, { to }: Planted): string {
  if (rule === 'no-orphans') return 'export const nobody = 1\n'
  if (rule === 'no-cycle') return "import './other-half.ts'\n"
  const isLayer = /^[a-z]+$/.test(to) && !packages.includes(to)
  return `import '${isLayer ? `../${to}/target.ts` : to}'\n`
}

async function reported (t: { teardown (end: () => Promise<void>): void }): Promise<Set<string>> {
  const dir = await mkdtemp(join(tmpdir(), 'layers-'))
  t.teardown(() => rm(dir, { recursive: true }))
  await cp(join(root, '.dependency-cruiser.cjs'), join(dir, '.dependency-cruiser.cjs'))
  await cp(join(root, 'tsconfig.json'), join(dir, 'tsconfig.json'))
  await symlink(join(root, 'node_modules'), join(dir, 'node_modules'))
  const files = new Map([['src/mqtt/other-half.ts', 'import \'./no-cycle.ts\'\n']])
  for (const [rule, how] of Object.entries(planted)) {
    files.set(fileOf(rule), textOf(rule, how))
    if (/^[a-z]+$/.test(how.to)) files.set(`src/${how.to}/target.ts`, 'export {}\n')
  }
  for (const [name, text] of files) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const { stdout } = await run(process.execPath, [cruiser, 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], { cwd: dir, maxBuffer: 1 << 26 })
    .catch((failed: unknown) => failed as { stdout: string })
  const report = JSON.parse(stdout) as { summary: { violations: { from: string, rule: { name: string } }[] } }
  return new Set(report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`))
}

test('every rule has its planted violation', async t => {
  t.strictSame(rules.forbidden.map(rule => rule.name).sort(), Object.keys(planted).sort())
})

test('every planted violation is caught where it was planted', async t => {
  const found = await reported(t)
  for (const rule of Object.keys(planted)) t.ok(found.has(`${rule} ${fileOf(rule)}`), rule)
})
