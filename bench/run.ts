/** `npm run bench -- …`: the harness from source, without a build. */
import { runBench } from '../src/bench/bench.ts'
import { explain } from '../src/cli/explain.ts'
import { packageVersion } from '../src/package.ts'

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())
// a reader that went away (… | head) is no reason to leave things behind
process.stdout.on('error', () => stop.abort())
const io = {
  out: process.stdout,
  err: process.stderr,
  terminal: process.stdout.isTTY,
  columns: process.stdout.isTTY ? process.stdout.columns : 100,
  cwd: process.cwd(),
  environment: process.env,
  stop: stop.signal
}
try {
  process.exitCode = await runBench(process.argv.slice(2), io, packageVersion())
} catch (thrown) {
  explain(thrown, io)
  process.exitCode = 1
}
