/** The properties of MQTT 5 [section 2.2.2.2]: what each holds, which packets may have it, and whether it may be there twice. */

export const PropertyId = {
  PAYLOAD_FORMAT: 0x01,
  MESSAGE_EXPIRY: 0x02,
  CONTENT_TYPE: 0x03,
  RESPONSE_TOPIC: 0x08,
  CORRELATION_DATA: 0x09,
  SUBSCRIPTION_ID: 0x0b,
  SESSION_EXPIRY: 0x11,
  ASSIGNED_CLIENT_ID: 0x12,
  SERVER_KEEP_ALIVE: 0x13,
  AUTHENTICATION_METHOD: 0x15,
  AUTHENTICATION_DATA: 0x16,
  REQUEST_PROBLEM_INFORMATION: 0x17,
  WILL_DELAY: 0x18,
  REQUEST_RESPONSE_INFORMATION: 0x19,
  RESPONSE_INFORMATION: 0x1a,
  SERVER_REFERENCE: 0x1c,
  REASON_STRING: 0x1f,
  RECEIVE_MAXIMUM: 0x21,
  TOPIC_ALIAS_MAXIMUM: 0x22,
  TOPIC_ALIAS: 0x23,
  MAXIMUM_QOS: 0x24,
  RETAIN_AVAILABLE: 0x25,
  USER_PROPERTY: 0x26,
  MAXIMUM_PACKET_SIZE: 0x27,
  WILDCARD_AVAILABLE: 0x28,
  SUBSCRIPTION_IDS_AVAILABLE: 0x29,
  SHARED_AVAILABLE: 0x2a
} as const

/** What a property holds. */
export const PropertyType = {
  BYTE: 1,
  UINT16: 2,
  UINT32: 3,
  VARIABLE: 4,
  TEXT: 5,
  BINARY: 6,
  TEXT_PAIR: 7
} as const

/** Who holds a property block, as bits: the packet types, and the will of a CONNECT. */
export const PropertyHolder = {
  CONNECT: 1 << 1,
  CONNACK: 1 << 2,
  PUBLISH: 1 << 3,
  PUBACK: 1 << 4,
  PUBREC: 1 << 5,
  PUBREL: 1 << 6,
  PUBCOMP: 1 << 7,
  SUBSCRIBE: 1 << 8,
  SUBACK: 1 << 9,
  UNSUBSCRIBE: 1 << 10,
  UNSUBACK: 1 << 11,
  DISCONNECT: 1 << 14,
  AUTH: 1 << 15,
  WILL: 1 << 16
} as const
export type PropertyHolder = typeof PropertyHolder[keyof typeof PropertyHolder]

const { CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, DISCONNECT, AUTH, WILL } = PropertyHolder
const { BYTE, UINT16, UINT32, VARIABLE, TEXT, BINARY, TEXT_PAIR } = PropertyType
const MESSAGE = PUBLISH | WILL
const ANSWER = CONNACK | PUBACK | PUBREC | PUBREL | PUBCOMP | SUBACK | UNSUBACK | DISCONNECT | AUTH
const ALL = ANSWER | MESSAGE | CONNECT | SUBSCRIBE | UNSUBSCRIBE

const RULES: readonly (readonly [id: number, type: number, holders: number])[] = [
  [PropertyId.PAYLOAD_FORMAT, BYTE, MESSAGE],
  [PropertyId.MESSAGE_EXPIRY, UINT32, MESSAGE],
  [PropertyId.CONTENT_TYPE, TEXT, MESSAGE],
  [PropertyId.RESPONSE_TOPIC, TEXT, MESSAGE],
  [PropertyId.CORRELATION_DATA, BINARY, MESSAGE],
  [PropertyId.SUBSCRIPTION_ID, VARIABLE, PUBLISH | SUBSCRIBE],
  [PropertyId.SESSION_EXPIRY, UINT32, CONNECT | CONNACK | DISCONNECT],
  [PropertyId.ASSIGNED_CLIENT_ID, TEXT, CONNACK],
  [PropertyId.SERVER_KEEP_ALIVE, UINT16, CONNACK],
  [PropertyId.AUTHENTICATION_METHOD, TEXT, CONNECT | CONNACK | AUTH],
  [PropertyId.AUTHENTICATION_DATA, BINARY, CONNECT | CONNACK | AUTH],
  [PropertyId.REQUEST_PROBLEM_INFORMATION, BYTE, CONNECT],
  [PropertyId.WILL_DELAY, UINT32, WILL],
  [PropertyId.REQUEST_RESPONSE_INFORMATION, BYTE, CONNECT],
  [PropertyId.RESPONSE_INFORMATION, TEXT, CONNACK],
  [PropertyId.SERVER_REFERENCE, TEXT, CONNACK | DISCONNECT],
  [PropertyId.REASON_STRING, TEXT, ANSWER],
  [PropertyId.RECEIVE_MAXIMUM, UINT16, CONNECT | CONNACK],
  [PropertyId.TOPIC_ALIAS_MAXIMUM, UINT16, CONNECT | CONNACK],
  [PropertyId.TOPIC_ALIAS, UINT16, PUBLISH],
  [PropertyId.MAXIMUM_QOS, BYTE, CONNACK],
  [PropertyId.RETAIN_AVAILABLE, BYTE, CONNACK],
  [PropertyId.USER_PROPERTY, TEXT_PAIR, ALL],
  [PropertyId.MAXIMUM_PACKET_SIZE, UINT32, CONNECT | CONNACK],
  [PropertyId.WILDCARD_AVAILABLE, BYTE, CONNACK],
  [PropertyId.SUBSCRIPTION_IDS_AVAILABLE, BYTE, CONNACK],
  [PropertyId.SHARED_AVAILABLE, BYTE, CONNACK]
]

/** One past the largest identifier. */
const IDS = 0x2b
const TYPES = new Uint8Array(IDS)
const HOLDERS = new Uint32Array(IDS)
for (const [id, type, holders] of RULES) {
  TYPES[id] = type
  HOLDERS[id] = holders
}

/** What the property holds, where `holder` may have it; 0 otherwise. HOT. */
export function typeOfProperty (id: number, holder: PropertyHolder): number {
  return id < IDS && ((HOLDERS[id] as number) & holder) !== 0 ? TYPES[id] as number : 0
}
