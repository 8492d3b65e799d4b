/**
 * `npm run bench:compare -- REV [options of the harness]`: this working tree against another revision, in turn and in one run, so that a
 * regression is seen before it lands. Micro benchmarks first, then whole bridges.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runBench } from '../src/bench/bench.ts'
import { type Spread, spreadOf } from '../src/bench/report/statistics.ts'
import type { MicroResult } from './micro/run.ts'

const here = fileURLToPath(new URL('..', import.meta.url))
const MICRO_ROUNDS = 5
/** Ratios beyond it are pointed out; below it is what rounds differ by themselves. */
const NOTABLE = 1.1

function git (...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: here, encoding: 'utf8' }).trim()
}

function checkout (revision: string, base: string): string {
  const dir = join(base, revision.replaceAll(/[^\w.-]/g, '_'))
  git('worktree', 'add', '--detach', dir, revision)
  if (readFileSync(join(dir, 'package-lock.json'), 'utf8') !== readFileSync(join(here, 'package-lock.json'), 'utf8')) {
    process.stdout.write('its packages differ: installing them\n')
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], { cwd: dir, stdio: 'inherit' })
  } else {
    symlinkSync(join(here, 'node_modules'), join(dir, 'node_modules'))
  }
  return dir
}

function micro (dir: string): MicroResult[] {
  const run = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', 'bench/micro/run.ts', '--json'], { cwd: dir, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`the micro benchmarks of ${dir} failed: ${run.stderr}`)
  return JSON.parse(run.stdout) as MicroResult[]
}

function compareMicro (there: string): void {
  if (!existsSync(join(there, 'bench/micro/run.ts'))) {
    process.stdout.write('that revision has no micro benchmarks\n')
    return
  }
  const rounds = Array.from({ length: MICRO_ROUNDS }, (_, round) => {
    const first = micro(round % 2 === 0 ? there : here)
    const second = micro(round % 2 === 0 ? here : there)
    return round % 2 === 0 ? { before: first, after: second } : { before: second, after: first }
  })
  process.stdout.write(`\n${'nanoseconds a message, median (least – most)'.padEnd(54)} ${'before'.padStart(24)} ${'after'.padStart(24)}   ratio of the least\n`)
  for (const { name } of rounds[0]?.after ?? []) {
    const of = (side: 'before' | 'after'): Spread | null => spreadOf(rounds.map(round => round[side].find(result => result.name === name)?.nanos ?? null))
    const [before, after] = [of('before'), of('after')]
    process.stdout.write(`${name.padEnd(54)} ${words(before).padStart(24)} ${words(after).padStart(24)}   ${verdict(before, after)}\n`)
  }
}

function words (values: Spread | null): string {
  return values === null ? 'not there' : `${values.median.toFixed(1)} (${values.least.toFixed(1)} – ${values.most.toFixed(1)})`
}

/** Of the least: a machine's noise only ever adds to what a piece of code takes. */
function verdict (before: Spread | null, after: Spread | null): string {
  if (before === null || after === null) return ''
  const ratio = after.least / before.least
  const word = ratio > NOTABLE ? '  slower' : ratio < 1 / NOTABLE ? '  quicker' : ''
  return `${ratio.toFixed(2)} ×${word}`
}

const [revision, ...options] = process.argv.slice(2)
if (revision === undefined || revision.startsWith('-')) {
  process.stderr.write('Usage: npm run bench:compare -- REV [options of causeway bench]\nExample: npm run bench:compare -- main --scenario saturate-qos0,saturate-qos1 --rounds 5\n')
  process.exitCode = 2
} else {
  const base = mkdtempSync(join(tmpdir(), 'causeway-compare-'))
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  try {
    const there = checkout(revision, base)
    compareMicro(there)
    const before = `causeway@${join(there, 'src/main.ts')}`
    const columns = process.stdout.isTTY ? process.stdout.columns : 100
    process.exitCode = await runBench(['--target', `${before},causeway`, '--baseline', before, ...options], {
      out: process.stdout, err: process.stderr, terminal: process.stdout.isTTY, columns, cwd: process.cwd(), environment: process.env, stop: stop.signal
    }, git('describe', '--always', '--dirty'))
  } finally {
    rmSync(base, { recursive: true, force: true })
    git('worktree', 'prune')
  }
}
