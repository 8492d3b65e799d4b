/** An edge with certificate files that a test puts in place as a careful writer does. */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import type { TrustReport } from '../../src/reload/trust-files.ts'
import type { RotationStatus } from '../../src/trust/rotation-state.ts'
import { keepingLogger, type LogLine } from './bridge-rig.ts'
import type { TestScope } from './certificates.ts'
import { eventually } from './eventually.ts'

export interface TrustSite {
  readonly edge: Edge
  readonly log: readonly LogLine[]
  readonly path: (file: string) => string
  /** Writes beside it and renames. */
  readonly put: (file: string, content: string) => Promise<void>
  /** Of the first bridge with TLS. */
  readonly bridgeReport: () => TrustReport
  readonly bridgeTrust: () => RotationStatus
  /** Waits until its first bridge is up. */
  readonly isUp: () => Promise<void>
  /** Waits until its first bridge has no link, for this reason. */
  readonly isDownFor: (code: string) => Promise<void>
}

export type ConfText = (path: (file: string) => string) => string

export async function trustSite (t: TestScope, files: Readonly<Record<string, string>>, conf: ConfText): Promise<TrustSite> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-rotate-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const path = (file: string): string => join(dir, file)
  const put = async (file: string, content: string): Promise<void> => {
    await writeFile(path(`${file}.new`), content)
    await rename(path(`${file}.new`), path(file))
  }
  for (const [file, content] of Object.entries(files)) await put(file, content)
  await writeFile(path('edge.conf'), conf(path))
  const { config } = loadConfig({ file: path('edge.conf'), cwd: dir, environment: {} })
  const log: LogLine[] = []
  const edge = await startEdge({ config, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(500))
  const bridgeReport = (): TrustReport => {
    const report = edge.trust.find(({ kind }) => kind === 'bridge')
    if (report === undefined) throw new Error('no bridge has TLS')
    return report
  }
  return {
    edge,
    log,
    path,
    put,
    bridgeReport,
    bridgeTrust: () => bridgeReport().status,
    isUp: async () => eventually('the link is up', () => edge.bridges[0]?.state.name === 'up'),
    isDownFor: async code => eventually(`the link is down for ${code}`, () => {
      const state = edge.bridges[0]?.state
      return state?.name === 'waiting' && state.reason.code === code
    })
  }
}

/** One bridge to `localhost`, with `ca.pem` as its CA file. @param ssl more of its `ssl` section */
export function bridged (tlsPort: number, ssl = ''): ConfText {
  return path => `
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north {
  server = "tls+mqtt-tcp://localhost:${tlsPort}"
  clientid = "rotating"
  clean_start = false
  backoff_max = 100ms
  ssl { cacertfile = "${path('ca.pem')}"
    ${ssl} }
  forwards = [ { local_topic = "up/#", remote_topic = "" } ]
}`
}
