/**
 * PUBLISH of MQTT 5 at the door: its properties are held to the standard, an alias becomes its topic, and the device to its
 * Receive Maximum. What goes on is a frame with its topic in it. HOT.
 */
import { PublishEncoder } from '../../mqtt/publish-encoder.ts'
import type { PublishView } from '../../mqtt/publish-view.ts'
import { ABSENT, PropertyBlock, withoutProperty } from '../../mqtt/v5/property-block.ts'
import { PropertyHolder } from '../../mqtt/v5/property-id.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { bodyOf } from '../../mqtt/frame-layout.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import type { MessageProperties } from '../session-port.ts'

const NO_TOPIC = violation('MQTT-3.3.2.1', 'PUBLISH with neither topic nor topic alias', ReasonCode.PROTOCOL_ERROR)
const ALIAS = violation('MQTT-3.3.2-9', 'topic alias is larger than the maximum', ReasonCode.TOPIC_ALIAS_INVALID)
const UNKNOWN_ALIAS = violation('MQTT-3.3.2.3.4', 'topic alias was not set', ReasonCode.PROTOCOL_ERROR)
const ALIAS_ROOM = violation('', 'topic aliases of the connection take too much room', ReasonCode.QUOTA_EXCEEDED)
const RECEIVE_MAXIMUM = violation('MQTT-3.3.4-7', 'more unacknowledged messages than Receive Maximum', ReasonCode.RECEIVE_MAXIMUM_EXCEEDED)

/** Bytes of topics that the aliases of one connection may take. */
const MAX_ALIAS_BYTES = 65_536
const ALIAS_SIZE = 3
const EXPIRY_SIZE = 5
const NOTHING = Buffer.alloc(0)

export interface DoorLimits {
  readonly receiveMaximum: number
  readonly topicAliasMaximum: number
}

export class PublishDoor {
  readonly #limits: DoorLimits
  readonly #block = new PropertyBlock()
  readonly #encoder = new PublishEncoder()
  readonly #topics = new Map<number, Buffer>()
  #topicBytes = 0
  /** Seconds of its expiry that the message in work has waited. */
  #aged = 0
  /** Messages of QoS 1 and 2 that wait for their last acknowledgement [MQTT-3.3.4-7]. */
  #unacknowledged = 0
  /** Refused messages whose acknowledgement has not left yet, and why. */
  readonly #refused = new Map<number, number>()

  constructor (limits: DoorLimits) {
    this.#limits = limits
    this.#encoder.level = 5
  }

  /** Judges a frame that the view has read; the view sees another frame afterwards where the topic was an alias. */
  open (view: PublishView): Violation | null {
    const block = this.#block
    this.#aged = 0
    const fault = block.read(view.bytes, view.propertiesStart, view.propertiesEnd, PropertyHolder.PUBLISH)
    if (fault !== null) return fault
    const refused = block.topicAlias === ABSENT ? view.topicStart === view.topicEnd ? NO_TOPIC : null : this.#resolve(view, block.topicAlias)
    view.expiryAt = block.messageExpiryAt === ABSENT ? ABSENT : block.messageExpiryAt + 1
    if (!block.hasUserProperties) view.hops = 0
    return refused
  }

  /** What goes along with the message; undefined: nothing. A copy. */
  properties (view: PublishView): MessageProperties | undefined {
    const { bytes, propertiesStart, propertiesEnd } = view
    const size = propertiesEnd - propertiesStart - (this.#block.messageExpiryAt === ABSENT ? 0 : EXPIRY_SIZE)
    if (size === 0) return undefined
    return { raw: withoutProperty(bytes, propertiesStart, propertiesEnd, this.#block.messageExpiryAt, EXPIRY_SIZE) }
  }

  /** Milliseconds since 1970; undefined: never. */
  messageExpiry (): number | undefined {
    return this.#block.messageExpiry === ABSENT ? undefined : Date.now() + (this.#block.messageExpiry - this.#aged) * 1000
  }

  /** The message in work has waited for room since it came: so much less is it good for [MQTT-3.3.2-6]. */
  age ({ bytes }: PublishView, waitedMs: number): void {
    const { messageExpiryAt, messageExpiry } = this.#block
    if (messageExpiryAt === ABSENT) return
    this.#aged = Math.min(messageExpiry, Math.floor(waitedMs / 1000))
    bytes.writeUInt32BE(messageExpiry - this.#aged, messageExpiryAt + 1)
  }

  /** A message of QoS 1 or 2 is taken. */
  take (): Violation | null {
    if (this.#unacknowledged >= this.#limits.receiveMaximum) return RECEIVE_MAXIMUM
    this.#unacknowledged++
    return null
  }

  /** Its last acknowledgement goes out. */
  give (): void {
    if (this.#unacknowledged > 0) this.#unacknowledged--
  }

  /** A message is not let in: its acknowledgement, in its turn, will say why. */
  refuse (packetId: number, reasonCode: number): void {
    this.#refused.set(packetId, reasonCode)
  }

  /** The acknowledgement is due; answers its reason code, 0 for success. */
  answered (packetId: number, qos: number): number {
    const reasonCode = this.#refused.size === 0 ? 0 : this.#refused.get(packetId) ?? 0
    if (reasonCode !== 0) this.#refused.delete(packetId)
    if (qos === 1 || reasonCode !== 0) this.give()
    return reasonCode
  }

  #resolve (view: PublishView, alias: number): Violation | null {
    if (alias > this.#limits.topicAliasMaximum) return ALIAS // [MQTT-3.2.2-17]
    const { bytes, topicStart, topicEnd } = view
    let topic = this.#topics.get(alias)
    if (topicStart !== topicEnd) {
      this.#topicBytes += topicEnd - topicStart - (topic?.length ?? 0)
      if (this.#topicBytes > MAX_ALIAS_BYTES) return ALIAS_ROOM
      topic = Buffer.from(bytes.subarray(topicStart, topicEnd))
      this.#topics.set(alias, topic)
    }
    return topic === undefined ? UNKNOWN_ALIAS : this.#reframe(view, topic)
  }

  #reframe (view: PublishView, topic: Buffer): Violation | null {
    const encoder = this.#encoder
    const { bytes, propertiesStart, propertiesEnd } = view
    encoder.qos = view.qos
    encoder.retain = view.retain
    encoder.dup = view.dup
    encoder.packetId = view.packetId
    encoder.topic = topic
    encoder.topicEnd = topic.length
    encoder.properties = withoutProperty(bytes, propertiesStart, propertiesEnd, this.#block.topicAliasAt, ALIAS_SIZE)
    encoder.propertiesEnd = encoder.properties.length
    encoder.payload = bytes
    encoder.payloadStart = view.payloadStart
    encoder.payloadEnd = view.end
    const frame = Buffer.allocUnsafe(encoder.size())
    encoder.write(frame, 0)
    encoder.payload = encoder.properties = NOTHING
    const body = bodyOf(frame)
    return view.read(frame, 0, body, frame.length, 5) ??
      this.#block.read(frame, view.propertiesStart, view.propertiesEnd, PropertyHolder.PUBLISH)
  }
}
