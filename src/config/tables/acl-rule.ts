/** One rule of `auth.acl.rules`: whom it is about, what it is about, allow or deny. */
import type { AclRule } from '../model.ts'
import { isTopicFilter } from '../../mqtt/topic-filter.ts'
import { showPlace } from '../notice.ts'
import { blocks, list } from '../schema/groups.ts'
import { context, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { choice, mqttString, text } from '../schema/scalars.ts'
import { type Given, type Keys, section, shaped } from '../schema/section.ts'
import type { Reading } from '../schema/reading.ts'
import { placeText } from './pieces.ts'

interface Condition {
  readonly username: string | null
  readonly clientid: string | null
  readonly ipaddr: string | null
  readonly ipaddrs: readonly string[]
}

interface AclValues extends Condition {
  readonly permit: 'allow' | 'deny'
  readonly action: 'publish' | 'subscribe' | 'pubsub'
  readonly topics: readonly string[]
  readonly and: readonly Condition[]
  readonly or: readonly Condition[]
  readonly place: string
}

const conditionKeys: Keys<Condition> = {
  username: works('username', text(), { or: null, says: 'User name; `#`: anybody.' }),
  clientid: works('clientid', text(), { or: null, says: 'Client id; `#`: anybody.' }),
  ipaddr: works('ipaddr', text(), { or: null, says: 'IP address of the device; `#`: any.' }),
  ipaddrs: works('ipaddrs', list(text()), { or: [], says: 'IP addresses of which it must have one.' })
}
/** In the order in which NanoMQ looks at them. */
const conditionNames = ['ipaddr', 'ipaddrs', 'username', 'clientid'] as const

const condition: Kind<Condition> = section<Condition>({
  keys: conditionKeys,
  rules (given, reading) {
    const count = conditionNames.filter(name => given[name] !== undefined).length
    if (count !== 1) reading.refuse('must hold exactly one of username, clientid, ipaddr and ipaddrs')
  }
})

const filter = text(() => mqttString().refine(value => isTopicFilter(withoutPlaceholders(value)), { message: 'must be topic filters: # stands alone in the last level, + fills its level' }))

function withoutPlaceholders (value: string): string {
  return value.replaceAll('%u', 'u').replaceAll('%c', 'c')
}

/** What a rule of the file comes to: one for each alternative in it, with the same answer, so that their order does not matter. */
export const aclRule: Kind<readonly AclRule[]> = shaped<AclValues, readonly AclRule[]>({
  keys: {
    permit: required('permit', choice(['allow', 'deny']), { says: 'What the rule says to those it is about.' }),
    ...conditionKeys,
    and: works('and', blocks(condition), { or: [], says: 'Conditions that must all hold.' }),
    or: works('or', blocks(condition), { or: [], says: 'Conditions of which one must hold.' }),
    action: works('action', choice(['publish', 'subscribe', 'pubsub']), { or: 'pubsub', says: 'What the rule is about.' }),
    topics: works('topics', list(filter), { or: [], says: 'Filters it is about, with `%u` and `%c` for the user name and the client id. None: any topic.' }),
    place: context(placeText, reading => reading.place === null ? '' : showPlace(reading.place))
  },
  rules: checkConditions
}, asRules)

function checkConditions (given: Given<AclValues>, reading: Reading): void {
  const own = conditionNames.filter(name => given[name] !== undefined)
  const groups = (['and', 'or'] as const).filter(name => given[name] !== undefined)
  if (groups.length > 1 || (groups.length > 0 && own.length > 0)) {
    reading.refuse('mixes conditions of its own with and / or: NanoMQ would look at one of them only', 'Put all conditions into one list')
  }
  const [first] = own
  if (own.length > 1 && first !== undefined) reading.warn(`NanoMQ looks at ${first} only; here all of ${own.join(', ')} must hold`)
  if (productOf(given.and ?? []) > mostAlternatives) reading.refuse(`has more than ${mostAlternatives} combinations of addresses`, 'Write several rules')
}

/** Lists of addresses under `and` multiply. */
const mostAlternatives = 1000

function productOf (conditions: readonly (Given<Condition> | undefined)[]): number {
  return conditions.reduce((product, each) => product * Math.max(1, each?.ipaddrs?.length ?? 0), 1)
}

interface Names {
  readonly username: string | null
  readonly clientid: string | null
  readonly ipaddr: string | null
}

function asRules ({ and, or, username, clientid, ipaddr, ipaddrs, ...values }: AclValues): readonly AclRule[] {
  const own = { username, clientid, ipaddr, ipaddrs }
  const alternatives = or.length > 0 ? or.flatMap(alternativesOf) : [own, ...and].reduce(combined, [nobody])
  return alternatives.map(names => ({ ...values, ...names, combine: 'and' }))
}

const nobody: Names = { username: null, clientid: null, ipaddr: null }

function alternativesOf ({ ipaddrs, ...names }: Condition): readonly Names[] {
  return ipaddrs.length === 0 ? [names] : ipaddrs.map(ipaddr => ({ ...names, ipaddr }))
}

/** Both must hold; where they contradict each other, nobody is meant. */
function combined (before: readonly Names[], condition: Condition): readonly Names[] {
  return before.flatMap(names => alternativesOf(condition).flatMap(more => {
    const contradicts = (['username', 'clientid', 'ipaddr'] as const).some(key => names[key] !== null && more[key] !== null && names[key] !== more[key])
    if (contradicts) return []
    return [{ username: names.username ?? more.username, clientid: names.clientid ?? more.clientid, ipaddr: names.ipaddr ?? more.ipaddr }]
  }))
}
