/**
 * `causeway quickstart`: everything on this machine. Certificates are made, a remote broker serves TLS on loopback, the edge runs on the
 * shipped config/quickstart.conf, a device and an application talk to each other through the bridge, and what crosses is shown.
 */
import { readFile } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/model.ts'
import { type Edge, startEdge } from '../../edge.ts'
import { CausewayError } from '../../errors.ts'
import { createLogger, type Logger } from '../../logger.ts'
import { createDevelopmentPki } from '../../trust/development-pki.ts'
import { CliError, cliCodes } from '../errors.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { Board } from './board.ts'
import { converse } from './conversation.ts'
import { packageRoot } from '../../package.ts'

export interface QuickstartOptions {
  /** Of the edge broker, on 127.0.0.1. */
  readonly port: number
  /** Of the remote broker's TLS listener, on 127.0.0.1. */
  readonly remotePort: number
  /** Stops by itself after this time; absent: when it is told to. */
  readonly seconds?: number
}

const DRAIN_MS = 2000

/** @throws CliError CW_QUICKSTART_PORT when a port is taken */
export async function quickstart (options: QuickstartOptions, io: CliIo): Promise<ExitCode> {
  const board = new Board(io)
  const state = resolve(io.cwd, io.environment['CAUSEWAY_STATE'] ?? '.causeway')
  const environment = {
    ...io.environment,
    CAUSEWAY_STATE: state,
    CAUSEWAY_DEMO_PORT: String(options.port),
    CAUSEWAY_DEMO_REMOTE_PORT: String(options.remotePort)
  }
  board.say(`Causeway quickstart: device ─> edge :${options.port} ═verified TLS═> remote :${options.remotePort}, and back`)
  const pki = await createDevelopmentPki(resolve(state, 'certs'))
  board.say(`ok    certificates ${pki.made.length > 0 ? 'made' : 'kept'} in ${relative(io.cwd, pki.dir)}: a root, an intermediate, a server and a client leaf`)
  const log = createLogger({ level: 'warn', readable: io.terminal, out: io.err })
  const running: Edge[] = []
  try {
    running.push(await startOne('quickstart-remote.conf', { environment, log, io }))
    board.say(`ok    remote broker serves TLS on 127.0.0.1:${options.remotePort}`)
    running.push(await startOne('quickstart.conf', { environment, log, io }))
    board.say(`ok    edge broker on 127.0.0.1:${options.port}, configuration ${relative(io.cwd, shipped('quickstart.conf'))}`)
    for (const line of nextSteps(options, relative(io.cwd, pki.caFile))) board.say(line)
    await converse({ ...options, ca: await readFile(pki.caFile), board, edge: running[1] }, io.stop)
  } finally {
    for (const edge of running.reverse()) await edge.close(DRAIN_MS)
  }
  board.say(`stopped: ${board.counts.up} messages went up, ${board.counts.down} came down`)
  return ExitCode.OK
}

function shipped (name: string): string {
  return fileURLToPath(new URL(`config/${name}`, packageRoot))
}

async function startOne (name: string, { environment, log, io }: { environment: Readonly<Record<string, string | undefined>>, log: Logger, io: CliIo }): Promise<Edge> {
  const { config } = loadConfig({ file: shipped(name), cwd: io.cwd, environment })
  try {
    return await startEdge({ config, logger: log, stateDir: null })
  } catch (error) {
    if (!(error instanceof CausewayError) || error.code !== 'CW_LISTENER_PORT_TAKEN') throw error
    throw new CliError(cliCodes.portTaken, `${addressOf(config)} is taken by another process`,
      { hint: 'stop it, or choose others: npm start -- --port 11883 --remote-port 18883', cause: error })
  }
}

function addressOf ({ listeners }: Config): string {
  const first = listeners[0]
  return first === undefined ? 'a port' : `${first.host}:${first.port}`
}

function nextSteps ({ port, remotePort }: QuickstartOptions, ca: string): string[] {
  return [
    '',
    'Try, in another terminal:',
    `  mosquitto_sub -h localhost -p ${remotePort} --cafile ${ca} -t 'demo/#' -v       what arrives at the remote`,
    `  mosquitto_pub -h 127.0.0.1 -p ${port} -q 1 -t demo/hello -m 'from the edge'      up, through the bridge`,
    `  mosquitto_pub -h localhost -p ${remotePort} --cafile ${ca} -q 1 -t cmd/me -m 'from the remote'   down`,
    `  npx mqtt sub -h 127.0.0.1 -p ${port} -t 'cmd/#' -v                              the same with the CLI of mqtt.js`,
    'Ctrl-C stops all of it.',
    ''
  ]
}
