/** What a bridge says of itself at its remote: `notifications`. Its frames are written past the queue, so that a backlog makes nobody take it for lost. */
import type { BridgeConfig, WillConfig } from '../config/model.ts'
import { expandTopic } from '../config/notification-topic.ts'
import { encodePublish } from '../mqtt/publish-encoder.ts'
import type { SessionTerms } from '../relay/link.ts'

export type PresenceWord = 'online' | 'offline'

/** What it needs to know of CONNACK. */
export type PresenceTerms = Pick<SessionTerms, 'retainAvailable' | 'maximumPacketSize'>

/** The will of a connection: that of the configuration, or what `notifications` make of it; null: none. */
export function willOf ({ will, notifications, name }: BridgeConfig, clientId: string): WillConfig | null {
  if (notifications === null) return will
  const { topic, offline, qos, retain } = notifications
  return { topic: expandTopic(topic, name, clientId), payload: offline, qos, retain, properties: null }
}

/**
 * The frame that says it, of QoS 0.
 * @param terms RETAIN is left out where the remote does not keep messages [MQTT-3.2.2-14]
 * @returns null: nothing is to be said, or it is larger than the remote takes [MQTT-3.2.2-15]
 */
export function presenceFrame (word: PresenceWord, { notifications, name, protoVer }: BridgeConfig, clientId: string, terms: PresenceTerms): Buffer | null {
  if (notifications === null) return null
  const topic = expandTopic(notifications.topic, name, clientId)
  const frame = encodePublish({ level: protoVer, topic, payload: Buffer.from(notifications[word]), qos: 0, retain: notifications.retain && terms.retainAvailable, packetId: 0 })
  return frame.length > terms.maximumPacketSize ? null : frame
}
