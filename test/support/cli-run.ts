/** Runs a verb of the command in this process. */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { runCli } from '../../src/cli/program.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** @param until ends it as SIGINT does, when its output matches */
export async function cli (args: readonly string[], until: RegExp | null = null): Promise<Ran> {
  const stop = new AbortController()
  const [out, err] = [new PassThrough(), new PassThrough()]
  const said = { out: '', err: '' }
  out.on('data', chunk => {
    said.out += String(chunk)
    if (until?.test(said.out) === true) stop.abort()
  })
  err.on('data', chunk => { said.err += String(chunk) })
  const code = await runCli(args, { out, err, terminal: false, columns: 100, cwd: '/', environment: {}, stop: stop.signal, onReload: () => {} })
  for (const stream of [out, err]) {
    stream.end()
    await once(stream, 'end')
  }
  return { code, ...said }
}
