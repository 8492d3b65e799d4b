#!/usr/bin/env node
/** The process: arguments, signals, exit code. The only file that ends it. */
import { ExitCode, Unforeseen } from './cli/io.ts'
import { loadLean } from './cli/lean-loading.ts'
import { readEnvironment } from './config/environment.ts'

const environment = readEnvironment()
const [verb] = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
// before the command line itself is loaded, which is a part of what an edge keeps
if (verb === 'start') loadLean([...process.execArgv, environment['NODE_OPTIONS'] ?? ''])
const { runCli } = await import('./cli/program.ts')

const stop = new AbortController()

function onSignal (): void {
  // the second signal means it: somebody is waiting and the drain is not done
  if (stop.signal.aborted) process.exit(ExitCode.FAILURE)
  stop.abort()
}
process.on('SIGINT', onSignal)
process.on('SIGTERM', onSignal)

function onUnforeseen (thrown: unknown): void {
  const report = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown)
  process.stderr.write(`causeway: unforeseen error, stopping: ${report}\n`)
  process.exitCode = ExitCode.FAILURE
  if (stop.signal.aborted) process.exit(ExitCode.FAILURE)
  stop.abort(new Unforeseen(thrown))
  // a drain that hangs must not leave a zombie behind
  setTimeout(() => process.exit(ExitCode.FAILURE), 10_000).unref()
}
process.on('uncaughtException', onUnforeseen)
process.on('unhandledRejection', onUnforeseen)

// a reader that went away (causeway check | head) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') onUnforeseen(error)
})

const code = await runCli(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  input: () => process.stdin,
  terminal: process.stdout.isTTY,
  columns: process.stdout.isTTY ? process.stdout.columns : 100,
  cwd: process.cwd(),
  environment,
  stop: stop.signal,
  onReload: call => process.on('SIGHUP', call),
  onExit: call => process.on('exit', call)
})
process.exit(process.exitCode === undefined ? code : ExitCode.FAILURE)
