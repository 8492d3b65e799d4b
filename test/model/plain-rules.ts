/** What filters match and where forward rules send a topic, written down as plainly as it can be: nothing of the product is used. */

export type Qos = 0 | 1 | 2

export interface PlainRule {
  readonly filter: string
  /** Empty: the name stays; `{1}`: what the first wildcard matched; ending in `#`: the last levels; else the name. */
  readonly target: string
  readonly prefix: string
  readonly suffix: string
  readonly qos: Qos | null
  readonly retain: boolean | null
  readonly exclude: readonly string[]
}

/** [MQTT-4.7.1] [MQTT-4.7.2-1] */
export function matchesPlainly (filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const levels = topic.split('/')
  if (topic.startsWith('$') && (wanted[0] === '#' || wanted[0] === '+')) return false
  for (let at = 0; ; at++) {
    if (wanted[at] === '#') return true
    if (at === wanted.length || at === levels.length) return wanted.length === levels.length
    if (wanted[at] !== '+' && wanted[at] !== levels[at]) return false
  }
}

function renamed ({ filter, target, prefix, suffix }: PlainRule, topic: string): string {
  const levels = topic.split('/')
  if (target === '') return prefix + topic + suffix
  if (target.endsWith('#')) {
    const left = filter.split('/').length - target.split('/').length
    return prefix + levels.slice(left).join('/') + suffix
  }
  const captured = filter.split('/').flatMap((level, at) => level === '+' ? [levels[at] ?? ''] : level === '#' ? [levels.slice(at).join('/')] : [])
  return prefix + target.replace(/\{(\d)\}/g, (_, place: string) => captured[Number(place) - 1] ?? '') + suffix
}

export interface PlainRoute {
  readonly name: string
  readonly rule: PlainRule
}

/** All rules that match fire; of those that give one name the first decides. */
export function routesOf (rules: readonly PlainRule[], topic: string): PlainRoute[] {
  const routes: PlainRoute[] = []
  for (const rule of rules) {
    if (!matchesPlainly(rule.filter, topic) || rule.exclude.some(filter => matchesPlainly(filter, topic))) continue
    const name = renamed(rule, topic)
    if (!routes.some(route => route.name === name)) routes.push({ name, rule })
  }
  return routes
}
