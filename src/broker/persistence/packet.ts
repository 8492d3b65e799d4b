/** The packets a store keeps: Aedes's publications and releases, as far as a session needs them after the connection is gone. */

export interface PublishPacket {
  readonly cmd: 'publish'
  readonly brokerId: string
  /** Grows with each message of one broker id. */
  readonly brokerCounter: number
  readonly topic: string
  /** Text only where a program published it. */
  readonly payload: Buffer | string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: boolean
  /** Given when it is sent for the first time. */
  messageId?: number | undefined
  /** The publisher's. */
  readonly clientId?: string
  readonly nl?: boolean
  readonly properties?: PacketProperties
  /** Milliseconds since 1970. */
  readonly messageExpiry?: number
}

/** MQTT 5: what goes along with a message. */
export interface PacketProperties {
  readonly raw: Buffer
  readonly addressed?: { readonly subscriptionIds: readonly number[], readonly retain: boolean }
  /** The payload as it was published, where the packet's own begins with a property block for one device. */
  readonly bare?: Buffer | string
}

/** What is left of a QoS 2 delivery when PUBREC has come. */
export interface ReleasePacket {
  readonly cmd: 'pubrel'
  messageId: number
}

export type QueuedPacket = PublishPacket | ReleasePacket

/** What Aedes passes: a PUBLISH with or without an identifier, a PUBREL, or only the identifier of an acknowledgement. */
export interface PassedPacket {
  readonly cmd?: string
  readonly brokerId?: string
  readonly brokerCounter?: number
  readonly qos?: number
  messageId?: number | undefined
  dup?: boolean
}

/** A packet of its own, so that who passed it may go on to use it. The payload is shared. */
export function copyOf (packet: PublishPacket): PublishPacket {
  const { bare, ...properties } = packet.properties ?? {}
  return {
    ...(packet.clientId === undefined ? {} : { clientId: packet.clientId }),
    ...(packet.nl === undefined ? {} : { nl: packet.nl }),
    ...('raw' in properties ? { properties } : {}),
    ...(packet.messageExpiry === undefined ? {} : { messageExpiry: packet.messageExpiry }),
    cmd: 'publish',
    brokerId: packet.brokerId,
    brokerCounter: packet.brokerCounter,
    topic: packet.topic,
    payload: bare ?? packet.payload,
    qos: packet.qos,
    retain: packet.retain,
    dup: false, // the publisher's repetition is not the receiver's [MQTT-3.3.1-3]
    messageId: undefined
  }
}

/** What a packet costs in memory, nearly. */
export function sizeOf (packet: QueuedPacket): number {
  if (packet.cmd === 'pubrel') return OVERHEAD
  return OVERHEAD + packet.topic.length + packet.payload.length + (packet.properties?.raw.length ?? 0)
}

/** Objects and map entries around a packet. */
const OVERHEAD = 128
