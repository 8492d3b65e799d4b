/** A change of one bridge, made to the tree of the configuration that is in force: what comes of it is judged as a whole file is. */
import { arrayFromJson, type JsonObject, objectFromJson, scalarFromJson } from '../config/hocon/from-json.ts'
import { ConfigInvalidError } from '../config/errors.ts'
import type { HoconArray, HoconNode, HoconObject, Place } from '../config/hocon/tree.ts'
import type { LoadedConfig } from '../config/load.ts'
import { ReloadError, reloadCodes } from './errors.ts'

export type BridgeEdit = { readonly name: string } & (
  /** A new one, with the keys of a `bridges.mqtt.NAME` block. */
  | { readonly kind: 'add', readonly settings: JsonObject }
  /** Keys that are not named stay as they are; null takes one out; a list is replaced as a whole. */
  | { readonly kind: 'set', readonly settings: JsonObject }
  | { readonly kind: 'remove' }
  | { readonly kind: 'switch', readonly enable: boolean }
  /** Rules in addition, each in the place of the one with its `remote_topic`. */
  | { readonly kind: 'subscribe', readonly rules: readonly JsonObject[], readonly properties: JsonObject | null }
  /** Takes out the rules with these as `remote_topic`. */
  | { readonly kind: 'unsubscribe', readonly topics: readonly string[] }
)

/** Of everything that came by a request: it has no lines. */
export const requestPlace: Place = { file: 'request', line: 1, column: 1 }

/**
 * The configuration with that change in it.
 * @throws ReloadError where there is nothing to change; ConfigInvalidError, ConfigError for what can not be
 */
export function revised (revise: LoadedConfig['revise'], edit: BridgeEdit): LoadedConfig {
  const loaded = revise(root => editBridge(root, edit))
  const { config, report } = loaded
  if (edit.kind === 'remove' || config.bridges.some(({ name }) => name === edit.name)) return loaded
  // in a file, a bridge that is disabled may be wrong; one who asks for it is told
  const problems = report.warnings.filter(({ path }) => path.startsWith(`bridges.mqtt.${edit.name}`)).map(warning => ({ ...warning, excerpt: '' }))
  throw new ConfigInvalidError({ ...report, problems })
}

function editBridge (root: HoconObject, edit: BridgeEdit): HoconObject {
  return within(root, 'bridges', bridges => within(bridges, 'mqtt', named => editNamed(named, edit)))
}

function editNamed (named: HoconObject, edit: BridgeEdit): HoconObject {
  const { name } = edit
  const found = named.fields.get(name.toLowerCase())
  if (edit.kind === 'add') {
    if (found !== undefined) throw new ReloadError(reloadCodes.exists, `there is a bridge ${found.key} already`, { hint: 'PUT changes it; DELETE takes it away' })
    return withField(named, name, objectFromJson(edit.settings, requestPlace))
  }
  if (found?.key !== name || found.value.kind !== 'object') throw new ReloadError(reloadCodes.absent, `there is no bridge ${name}`, { hint: 'GET /api/v4/bridges lists them' })
  return edit.kind === 'remove' ? withoutField(named, name) : withField(named, name, changed(found.value, edit))
}

function changed (bridge: HoconObject, edit: Exclude<BridgeEdit, { readonly kind: 'add' | 'remove' }>): HoconObject {
  switch (edit.kind) {
    case 'set': return merged(bridge, objectFromJson(edit.settings, requestPlace))
    case 'switch': return withField(bridge, 'enable', scalarFromJson(edit.enable, requestPlace))
    case 'subscribe': return subscribed(bridge, edit.rules, edit.properties)
    case 'unsubscribe': return unsubscribed(bridge, edit.name, edit.topics)
  }
}

function subscribed (bridge: HoconObject, rules: readonly JsonObject[], properties: JsonObject | null): HoconObject {
  const more = arrayFromJson(rules, requestPlace).items
  const topics = new Set(more.map(remoteTopicOf))
  const items = [...itemsOf(bridge).filter(item => !topics.has(remoteTopicOf(item))), ...more]
  const next = withField(bridge, 'subscription', { kind: 'array', place: requestPlace, items })
  return properties === null ? next : merged(next, objectFromJson({ sub_properties: properties }, requestPlace))
}

function unsubscribed (bridge: HoconObject, name: string, topics: readonly string[]): HoconObject {
  const before = itemsOf(bridge)
  const unknown = topics.find(topic => !before.some(item => remoteTopicOf(item) === topic))
  if (unknown !== undefined) throw new ReloadError(reloadCodes.absent, `the bridge ${name} does not subscribe to ${unknown}`, { hint: 'The topic is the remote_topic of a subscription, as GET /api/v4/bridges shows it' })
  return withField(bridge, 'subscription', { kind: 'array', place: requestPlace, items: before.filter(item => !topics.includes(remoteTopicOf(item) ?? '')) })
}

function itemsOf (bridge: HoconObject): HoconArray['items'] {
  const written = bridge.fields.get('subscription')?.value
  if (written === undefined || (written.kind === 'scalar' && written.form === 'null')) return []
  return written.kind === 'array' ? written.items : [written]
}

function remoteTopicOf (rule: HoconNode): string | null {
  const topic = rule.kind === 'object' ? rule.fields.get('remote_topic')?.value : undefined
  return topic?.kind === 'scalar' ? topic.text : null
}

/** As HOCON has it: blocks grow together, all else is replaced. */
function merged (under: HoconObject, over: HoconObject): HoconObject {
  return [...over.fields.values()].reduce((object, { key, value }) => {
    const old = object.fields.get(key.toLowerCase())?.value
    return withField(object, key, old?.kind === 'object' && value.kind === 'object' ? merged(old, value) : value)
  }, under)
}

function within (object: HoconObject, key: string, edit: (inner: HoconObject) => HoconObject): HoconObject {
  const inner = object.fields.get(key)?.value
  return withField(object, key, edit(inner?.kind === 'object' ? inner : { kind: 'object', place: requestPlace, fields: new Map() }))
}

function withField (object: HoconObject, key: string, value: HoconNode): HoconObject {
  const old = object.fields.get(key.toLowerCase())
  return { ...object, fields: new Map(object.fields).set(key.toLowerCase(), { key: old?.key ?? key, place: value.place, value }) }
}

function withoutField (object: HoconObject, key: string): HoconObject {
  const fields = new Map(object.fields)
  fields.delete(key.toLowerCase())
  return { ...object, fields }
}
