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
  ipaddr: works('ipaddr', text(), { or: null, says: 'IP address of the device; `#`: any.' })
}
const conditionNames = ['ipaddr', 'username', 'clientid'] as const

const condition: Kind<Condition> = section<Condition>({
  keys: conditionKeys,
  rules (given, reading) {
    const count = conditionNames.filter(name => given[name] !== undefined).length
    if (count !== 1) reading.refuse('must hold exactly one of username, clientid and ipaddr')
  }
})

const filter = text(mqttString.refine(value => isTopicFilter(withoutPlaceholders(value)), { error: 'must be topic filters: # stands alone in the last level, + fills its level' }))

function withoutPlaceholders (value: string): string {
  return value.replaceAll('%u', 'u').replaceAll('%c', 'c')
}

export const aclRule: Kind<AclRule> = shaped<AclValues, AclRule>({
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
}, asRule)

function checkConditions (given: Given<AclValues>, reading: Reading): void {
  const own = conditionNames.filter(name => given[name] !== undefined)
  const groups = (['and', 'or'] as const).filter(name => given[name] !== undefined)
  if (groups.length > 1 || (groups.length > 0 && own.length > 0)) {
    reading.refuse('mixes conditions of its own with and / or: NanoMQ would look at one of them only', 'Put all conditions into one list')
  }
  const [first] = own
  if (own.length > 1 && first !== undefined) reading.warn(`NanoMQ looks at ${first} only; here all of ${own.join(', ')} must hold`)
  for (const name of groups) {
    const names = (given[name] ?? []).flatMap(each => conditionNames.filter(key => each?.[key] !== undefined))
    const twice = names.find((key, i) => names.indexOf(key) !== i)
    if (twice !== undefined) reading.named(name).refuse(`asks for two values of ${twice}`, name === 'or' ? 'Write one rule for each' : 'No device has both')
  }
}

function asRule ({ and, or, username, clientid, ipaddr, ...values }: AclValues): AclRule {
  const conditions = [{ username, clientid, ipaddr }, ...and, ...or]
  const pick = (key: keyof Condition): string | null => conditions.find(each => each[key] !== null)?.[key] ?? null
  return {
    ...values,
    username: pick('username'),
    clientid: pick('clientid'),
    ipaddr: pick('ipaddr'),
    combine: or.length > 0 ? 'or' : 'and'
  }
}
