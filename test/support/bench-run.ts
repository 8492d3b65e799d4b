/** Runs the harness inside a test and gives back what it wrote. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { runBench } from '../../src/bench/bench.ts'
import type { BenchDocument } from '../../src/bench/report/document.ts'
import type { TestScope } from './certificates.ts'

export interface BenchRun {
  readonly code: number
  readonly text: string
  readonly document: BenchDocument | null
}

export async function scratch (t: TestScope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-test-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  return dir
}

export interface Watching {
  readonly stop?: AbortSignal
  /** Called with all it has said so far whenever it says something; then it says what a terminal is told, phases among it. */
  readonly said?: (text: string) => void
}

/** @param dir  where `run.json` is written */
export async function benchRun (dir: string, argv: readonly string[], { stop, said }: Watching = {}): Promise<BenchRun> {
  const out = new PassThrough()
  let text = ''
  out.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    said?.(text)
  })
  const file = join(dir, 'run.json')
  const code = await runBench([...argv, '--json', file], {
    out,
    err: out,
    terminal: said !== undefined,
    columns: 100,
    cwd: dir,
    environment: process.env,
    stop: stop ?? new AbortController().signal
  }, '0.0.0-test')
  const json = await readFile(file, 'utf8').catch(() => null)
  return { code, text, document: json === null ? null : JSON.parse(json) as BenchDocument }
}
