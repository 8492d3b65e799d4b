/**
 * What the reason codes of a remote mean for its bridge: in words, what an operator can do, and when it is worth trying again. One row a code:
 * CONNACK, MQTT 5 table 3-1, with the return codes of 3.1.1; DISCONNECT, MQTT 5 table 3-10, as far as a server sends it.
 */

/**
 * When the next try is worth while: `retry` after the usual wait; `slow` after a long one, since the remote has asked for less; `elsewhere` at once
 * where there is another server, else as `slow`; `give_up` seldom, since somebody must change something before it can go well.
 */
export type Steer = 'retry' | 'slow' | 'elsewhere' | 'give_up'

export interface ReasonCode {
  readonly code: number
  readonly steer: Steer
  /** What the remote does, behind its name: in CONNACK, in DISCONNECT; null: not in that packet. */
  readonly connack: string | null
  readonly disconnect: string | null
  readonly hint: string
  /** DISCONNECT: a message that was under way may be the reason. */
  readonly blames: boolean
}

// eslint-disable-next-line max-params -- a row of a table
function row (code: number, steer: Steer, [connack, disconnect]: readonly [string | null, string | null], hint: string, blames = false): ReasonCode {
  return { code, steer, connack, disconnect, hint, blames }
}

const LOOK = 'Look into the log of the remote.'
const LIMITS = 'Look at the limits of the remote for what this bridge sends.'
const DEFECT = 'This is a defect of one of the two: report it.'

export const reasonCodes: readonly ReasonCode[] = [
  row(0x00, 'retry', [null, 'ends the connection without saying why'], LOOK),
  row(0x80, 'retry', ['refuses the connection without saying why', 'ends the connection without saying why'], LOOK, true),
  row(0x81, 'slow', ['could not read the CONNECT packet', 'could not read a packet of ours'], DEFECT, true),
  row(0x82, 'slow', ['finds an error of protocol in the CONNECT packet', 'finds that we broke the protocol'], 'Check `will` and `conn_properties` of this bridge; else this is a defect of one of the two: report it.', true),
  row(0x83, 'retry', ['understands the CONNECT packet and does not accept it', 'understands what we sent and does not accept it'], LOOK, true),
  row(0x84, 'give_up', ['does not speak this version of MQTT', null], 'Set `proto_ver` to 4 or 5, whichever the remote speaks.'),
  row(0x85, 'give_up', ['does not accept the client id', null], 'Set another `clientid`, or remove it to have one made.'),
  row(0x86, 'give_up', ['does not accept user name or password', null], 'Check `username` and `password` of this bridge against the remote.'),
  row(0x87, 'give_up', ['does not authorize this client', 'does not authorize something we did'], 'The remote knows who this is and says no: check its rules for this user, client id or certificate, and for what this bridge publishes and subscribes to.', true),
  row(0x88, 'retry', ['is not available now', null], 'It is tried again by itself.'),
  row(0x89, 'slow', ['is too busy', 'is too busy'], 'It is tried again by itself, slower.'),
  row(0x8a, 'give_up', ['has banned this client', null], 'Somebody must lift the ban at the remote.'),
  row(0x8b, 'retry', [null, 'is shutting down'], 'It is tried again by itself.'),
  row(0x8c, 'give_up', ['does not know this way of authentication', 'does not know this way of authentication'], 'Remove the authentication method from `conn_properties`.'),
  row(0x8d, 'retry', [null, 'has not heard of us for too long'], 'The link is slow or was cut: look at what lies between.'),
  row(0x8e, 'slow', [null, 'has given our session to another client with the same client id'], 'Two nodes use one `clientid` and throw each other out, which loses and repeats messages: give each its own.'),
  row(0x8f, 'slow', [null, 'finds a topic filter of ours invalid'], 'Check `subscription` of this bridge against what the remote allows.'),
  row(0x90, 'slow', ['does not accept the topic of the will', 'does not accept a topic name of ours'], 'Check `will.topic` and `forwards` of this bridge against what the remote allows.', true),
  row(0x93, 'retry', [null, 'got more messages at once than it allows'], DEFECT),
  row(0x94, 'retry', [null, 'finds a topic alias of ours invalid'], DEFECT, true),
  row(0x95, 'slow', ['finds the CONNECT packet too large', 'got a packet larger than it allows'], 'Raise the largest packet that the remote takes, or let devices send less at once; of CONNECT, make `will.payload` shorter.', true),
  row(0x96, 'slow', [null, 'gets messages faster than it allows'], 'Set `rate_limit` below what the remote allows.'),
  row(0x97, 'slow', ['has a quota that is exceeded', 'has a quota that we exceeded'], LIMITS),
  row(0x98, 'slow', [null, 'was told by its operator to close this connection'], 'Ask who runs the remote.'),
  row(0x99, 'slow', ['says that the payload of the will is not what it claims', 'says that a payload is not what it claims'], 'Check `will` of this bridge, and what devices send as payload format indicator.', true),
  row(0x9a, 'slow', ['keeps no retained messages', 'keeps no retained messages'], 'Set `will.retain = false`, and `retain = 0` in `forwards`.', true),
  row(0x9b, 'slow', ['does not support the QoS of the will', 'does not support the QoS of a message'], 'Lower `will.qos`, and `qos` in `forwards`.', true),
  row(0x9c, 'elsewhere', ['sends us to another server for now', 'sends us to another server for now'], 'If that is to be gone to, name it in `hybrid_servers`: no other is connected to.'),
  row(0x9d, 'elsewhere', ['has moved for good', 'has moved for good'], 'Set `server` to the new address: no server is connected to that the configuration does not name.'),
  row(0x9e, 'slow', [null, 'does not support shared subscriptions'], 'Remove `$share/…` from `subscription`.'),
  row(0x9f, 'slow', ['takes no more connections for the moment', 'takes no more connections for the moment'], 'Raise `backoff_max`, or the limit of the remote.'),
  row(0xa0, 'slow', [null, 'keeps connections for a limited time only'], 'It is tried again by itself.'),
  row(0xa1, 'slow', [null, 'does not support subscription identifiers'], 'Remove `sub_properties.identifier`.'),
  row(0xa2, 'slow', [null, 'does not support subscriptions with wildcards'], 'List the topics in `subscription`.')
]

/** Return codes of 3.1.1 [MQTT-3.2.2.3], as those of MQTT 5 that say the same. */
const returnCodes: Readonly<Record<number, number>> = { 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87 }

const byCode = new Map(reasonCodes.map(each => [each.code, each]))

/** Of CONNACK; a code that no row has is as one that says nothing. */
export function connackCode (code: number, level: 4 | 5): ReasonCode {
  return byCode.get(level === 5 ? code : returnCodes[code] ?? -1) ?? row(code, 'retry', ['refuses the connection', null], LOOK)
}

/** Of DISCONNECT; a code that no row has is as one that says nothing. */
export function disconnectCode (code: number): ReasonCode {
  return byCode.get(code) ?? row(code, 'retry', [null, 'ends the connection'], LOOK)
}
