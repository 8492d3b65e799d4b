/** What a bridge says of itself at its remote: `notifications`. Its frames are written past the queue, so that a backlog makes nobody take it for lost. */
import type { BridgeConfig, WillConfig } from '../../config/model.ts'
import { expandTopic } from '../../config/notification-topic.ts'
import { encodePublish } from '../../mqtt/publish-encoder.ts'
import type { SessionTerms } from '../../relay/link.ts'

type PublishTerms = Pick<SessionTerms, 'maximumPacketSize' | 'retainAvailable'>

type PresenceWord = 'online' | 'offline'

/** The will of a connection: that of the configuration, or what `notifications` make of it; null: none. */
export function willOf ({ will, notifications, name }: BridgeConfig, clientId: string): WillConfig | null {
  if (notifications === null) return will
  const { topic, offline, qos, retain } = notifications
  return { topic: expandTopic(topic, name, clientId), payload: offline, qos, retain, properties: null }
}

/** Says so on one connection. A remote that is told nothing, because the connection is not up, has the will. */
export class Presence {
  readonly #config: BridgeConfig
  readonly #topic: string | null
  readonly #write: (frame: Buffer) => void
  /** Of CONNACK; null before it. */
  #terms: PublishTerms | null = null

  constructor (config: BridgeConfig, clientId: string, write: (frame: Buffer) => void) {
    this.#config = config
    this.#topic = config.notifications === null ? null : expandTopic(config.notifications.topic, config.name, clientId)
    this.#write = write
  }

  /** Names the remote and the topic there; null: nothing is said. */
  get place (): string | null { return this.#topic === null ? null : `${this.#config.server.url} ${this.#topic}` }

  /** @param terms RETAIN is left out where the remote does not keep messages [MQTT-3.2.2-14] */
  agreed (terms: PublishTerms): void {
    this.#terms = terms
  }

  /** With QoS 0, unless it is larger than the remote takes [MQTT-3.2.2-15]. */
  say (word: PresenceWord): void {
    const { notifications, protoVer } = this.#config
    const terms = this.#terms
    if (notifications === null || this.#topic === null || terms === null) return
    const retain = notifications.retain && terms.retainAvailable
    const frame = encodePublish({ level: protoVer, topic: this.#topic, payload: Buffer.from(notifications[word]), qos: 0, retain, packetId: 0 })
    if (frame.length <= terms.maximumPacketSize) this.#write(frame)
  }
}
