/** The whole file. */
import { join } from 'node:path'
import type { AlertsConfig, AuthConfig, Config, ControlConfig, HttpServerConfig, LimitsConfig, ListenerConfig, LogConfig, MqttConfig, PersistenceConfig, ProcessConfig, SidecarConfig, SpoolConfig, TrustConfig, WebhookConfig } from '../model.ts'
import { named, texts } from '../schema/groups.ts'
import { block, inert, required, works } from '../schema/key.ts'
import { forgivenWhenDisabled } from '../schema/judge.ts'
import type { Kind } from '../schema/kind.ts'
import { path } from '../schema/scalars.ts'
import type { Reading } from '../schema/reading.ts'
import { type Given, section, shaped } from '../schema/section.ts'
import { alerts } from './alerts.ts'
import { auth } from './auth.ts'
import { bridge, type UnplacedBridge } from './bridge.ts'
import { otherBridges } from './bridge-others.ts'
import { control, httpServer } from './http-server.ts'
import { limits } from './limits.ts'
import { listeners } from './listeners.ts'
import { log } from './log.ts'
import { mqtt } from './mqtt.ts'
import { otherSections } from './other-sections.ts'
import { ownProcess } from './process.ts'
import { checkSidecarAlone, sidecar } from './sidecar.ts'
import { trust } from './trust.ts'
import { checkPlaces, nanomqCache, placed, spool } from './spool.ts'
import { webhook } from './webhook.ts'
import { checkWaysIn } from './ways-in.ts'

interface RootValues {
  readonly listeners: readonly ListenerConfig[]
  readonly mqtt: MqttConfig
  readonly limits: LimitsConfig
  readonly auth: AuthConfig
  readonly persistence: PersistenceConfig | null
  readonly sqlite: PersistenceConfig | null
  readonly spool: SpoolConfig | null
  readonly bridges: BridgesValues
  readonly sidecar: SidecarConfig | null
  readonly log: LogConfig
  readonly trust: TrustConfig
  readonly httpServer: HttpServerConfig | null
  readonly control: ControlConfig
  readonly webhook: WebhookConfig | null
  readonly alerts: AlertsConfig
  readonly process: ProcessConfig
  readonly vars: Readonly<Record<string, string>>
}

interface BridgesValues {
  readonly mqtt: readonly UnplacedBridge[]
  readonly cache: SpoolConfig | null
}

const bridges: Kind<BridgesValues> = section<BridgesValues>({
  keys: {
    mqtt: works('mqtt', named(forgivenWhenDisabled(bridge), ['cache']), { or: [], says: 'The bridges, by name.' }),
    cache: works('mqtt.cache', nanomqCache, { or: null, says: 'What waits for a remote is kept on disk, for each bridge apart. `spool` goes before it. NanoMQ has the keys and keeps such messages in memory all the same.' })
  },
  others: otherBridges
})

const persistence: Kind<PersistenceConfig> = section<PersistenceConfig>({
  keys: { dir: required('dir', path(), { ours: true, says: 'Directory for retained messages and for the sessions of devices that are away. It is made if need be.' }) }
})

/** Not straight into what is named there: NanoMQ's example says `/tmp`. */
const directory = 'causeway'

const sqlite: Kind<PersistenceConfig> = shaped<{ readonly mountedFilePath: string | null }, PersistenceConfig>({
  keys: {
    mountedFilePath: works('mounted_file_path', path(), { or: null, says: `Retained messages and sessions are kept in the directory \`${directory}\` below this one; left out, below the working directory. The store is our own, not NanoMQ's file.` })
  },
  others: [
    inert('enable', 'true or false', 'the block holds by being there, as in NanoMQ.'),
    inert('disk_cache_size', 'number', 'see mqtt.max_mqueue_len, limits.max_sessions and limits.max_retained_messages.'),
    inert('flush_mem_threshold', 'number', 'everything is written as it comes.'),
    inert('resend_interval', 'number', 'NanoMQ does not read it here either.')
  ]
}, ({ mountedFilePath }) => ({ dir: join(mountedFilePath ?? '.', directory) }))

