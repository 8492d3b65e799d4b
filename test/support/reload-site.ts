/** An edge that runs on a file which a test writes anew, with what it says kept. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import type { IClientOptions, MqttClient } from 'mqtt'
import { loadConfig, type LoadedConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import type { Bridge } from '../../src/bridge/bridge.ts'
import type { ReloadOutcome } from '../../src/reload/outcome.ts'
import { type LogLine, keepingLogger } from './bridge-rig.ts'
import type { TestScope } from './certificates.ts'
import { eventually } from './eventually.ts'

export interface Site {
  readonly edge: Edge
  readonly log: readonly LogLine[]
  readonly dir: string
  write (text: string): Promise<void>
  /** Writes the file and reloads it. */
  reload (text: string): Promise<ReloadOutcome>
  bridge (name: string): Bridge
  isUp (name: string): Promise<void>
  /** A device at the first listener, or the named one; it does not come again by itself. */
  device (options?: IClientOptions, listener?: string): Promise<MqttClient>
}

/** @param text given the directory of the site */
export async function reloadSite (t: TestScope, text: string | ((dir: string) => string)): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-reload-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'edge.conf')
  const read = (): LoadedConfig => loadConfig({ file, cwd: dir, environment: {} })
  await writeFile(file, typeof text === 'string' ? text : text(dir))
  const log: LogLine[] = []
  const edge = await startEdge({ ...read(), read, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(500))
  const site: Site = {
    edge,
    log,
    dir,
    write: async next => writeFile(file, next),
    async reload (next) {
      await site.write(next)
      return edge.reload()
    },
    bridge (name) {
      const found = edge.bridges.find(bridge => bridge.name === name)
      if (found === undefined) throw new Error(`no bridge is called ${name}`)
      return found
    },
    async isUp (name) {
      await eventually(`${name} is up`, () => site.bridge(name).state.name === 'up', 15_000)
    },
    async device (options = {}, listener) {
      const port = edge.addresses.find(({ name }) => listener === undefined || name === listener)?.port ?? 0
      const device = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...options })
      device.on('error', () => {})
      t.teardown(async () => device.endAsync(true))
      return device
    }
  }
  return site
}

/** A bridge section. */
export function bridgeText (name: string, port: number, more: string): string {
  return `
bridges.mqtt.${name} {
  server = "mqtt-tcp://127.0.0.1:${port}"
  clientid = "${name}"
  clean_start = false
  backoff_max = 100ms
  ${more}
}`
}

/** A bridge named `north` that forwards `up/#` over several links. */
export function poolText (port: number, links: number): string {
  return bridgeText('north', port, `links = ${links}\n  forwards = [ { local_topic = "up/#", remote_topic = "" } ]`)
}

export const listenerText = 'listeners.tcp { bind = "127.0.0.1:0" }\n'
