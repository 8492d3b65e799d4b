/**
 * What it takes to get from one configuration to another, part by part, decided before anything is done. What can not change while the edge
 * runs is named, and then nothing is done at all.
 */
import type { BridgeConfig, Config } from '../config/model.ts'
import type { Kind } from '../config/schema/kind.ts'
import { bridge as bridgeKeys } from '../config/tables/bridge.ts'
import { limits as limitKeys } from '../config/tables/limits.ts'
import { mqtt as mqttKeys } from '../config/tables/mqtt.ts'
import { type BridgeDifference, differenceOf } from './bridge-changes.ts'
import { changedKeys } from './changed-keys.ts'
import type { Changes, Stated } from './changes.ts'
import { fixedLimits, fixedMqtt } from './limit-changes.ts'
import { listenerChanges } from './listener-changes.ts'
import type { Change, ChangedKey } from './outcome.ts'
import { isSame } from './same-meaning.ts'
import { tell } from './tell.ts'

export type ReloadPlan =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused', readonly keys: readonly ChangedKey[] }
  | { readonly kind: 'changes', readonly changes: Changes, readonly told: readonly Change[] }

/** Each part of a configuration says what of it can not change. The compiler asks for a row where a part is new. */
const fixedIn: { readonly [P in keyof Config]: (before: Config, after: Config) => readonly string[] } = {
  file: () => [],
  listeners: () => [],
  auth: () => [],
  bridges: fixedOfBridges,
  sidecar: ({ sidecar: before }, { sidecar: after }) => isSame(before, after) ? [] : ['sidecar'],
  limits: ({ limits: before }, { limits: after }) => fixedLimits(before, after).map(property => `limits.${wordOf(limitKeys, property)}`),
  mqtt: ({ mqtt: before }, { mqtt: after }) => fixedMqtt(before, after).map(property => `mqtt.${wordOf(mqttKeys, property)}`),
  persistence: wholly('persistence', 'sqlite'),
  httpServer: ({ httpServer: before }, { httpServer: after }) => isSame(before, after) ? [] : ['http_server'],
  control: ({ control: before }, { control: after }) => isSame(before, after) ? [] : ['control'],
  process: ({ process: before }, { process: after }) => isSame(before, after) ? [] : ['process'],
  webhook: () => [],
  alerts: () => [],
  trust: ({ trust: before }, { trust: after }) => isSame(before, after) ? [] : ['trust'],
  spool: wholly('spool', 'bridges.mqtt.cache'),
  log: ({ log: before }, { log: after }) => isSame({ ...before, level: '', levels: {} }, { ...after, level: '', levels: {} }) ? [] : ['log.to', 'log.dir', 'log.file', 'log.rotation', 'log.syslog_server']
}

export function planReload (before: Stated, after: Stated): ReloadPlan {
  const parts = Object.values(fixedIn).flatMap(fixed => [...fixed(before.config, after.config)])
  if (parts.length > 0) return { kind: 'refused', keys: changedKeys(before.report, after.report, parts) }
  const changes = changesOf(before.config, after.config)
  const told = tell(changes, before, after)
  return told.length === 0 ? { kind: 'unchanged' } : { kind: 'changes', changes, told }
}

function wholly (...parts: [keyof Config, string]): (before: Config, after: Config) => readonly string[] {
  const [property] = parts
  return (before, after) => isSame(before[property], after[property]) ? [] : parts
}

function fixedOfBridges ({ bridges: before, spool }: Config, after: Config): readonly string[] {
  const isMoved = !isSame(spool, after.spool)
  return pairsOf(before, after.bridges).flatMap(({ config, difference }) => difference.life
    ? []
    : difference.fixed.filter(property => property !== 'spool' || !isMoved).map(property => `bridges.mqtt.${config.name}.${wordOf(bridgeKeys, property)}`))
}

/** The word that a property has in the file. */
function wordOf (kind: Kind<unknown>, property: string): string {
  return kind.inner?.section.keys.find(([name]) => name === property)?.[1].key ?? property
}

function pairsOf (before: readonly BridgeConfig[], after: readonly BridgeConfig[]): { readonly old: BridgeConfig, readonly config: BridgeConfig, readonly difference: BridgeDifference }[] {
  const was = new Map(before.map(bridge => [bridge.name, bridge]))
  return after.flatMap(config => {
    const old = was.get(config.name)
    if (old === undefined) return []
    const difference = differenceOf(old, config)
    // one that does not run can be another at any time
    return [{ old, config, difference: config.enable ? difference : { ...difference, life: !isSame(old, config) } }]
  })
}

function changesOf (before: Config, after: Config): Changes {
  const pairs = pairsOf(before.bridges, after.bridges)
  const reborn = pairs.filter(({ difference }) => difference.life)
  const isOther = (part: keyof Config): boolean => !isSame(before[part], after[part])
  return {
    listeners: listenerChanges(before.listeners, after.listeners),
    bridges: {
      all: after.bridges,
      added: [...after.bridges.filter(({ name }) => !before.bridges.some(old => old.name === name)), ...reborn.map(({ config }) => config)],
      removed: [...before.bridges.filter(({ name }) => !after.bridges.some(bridge => bridge.name === name)), ...reborn.map(({ old }) => old)],
      changed: pairs
        .filter(({ difference: { life, rules, link, links } }) => !life && (rules || link || links))
        .map(({ config, difference: { rules, link, links } }) => ({ config, rules, link, links }))
    },
    auth: isOther('auth') ? after.auth : null,
    limits: isOther('mqtt') || isOther('limits') ? { mqtt: after.mqtt, limits: after.limits } : null,
    notices: isOther('webhook') || isOther('alerts') ? { webhook: after.webhook, alerts: after.alerts } : null,
    logLevels: before.log.level === after.log.level && isSame(before.log.levels, after.log.levels) ? null : { level: after.log.level, components: after.log.levels }
  }
}
