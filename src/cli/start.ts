/** `causeway start`: runs an edge in the foreground until it is told to stop, and lets it end in order. */
import { resolve } from 'node:path'
import { loadConfig, type LoadedConfig } from '../config/load.ts'
import { locateConfig } from '../config/locate.ts'
import { showNotice } from '../config/notice.ts'
import { type Edge, startEdge } from '../edge.ts'
import { reasonOf } from '../errors.ts'
import type { AdjustableLogger, Logger } from '../logger.ts'
import { writeCrashReport } from './crash-report.ts'
import { type CliIo, ExitCode, Unforeseen } from './io.ts'
import { growAsEver } from './lean-loading.ts'
import { logTo } from './log/log-output.ts'
import { machineWarnings, thisMachine } from './machine-limits.ts'
import { packageVersion } from '../package.ts'
import { ServiceNotice } from './service-notice.ts'
import { StallGuard } from './stall-guard.ts'

export interface StartOptions {
  readonly conf?: string
  /** Longest time a clean stop may take. */
  readonly drainTimeout: number
  /** Where what must outlast a restart is kept, such as a client id that was made up. */
  readonly stateDir?: string
}

/** What waits for a receiver of notices has so long at the end. */
const NOTICES_MS = 2000

/** An error that nobody had foreseen must not take the time of a clean stop: main.ts ends it after 10 s. */
const UNFORESEEN_DRAIN_MS = 5000

/** @throws ConfigError for exit code 2; ListenerError, TrustError, PersistenceError and AdminError for exit code 1 */
export async function start (options: StartOptions, io: CliIo): Promise<ExitCode> {
  const startedAt = Date.now()
  const { file, by } = locateConfig(options.conf, io.cwd, io.environment)
  const read = (): LoadedConfig => loadConfig({ file, cwd: io.cwd, environment: io.environment })
  const loaded = read()
  const { config } = loaded
  const output = logTo(config.log, io)
  io.onExit?.(() => output.flushSync())
  const { log } = output
  try {
    log.info({ file, by, pid: process.pid, node: process.version }, 'starting')
    tell(loaded, log)
    for (const { message, hint } of machineWarnings(config, thisMachine())) log.warn({ hint }, message)
    const stateDir = options.stateDir ?? io.environment['CAUSEWAY_STATE'] ?? config.persistence?.dir ?? null
    const place = stateDir === null ? null : resolve(io.cwd, stateDir)
    return await run({ loaded, read, log, io, startedAt, stateDir: place, drainTimeout: options.drainTimeout })
  } finally {
    await output.close()
  }
}

interface Surroundings {
  readonly loaded: LoadedConfig
  readonly read: () => LoadedConfig
  readonly log: AdjustableLogger
  readonly io: CliIo
  readonly startedAt: number
  readonly stateDir: string | null
  readonly drainTimeout: number
}

/** Ends when `stop` does, and may be ended by others too. */
function stoppedBy (stop: AbortSignal): AbortController {
  const stopping = new AbortController()
  stop.addEventListener('abort', () => stopping.abort(), { once: true })
  if (stop.aborted) stopping.abort()
  return stopping
}

async function run (around: Surroundings): Promise<ExitCode> {
  const { loaded: { config, report, revise }, read, log, io, startedAt, stateDir, drainTimeout } = around
  // from now on a SIGHUP does not end the process
  let running: Edge | null = null
  const early: (() => void)[] = []
  io.onReload(() => {
    log.info({ file: config.file }, 'reading the configuration again, and looking at the certificate files')
    if (running === null) early.push(() => { void running?.reload() })
    else void running.reload()
  })
  const { startNotifications } = await import('../notify/notifications.ts')
  const edge = await startEdge({
    config, report, revise, read, logger: log, stateDir, setLogLevels: levels => log.setLevels(levels), setNotices: notices => notifications.replace(notices)
  })
  running = edge
  // in the turn in which the edge was started: a reload finds it
  const notifications = startNotifications({ edge, logger: log, version: packageVersion() })
  early.pop()?.()
  const { startAdmin } = await import('../admin/admin.ts')
  const stopping = stoppedBy(io.stop)
  const admin = await startAdmin({
    edge,
    logger: log.child({ component: 'admin' }),
    log,
    stateDir,
    environment: io.environment,
    notifications,
    process: { version: packageVersion(), startedAt, stop: () => stopping.abort() }
  }).catch(async (error: unknown) => {
    await notifications.close(0)
    await edge.close(0)
    throw error
  })
  const guard = stallGuard(config, io)
  log.info({ listeners: edge.addresses, bridges: config.bridges.filter(({ enable }) => enable).map(({ name }) => name) }, 'ready')
  void (guard?.loaded ?? Promise.resolve()).then(growAsEver)
  const service = new ServiceNotice({ environment: io.environment, logger: log })
  service.ready()
  await stopped(stopping.signal)
  const unforeseen = io.stop.reason instanceof Unforeseen ? io.stop.reason : null
  if (unforeseen !== null) reportUnforeseen(unforeseen, edge, around)
  const drainTimeoutMs = unforeseen === null ? drainTimeout : Math.min(drainTimeout, UNFORESEEN_DRAIN_MS)
  log.info({ drainTimeoutMs }, 'stopping')
  service.stopping()
  await admin.close()
  await notifications.close(NOTICES_MS)
  const { undelivered } = await edge.close(drainTimeoutMs)
  await guard?.stop()
  if (undelivered > 0) log.warn({ undelivered }, 'stopped with messages that no remote has acknowledged')
  log.info({}, 'stopped')
  return ExitCode.OK
}

/** Where systemd watches, it is told by the event loop itself. */
function stallGuard ({ process: { watchdogMs } }: LoadedConfig['config'], io: CliIo): StallGuard | null {
  return watchdogMs === null || Number(io.environment['WATCHDOG_USEC'] ?? 0) > 0 ? null : new StallGuard({ limitMs: watchdogMs })
}

/** Says what nobody had foreseen, and keeps it where it is found after a restart. */
function reportUnforeseen ({ thrown }: Unforeseen, edge: Edge, { log, stateDir, startedAt }: Surroundings): void {
  const standing = [`${edge.counters.broker.sessions} devices`, ...edge.bridges.map(({ name, state, queued }) => `bridge ${name}: ${state.name}, ${queued} messages wait`)]
  const path = stateDir === null ? null : writeCrashReport(stateDir, thrown, { version: packageVersion(), startedAt, standing })
  log.fatal({
    cause: reasonOf(thrown),
    ...(thrown instanceof Error ? { stack: thrown.stack } : {}),
    ...(path === null ? {} : { report: path }),
    hint: 'This is a fault of the program. Send us this line and the report; the service manager starts it again'
  }, 'an unforeseen error: stopping')
}

function tell ({ report }: LoadedConfig, log: Logger): void {
  for (const warning of report.warnings) log.warn({ key: warning.path, hint: warning.hint }, showNotice(warning))
  for (const advice of report.advice) log.info({ key: advice.path, hint: advice.hint }, showNotice(advice))
}

async function stopped (signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}
