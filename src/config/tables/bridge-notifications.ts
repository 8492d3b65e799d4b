/** `bridges.mqtt.NAME.notifications`: the bridge says at its remote whether it is there. */
import type { BridgeConfig, NotificationsConfig } from '../model.ts'
import { expandTopic, isTopicTemplate } from '../notification-topic.ts'
import { required, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import type { Reading } from '../schema/reading.ts'
import { bool, mqttString, oneOf, text } from '../schema/scalars.ts'
import { type Given, section } from '../schema/section.ts'

export const notifications: Kind<NotificationsConfig> = section<NotificationsConfig>({
  keys: {
    topic: required('topic', text(() => mqttString().refine(isTopicTemplate, { message: 'must be a topic name without wildcards, in which only {name} and {clientid} stand in braces' })), {
      says: 'Topic at the remote; `{name}` is the name of the bridge, `{clientid}` its client id there.', ours: true
    }),
    online: works('online', text(mqttString), { or: 'online', ours: true, says: 'Published when a connection is up, before anything else, also when it takes over from another one.' }),
    offline: works('offline', text(mqttString), { or: 'offline', ours: true, says: 'Published by the remote as the will when the bridge is lost, and by the bridge itself before it leaves.' }),
    qos: works('qos', oneOf([0, 1, 2]), { or: 1, ours: true, says: 'QoS of the will. What the bridge publishes by itself has QoS 0: a connection on which that is lost ends with the will.' }),
    retain: works('retain', bool(), { or: true, ours: true, says: 'Whether the remote keeps what was said last.' })
  }
})

const LONGEST_TOPIC = 65_535
/** As long as one that is made up. */
const ANY_CLIENT_ID = 'causeway'.padEnd(20, '0')

export function checkNotifications (given: Given<Pick<BridgeConfig, 'name' | 'clientid' | 'protoVer' | 'notifications' | 'will'>>, reading: Reading): void {
  if (given.notifications == null) return
  const named = reading.named('notifications')
  const { topic: template } = given.notifications
  if (given.will != null) named.refuse('is given together with will, and a connection has only one', 'Keep one of the two')
  // the will is said in CONNECT, before the remote says who we are
  if (given.protoVer === 5 && given.clientid === '' && template?.includes('{clientid}') === true) named.refuse('has {clientid} in its topic, and with clientid = "" the remote assigns that after the will was said', 'Name a clientid, or use {name}')
  const topic = expandTopic(template ?? '', given.name ?? '', (given.clientid === '' ? null : given.clientid) ?? ANY_CLIENT_ID)
  if (Buffer.byteLength(topic) > LONGEST_TOPIC) named.refuse(`has a topic of ${Buffer.byteLength(topic)} bytes with the client id in it, and ${LONGEST_TOPIC} are the most`, 'Shorten the client id, or leave {clientid} out')
}
