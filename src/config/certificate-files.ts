/** Looks whether the certificate and key files of a configuration are there; what is in them is judged when they are used. */
import { accessSync, constants, statSync } from 'node:fs'
import { reasonOf } from '../errors.ts'
import type { BridgeConfig, Config, HttpTlsConfig, ListenerConfig } from './model.ts'
import type { Notice } from './notice.ts'
import type { ConfigReport } from './report.ts'

interface NamedFile {
  /** Of the key that names it. */
  readonly path: string
  readonly file: string | null
}

/** Each file that can not be read is a problem, at the key that names it. @param report of the same load, for the places */
export function missingFiles (config: Config, report: ConfigReport): readonly Notice[] {
  const files = [...config.listeners.flatMap(listenerFiles), ...config.bridges.flatMap(bridgeFiles), ...httpAuthFiles(config), ...receiverFiles(config)]
  return files.flatMap(({ path, file }) => {
    const reason = file === null ? null : faultOf(file)
    if (reason === null) return []
    const place = report.entries.find(entry => entry.path === path)?.place ?? null
    return [{ path, place, message: reason, hint: 'Relative paths are meant from the directory in which Causeway is started' }]
  })
}

function httpAuthFiles ({ auth: { http } }: Config): readonly NamedFile[] {
  const requests = { auth_req: http?.auth, super_req: http?.superuser, acl_req: http?.acl }
  return Object.entries(requests).flatMap(([name, request]) => request?.tls == null
    ? []
    : filesOfServer(`auth.http_auth.${name}`, request.tls))
}

function receiverFiles ({ webhook, alerts }: Config): readonly NamedFile[] {
  return Object.entries({ webhook: webhook?.tls, alerts: alerts.endpoint?.tls }).flatMap(([name, tls]) => tls == null ? [] : filesOfServer(name, tls))
}

function filesOfServer (path: string, { cacertfile, certfile, keyfile }: HttpTlsConfig): readonly NamedFile[] {
  return Object.entries({ cacertfile, certfile, keyfile }).map(([key, file]) => ({ path: `${path}.ssl.${key}`, file }))
}

function listenerFiles ({ name, tls }: ListenerConfig): readonly NamedFile[] {
  if (tls === null) return []
  return (['certfile', 'keyfile', 'cacertfile'] as const).map(key => ({ path: `listeners.${name}.${key}`, file: tls[key] }))
}

function bridgeFiles ({ name, enable, tls }: BridgeConfig): readonly NamedFile[] {
  if (tls === null || !enable) return []
  const lists = tls.crlfile.map(file => ({ path: `bridges.mqtt.${name}.ssl.crlfile`, file }))
  const others = (['cacertfile', 'certfile', 'keyfile'] as const).map(key => ({ path: `bridges.mqtt.${name}.ssl.${key}`, file: tls[key] }))
  return [...others, ...lists, { path: `bridges.mqtt.${name}.ssl.verify_plugin`, file: tls.verifyPlugin }]
}

function faultOf (file: string): string | null {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isDirectory() ? `${file} is a directory` : null
  } catch (thrown) {
    return `can not be read: ${reasonOf(thrown)}`
  }
}

/** The report with {@link missingFiles} among its problems, for a check on the machine that will run it. */
export function withMissingFiles (config: Config, report: ConfigReport): ConfigReport {
  const missing = missingFiles(config, report)
  const isMissing = (path: string): boolean => missing.some(notice => notice.path === path)
  return {
    ...report,
    entries: report.entries.map(entry => isMissing(entry.path) ? { ...entry, fate: 'refused' } : entry),
    problems: [...report.problems, ...missing.map(notice => ({ ...notice, excerpt: '' }))]
  }
}
