/** An edge beside a mosquitto, with one bridge to another one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig, type LoadedConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import type { ReloadOutcome } from '../../src/reload/outcome.ts'
import { type LogLine, keepingLogger } from './bridge-rig.ts'
import type { TestPki, TestScope } from './certificates.ts'
import { eventually } from './eventually.ts'
import type { Mosquitto } from './mosquitto.ts'

export interface SidecarSiteOptions {
  readonly remote: Pick<Mosquitto, 'port' | 'tlsPort'>
  /** The remote is spoken to over TLS. */
  readonly pki?: TestPki
  readonly forwards?: string
  readonly subscription?: string
  /** Lines of `sidecar`, of the bridge, and of the file. */
  readonly sidecar?: string
  readonly bridge?: string
  readonly more?: string
}

export interface SidecarSite {
  readonly edge: Edge
  readonly log: readonly LogLine[]
  readonly dir: string
  reload (options: SidecarSiteOptions): Promise<ReloadOutcome>
  /** Both links are up, and the local broker has been asked. */
  isUp (): Promise<void>
}

export function sidecarText (local: Pick<Mosquitto, 'port'>, { remote, pki, forwards, subscription, sidecar = '', bridge = '', more = '' }: SidecarSiteOptions): string {
  return `
    sidecar { server = "mqtt-tcp://127.0.0.1:${local.port}", backoff_max = 100ms, ${sidecar} }
    bridges.mqtt.north {
      server = "${pki === undefined ? `mqtt-tcp://127.0.0.1:${remote.port}` : `tls+mqtt-tcp://localhost:${remote.tlsPort}`}"
      clientid = north, clean_start = false, backoff_max = 100ms
      ${pki === undefined ? '' : `ssl.cacertfile = "${pki.caFile}"`}
      ${forwards === undefined ? '' : `forwards = [{ local_topic = "${forwards}", remote_topic = "" }]`}
      ${subscription === undefined ? '' : `subscription = [{ remote_topic = "${subscription}", local_topic = "", qos = 2, retain_as_published = 1 }]`}
      ${bridge}
    }
    ${more}`
}

export async function sidecarSite (t: TestScope, local: Pick<Mosquitto, 'port'>, options: SidecarSiteOptions): Promise<SidecarSite> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-sidecar-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'edge.conf')
  const read = (): LoadedConfig => loadConfig({ file, cwd: dir, environment: {} })
  await writeFile(file, sidecarText(local, options))
  const { config, report } = read()
  const log: LogLine[] = []
  const edge = await startEdge({ config, report, read, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(500))
  const site: SidecarSite = {
    edge,
    log,
    dir,
    async reload (next) {
      await writeFile(file, sidecarText(local, next))
      return edge.reload()
    },
    async isUp () {
      await eventually('both links are up', () => edge.sidecar?.link.state.name === 'up' && edge.bridges.every(({ state }) => state.name === 'up'), 15_000)
      await eventually('the local broker has been asked', () => edge.sidecar?.broker.version !== '', 15_000)
    }
  }
  await site.isUp()
  return site
}
