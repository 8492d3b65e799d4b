/** `causeway start`: runs an edge in the foreground until it is told to stop, and lets it end in order. */
import { resolve } from 'node:path'
import { loadConfig, type LoadedConfig } from '../config/load.ts'
import { locateConfig } from '../config/locate.ts'
import { showNotice } from '../config/notice.ts'
import { type Edge, startEdge } from '../edge.ts'
import type { Logger } from '../logger.ts'
import { type CliIo, ExitCode } from './io.ts'
import { logTo } from './log-output.ts'
import { packageVersion } from '../package.ts'
import { ServiceNotice } from './service-notice.ts'

export interface StartOptions {
  readonly conf?: string
  /** Longest time a clean stop may take. */
  readonly drainTimeout: number
  /** Where what must outlast a restart is kept, such as a client id that was made up. */
  readonly stateDir?: string
}

/** What waits for a receiver of notices has so long at the end. */
const NOTICES_MS = 2000

/** @throws ConfigError for exit code 2; ListenerError, TrustError, PersistenceError and AdminError for exit code 1 */
export async function start (options: StartOptions, io: CliIo): Promise<ExitCode> {
  const startedAt = Date.now()
  const { file, by } = locateConfig(options.conf, io.cwd, io.environment)
  const read = (): LoadedConfig => loadConfig({ file, cwd: io.cwd, environment: io.environment })
  const loaded = read()
  const { config, report, revise } = loaded
  const log = logTo(config.log, io)
  log.info({ file, by, pid: process.pid, node: process.version }, 'starting')
  tell(loaded, log)
  const stateDir = options.stateDir ?? io.environment['CAUSEWAY_STATE'] ?? config.persistence?.dir ?? null
  // from now on a SIGHUP does not end the process
  let running: Edge | null = null
  const early: (() => void)[] = []
  io.onReload(() => {
    log.info({ file }, 'reading the configuration again, and looking at the certificate files')
    if (running === null) early.push(() => { void running?.reload() })
    else void running.reload()
  })
  const place = stateDir === null ? null : resolve(io.cwd, stateDir)
  const edge = await startEdge({ config, report, revise, read, setLogLevel: level => log.setLevel(level), logger: log, stateDir: place })
  running = edge
  early.pop()?.()
  const { startNotifications } = await import('../notify/notifications.ts')
  const notifications = await startNotifications({ edge, logger: log, version: packageVersion() }).catch(async (error: unknown) => {
    await edge.close(0)
    throw error
  })
  const { startAdmin } = await import('../admin/admin.ts')
  const stopping = new AbortController()
  io.stop.addEventListener('abort', () => stopping.abort(), { once: true })
  if (io.stop.aborted) stopping.abort()
  const admin = await startAdmin({
    edge,
    logger: log,
    stateDir: place,
    environment: io.environment,
    alerts: () => notifications.firing,
    process: { version: packageVersion(), startedAt, stop: () => stopping.abort() }
  }).catch(async (error: unknown) => {
    await notifications.close(0)
    await edge.close(0)
    throw error
  })
  log.info({ listeners: edge.addresses, bridges: config.bridges.filter(({ enable }) => enable).map(({ name }) => name) }, 'ready')
  const service = new ServiceNotice({ environment: io.environment, logger: log })
  service.ready()
  await stopped(stopping.signal)
  log.info({ drainTimeoutMs: options.drainTimeout }, 'stopping')
  service.stopping()
  await admin.close()
  await notifications.close(NOTICES_MS)
  const { undelivered } = await edge.close(options.drainTimeout)
  if (undelivered > 0) log.warn({ undelivered }, 'stopped with messages that no remote has acknowledged')
  log.info({}, 'stopped')
  return ExitCode.OK
}

function tell ({ report }: LoadedConfig, log: Logger): void {
  for (const warning of report.warnings) log.warn({ key: warning.path, hint: warning.hint }, showNotice(warning))
  for (const advice of report.advice) log.info({ key: advice.path, hint: advice.hint }, showNotice(advice))
}

async function stopped (signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}