/** Without a place to keep it, a client id that was made up is another one after a restart, and the remote's session is not found again. */
function adviseNames (given: readonly (Given<UnplacedBridge> | undefined)[], reading: Reading): void {
  given.forEach((each, i) => {
    if (each?.cleanStart !== false || (each.clientid !== undefined && each.clientid !== '')) return
    reading.find(['bridges', 'mqtt', i]).named('clientid').advise(`is ${each.clientid === '' ? 'empty' : 'missing'}, and there is no persistence to keep one: after a restart the session of the remote is not found again`, 'Name a clientid')
  })
}

/** NanoMQ's, when nothing is said of listeners. */
const defaultListener: ListenerConfig = { name: 'tcp', transport: 'tcp', host: '0.0.0.0', port: 1883, path: '', tls: null }

export const root: Kind<Omit<Config, 'file'>> = shaped<RootValues, Omit<Config, 'file'>>({
  keys: {
    listeners: works('listeners', listeners, { or: [defaultListener], shown: 'tcp { bind = "0.0.0.0:1883" }', says: 'Where devices come in. Without the block: TCP at `0.0.0.0:1883`.' }),
    mqtt: block('mqtt', mqtt, { says: 'What devices may do, in NanoMQ\'s words.' }),
    limits: block('limits', limits, { ours: true, says: 'Where everything ends that a peer could make grow.' }),
    auth: block('auth', auth, { says: 'Who may come in, and what it may do.' }),
    persistence: works('persistence', persistence, { or: null, ours: true, says: 'What survives a restart. Goes before `sqlite`.' }),
    sqlite: works('sqlite', sqlite, { or: null, says: 'As in NanoMQ: being there, it makes retained messages and sessions survive a restart.' }),
    spool: works('spool', spool, { or: null, ours: true, says: 'Where bridges keep on disk what waits for their remotes, and how much of it. Goes before `bridges.mqtt.cache`.' }),
    bridges: block('bridges', bridges, { says: 'Links to remote brokers.' }),
    sidecar: works('sidecar', sidecar, { or: null, ours: true, says: 'Causeway beside a broker that is already there: it is a client of that broker, and opens no listener of its own.' }),
    log: block('log', log, { says: 'What is said, and where.' }),
    trust: block('trust', trust, { ours: true, says: 'Certificates in use, of bridges and listeners alike.' }),
    httpServer: works('http_server', httpServer, { or: null, says: 'The HTTP interface: status, metrics, administration. Without the block no port is opened.' }),
    control: block('control', control, { ours: true, says: 'The socket through which `causeway status`, `reload` and `tail` speak to a running edge.' }),
    webhook: works('webhook', webhook, { or: null, says: 'An HTTP server that is told of devices and messages. It never makes a device or a bridge wait.' }),
    alerts: block('alerts', alerts, { ours: true, says: 'What goes wrong and lasts, such as a bridge that is down: watched, said in the log, and told to a server.' }),
    process: block('process', ownProcess, { ours: true, says: 'How the program watches over itself.' }),
    // eslint-disable-next-line no-template-curly-in-string -- it is how the file is written
    vars: works('vars', texts(), { or: {}, ours: true, secret: true, says: 'Names of your own, for use as `${vars.NAME}` in the rest of the file. Nothing else reads them.' })
  },
  others: otherSections,
  rules (given, reading) {
    if (given.persistence != null && given.sqlite != null) reading.named('sqlite').warn('has no effect beside persistence')
    if (given.sidecar == null) checkWaysIn(given.auth, given.listeners, reading)
    checkSidecarAlone({ sidecar: given.sidecar, bridges: given.bridges?.mqtt ?? [] }, reading)
    checkPlaces(given.spool, given.bridges, reading)
    if (given.persistence == null && given.sqlite == null) adviseNames(given.bridges?.mqtt ?? [], reading)
  }
}, ({ listeners, mqtt, limits, auth, persistence, sqlite, spool, bridges, sidecar, log, httpServer, control, trust, webhook, alerts, process }) => ({
  listeners: sidecar === null ? listeners : [], sidecar, mqtt, limits, auth, persistence: persistence ?? sqlite, ...placed(spool ?? bridges.cache, bridges.mqtt), log, httpServer, control, trust, webhook, alerts, process
}))
