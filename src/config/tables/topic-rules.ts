/** `forwards` and `subscription` of a bridge: which topics cross, and what they are called on the other side. */
import { isTopicFilter } from '../../mqtt/topic-filter.ts'
import { compileMapping } from '../../relay/topic-mapping.ts'
import { showPlace } from '../notice.ts'
import type { ForwardRule, SubscriptionRule, TopicRule } from '../model.ts'
import { context, inert, required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { list } from '../schema/groups.ts'
import { bool, choice, mqttString, oneOf, text } from '../schema/scalars.ts'
import { type Keys, section, shaped } from '../schema/section.ts'
import { flag, placeText } from './pieces.ts'

const affix = 'as it is: no `/` is added.'

const commonKeys: Keys<Omit<TopicRule, 'qos'>> = {
  localTopic: required('local_topic', text(mqttString), { says: 'Topic or filter here. In `forwards` it chooses the messages; in `subscription` it is the new name (empty: the name stays; `{1}`: what the first wildcard matched).' }),
  remoteTopic: required('remote_topic', text(mqttString), { says: 'Topic or filter at the remote. In `subscription` it chooses the messages; in `forwards` it is the new name (empty: the name stays; `{1}`: what the first wildcard matched).' }),
  exclude: works('exclude', list(text(() => mqttString().refine(isTopicFilter, { message: 'must be a topic filter' }))), {
    or: [], shown: 'none', ours: true, says: 'Filters whose topics this rule leaves alone, on the side where it chooses. In `subscription` the next rule that matches is applied to them.'
  }),
  retain: works('retain', flag(), { or: null, says: 'Retain flag of the message on the other side (0 or 1); left out, the flag it has.' }),
  prefix: works('prefix', text(mqttString), { or: '', says: `Put before the new name, ${affix}` }),
  suffix: works('suffix', text(mqttString), { or: '', says: `Put behind the new name, ${affix}` }),
  place: context(placeText, reading => reading.place === null ? '' : showPlace(reading.place))
}

export const forwardRule: Kind<ForwardRule> = section<ForwardRule>({
  keys: {
    ...commonKeys,
    qos: works('qos', oneOf([0, 1, 2]), { or: null, says: 'QoS of the message at the remote, up or down; left out, the QoS it has.' }),
    priority: works('priority', choice(['high', 'normal', 'low']), {
      or: 'normal',
      ours: true,
      says: 'Where messages of several priorities wait, the link is shared 16 : 4 : 1 among them, so that the backlog of one does not hold up what is new of another. Between messages of two priorities no order is kept.'
    }),
    durability: works('durability', choice(['memory', 'spool', 'remote']), {
      or: null,
      shown: 'as the bridge has it',
      ours: true,
      says: 'As `durability` of the bridge, for the messages of this rule. Between messages of two durabilities no order is kept.'
    })
  },
  rules: ({ localTopic, remoteTopic, ...rule }, reading) => {
    checkMapping({ source: localTopic, target: remoteTopic, ...rule, reading, sourceKey: 'local_topic' })
  }
})

/** In a subscription, `qos` is what the remote is asked for; a message keeps the QoS it comes with. */
type SubscriptionValues = Omit<SubscriptionRule, 'qos'>

const subscriptionKeys: Keys<SubscriptionValues> = {
  ...commonKeys,
  subscribeQos: works('qos', oneOf([0, 1, 2]), { or: 0, says: 'QoS asked of the remote: the most with which a message comes. It keeps the QoS it has.' }),
  noLocal: works('nolocal', bool(), { or: true, says: 'MQTT 5: the remote does not send back what this bridge published.' }),
  retainAsPublished: works('retain_as_published', flag(), { or: false, says: 'MQTT 5: the retain flag comes as it was published.' }),
  retainHandling: works('retain_handling', oneOf([0, 1, 2]), { or: 0, says: 'MQTT 5: retained messages at subscribing: 0 always, 1 for a new subscription, 2 never.' })
}

export const subscriptionRule: Kind<SubscriptionRule> = shaped<SubscriptionValues, SubscriptionRule>({
  keys: subscriptionKeys,
  others: [inert('stream_id', 'number', 'it belongs to QUIC, which is not spoken here.')],
  rules: ({ localTopic, remoteTopic, ...rule }, reading) => {
    checkMapping({ source: remoteTopic, target: localTopic, ...rule, reading, sourceKey: 'remote_topic' })
  }
}, values => ({ ...values, qos: null }))

interface MappingCheck {
  readonly source: string | undefined
  readonly target: string | undefined
  readonly prefix?: string | undefined
  readonly suffix?: string | undefined
  readonly reading: Reading
  readonly sourceKey: string
}

function checkMapping ({ source, target, prefix = '', suffix = '', reading, sourceKey }: MappingCheck): void {
  if (source === undefined || target === undefined) return
  if (source === '') return reading.named(sourceKey).refuse('must not be empty: it chooses the messages')
  if (!isTopicFilter(source)) {
    return reading.named(sourceKey).refuse('is no topic filter', '# stands alone in the last level, + fills its level')
  }
  const mapping = compileMapping({ source, target, prefix, suffix })
  if (mapping.refused) reading.refuse(`these topics can not be mapped: ${mapping.reason}`, 'See the topic rules in docs/guide/migrating-from-nanomq.md')
}
