/** The changes of a plan in words. */
import type { BridgeConfig } from '../config/model.ts'
import { keysUnder } from './changed-keys.ts'
import type { Change } from './outcome.ts'
import type { Changes, ChangedBridge, Stated } from './changes.ts'
import { isSame } from './same-meaning.ts'

export function tell (changes: Changes, before: Stated, after: Stated): readonly Change[] {
  const { auth, limits, notices, logLevels } = changes
  const parts: (readonly [part: string, what: string])[] = [...ofListeners(changes), ...ofBridges(changes)]
  if (auth !== null) parts.push(['auth', 'users and rules'])
  if (limits !== null) {
    for (const part of ['mqtt', 'limits'] as const) if (!isSame(before.config[part], after.config[part])) parts.push([part, 'limits'])
  }
  if (notices !== null) {
    for (const part of ['webhook', 'alerts'] as const) if (!isSame(before.config[part], after.config[part])) parts.push([part, 'from now on'])
  }
  if (logLevels !== null) {
    if (before.config.log.level !== after.config.log.level) parts.push(['log.level', 'level'])
    if (!isSame(before.config.log.levels, after.config.log.levels)) parts.push(['log.levels', 'levels'])
  }
  return parts.map(([part, what]) => ({ part, what, keys: keysUnder(before.report, after.report, part) }))
}

function ofListeners ({ listeners: { added, removed, renewed, replaced } }: Changes): (readonly [string, string])[] {
  const told = (what: string) => ({ name }: { readonly name: string }) => [`listeners.${name}`, what] as const
  return [
    ...added.map(told('opened')),
    ...removed.map(told('closed')),
    ...renewed.map(told('certificate files')),
    ...replaced.map(({ after }) => after).map(told('closed and opened anew'))
  ]
}

function ofBridges ({ bridges: { added, removed, changed } }: Changes): (readonly [string, string])[] {
  const comesBack = new Set(added.map(({ name }) => name))
  const told = (config: BridgeConfig, what: string): readonly [string, string] => [`bridges.mqtt.${config.name}`, what]
  return [
    ...removed.filter(({ name }) => !comesBack.has(name)).map(config => told(config, 'removed')),
    ...added.map(config => told(config, config.enable ? 'started' : 'stopped: enable is false')),
    ...changed.map(change => told(change.config, effectOf(change)))
  ]
}

function effectOf ({ rules, link, links }: ChangedBridge): string {
  const number = links ? ['another number of links'] : []
  if (link) return [...number, ...(rules ? ['rules, and another connection takes over'] : ['another connection takes over'])].join(', ')
  return [...number, ...(rules ? ['rules, on the connection that is up'] : [])].join(', ')
}
