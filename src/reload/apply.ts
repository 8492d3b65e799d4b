/**
 * Brings a plan into force. What can fail comes first, and is undone when something does; what remains then can not fail, so that all of
 * it is in force or nothing.
 */
import { checkRules } from '../bridge/down/downlink-rules.ts'
import type { RenewalOutcome } from '../bridge/link/renewal.ts'
import { type Trial, tryRemote } from '../bridge/link/trial.ts'
import type { AuthGatekeeper } from '../broker/auth/gatekeeper.ts'
import type { Broker } from '../broker/broker.ts'
import type { LogLevels } from '../logger.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import type { BridgeConfig } from '../config/model.ts'
import { createListenerContext } from '../trust/listener-context.ts'
import type { BridgeTrust } from './bridge-trust.ts'
import type { ChangedBridge, Changes, NoticesConfig } from './changes.ts'
import { ReloadError, reloadCodes } from './errors.ts'
import type { ReadyBridge, RunningBridges } from './running-bridges.ts'
import type { TrustFiles } from './trust-files.ts'

/** What runs, and is to become something else. */
export interface ReloadTarget {
  /** null beside a broker that is not ours. */
  readonly broker: Broker | null
  /** What bridges bring goes here. */
  readonly delivery: LocalDelivery
  /** Asks a broker that is not ours for what these bridges forward. */
  readonly askLocally: (bridges: readonly BridgeConfig[]) => Promise<void>
  readonly gatekeeper: AuthGatekeeper
  readonly bridges: RunningBridges
  readonly trust: TrustFiles
  readonly setLogLevels: (levels: LogLevels) => void
  readonly setNotices: (config: NoticesConfig) => void
  /** A bridge that is up changes its connection only when its remote can be dialled with the new settings. */
  readonly trialFirst: boolean
}

/** A bridge that is up, and whose connection could not be made with the new settings. */
export interface Unmoved {
  readonly name: string
  readonly reason: string
}

/** What a removed bridge has may take so long to reach its remote, and what is owed to devices of a closed listener as well. */
const DRAIN_MS = 10_000
/** A trial connection that is neither accepted nor refused is given up. */
const TRIAL_MS = 20_000

/** What was made ready. */
interface Provision {
  readonly bridges: ReadyBridge[]
  readonly trust: Map<string, BridgeTrust | null>
  /** Of listeners that were closed: ends their connections. */
  readonly dismissals: ((timeoutMs: number) => Promise<void>)[]
}

/**
 * Settles when removed bridges have drained and new connections have been tried.
 * @returns the bridges whose old connection serves on
 * @throws SpoolError, TrustError, ListenerError, AuthError, ReloadError; everything is as it was then
 */
export async function applyChanges (changes: Changes, target: ReloadTarget): Promise<readonly Unmoved[]> {
  const undo: (() => Promise<unknown>)[] = []
  let provision: Provision
  try {
    provision = await provide(changes, target, undo)
  } catch (thrown) {
    for (const step of undo.reverse()) await step()
    throw thrown
  }
  return commit(changes, target, provision)
}

async function provide (changes: Changes, target: ReloadTarget, undo: (() => Promise<unknown>)[]): Promise<Provision> {
  const { listeners, auth } = changes
  const { broker, gatekeeper } = target
  const provision: Provision = { bridges: [], trust: new Map(), dismissals: [] }
  await provideBridges(changes, target, provision, undo)
  for (const { tls } of listeners.renewed) if (tls !== null) await createListenerContext(tls)
  if (broker !== null) await exchangeListeners(listeners, broker, provision, undo)
  if (auth !== null) gatekeeper.replace(auth)
  return provision
}

/** One that goes may have the port of one that comes. */
async function exchangeListeners (listeners: Changes['listeners'], broker: Broker, provision: Provision, undo: (() => Promise<unknown>)[]): Promise<void> {
  for (const old of [...listeners.removed, ...listeners.replaced.map(({ before }) => before)]) {
    provision.dismissals.push(await broker.closeListener(old.name))
    undo.push(async () => broker.openListener(old))
  }
  for (const next of [...listeners.added, ...listeners.replaced.map(({ after }) => after)]) {
    await broker.openListener(next)
    undo.push(async () => broker.closeListener(next.name))
  }
}

async function provideBridges ({ bridges }: Changes, target: ReloadTarget, provision: Provision, undo: (() => Promise<unknown>)[]): Promise<void> {
  const { bridges: running, trust: files } = target
  for (const { config } of bridges.changed) checkRules(config)
  for (const config of bridges.added) {
    checkRules(config)
    const ready = await running.ready(config)
    undo.push(async () => running.letGo(ready))
    await ready.trust?.source()
    provision.bridges.push(ready)
  }
  for (const { config } of bridges.changed.filter(({ links }) => links)) await running.makeRoom(config)
  for (const { config } of bridges.changed.filter(({ link }) => link)) {
    const trust = files.open(config)
    undo.push(async () => trust?.rotation.stop())
    const snapshot = await trust?.source() ?? null
    if (target.trialFirst && running.isUp(config.name)) refuseUnless(config.name, await tryRemote(running.atItsServer(config), snapshot, AbortSignal.timeout(TRIAL_MS)))
    provision.trust.set(config.name, trust)
  }
}

/** @throws ReloadError CW_BRIDGE_NOT_MOVED */
function refuseUnless (name: string, trial: Trial): void {
  if (trial.kind === 'accepted') return
  const { message, hint } = trial.reason
  throw new ReloadError(reloadCodes.untaken, `the bridge ${name} is up, and its remote can not be dialled with the new settings: ${message}`, { hint, cause: trial.reason })
}

async function commit ({ listeners, bridges, limits, notices, logLevels }: Changes, target: ReloadTarget, provision: Provision): Promise<readonly Unmoved[]> {
  const { broker, delivery, bridges: running, trust: files } = target
  if (limits !== null) broker?.replaceLimits(limits.mqtt, limits.limits)
  if (logLevels !== null) target.setLogLevels(logLevels)
  if (notices !== null) target.setNotices(notices)
  // what goes and what comes change places in one turn: no message is between them
  const leaving = bridges.removed.map(config => ({ config, left: running.remove(config.name, DRAIN_MS) }))
  for (const ready of provision.bridges) {
    const { server, clientid } = ready.config
    // two with one client id would take the session from each other for ever
    const before = leaving.filter(({ config }) => config.server.url === server.url && config.clientid === clientid).map(({ left }) => left)
    running.start(ready, delivery, before.length === 0 ? undefined : Promise.all(before).then(() => {}))
  }
  for (const { name } of listeners.removed) void files.remove('listener', name)
  const moves = bridges.changed.map(async change => ({ change, outcome: await running.reconfigure(change, provision.trust.get(change.config.name) ?? null) }))
  const listening = broker === null ? [] : [...listeners.added, ...listeners.renewed, ...listeners.replaced.map(({ after }) => after)].map(async listener => files.addListener(listener, broker))
  await Promise.all([
    ...moves,
    ...listening,
    target.askLocally(bridges.all),
    ...leaving.map(async ({ left }) => left),
    ...provision.dismissals.map(async dismiss => dismiss(DRAIN_MS))
  ])
  return (await Promise.all(moves)).flatMap(unmoved)
}

function unmoved ({ change, outcome }: { readonly change: ChangedBridge, readonly outcome: RenewalOutcome | null }): readonly Unmoved[] {
  return outcome === null || outcome.moved ? [] : [{ name: change.config.name, reason: outcome.reason }]
}
