/** Why a remote refuses a CONNECT, in words, and what an operator can do about it. */
import { BridgeError, bridgeCodes } from '../errors.ts'

type Words = readonly [reason: string, hint: string]

const CLIENT_ID: Words = ['does not accept the client id', 'Set another `clientid`, or remove it to have one made.']
const CREDENTIALS: Words = ['does not accept user name or password', 'Check `username` and `password` of this bridge against the remote.']
const RIGHTS: Words = ['does not authorize this client', 'The remote knows who this is and says no: check its rules for this user, client id or certificate.']
const BUSY: Words = ['is not available now', 'It is tried again by itself.']
const VERSION: Words = ['does not speak this version of MQTT', 'Set `proto_ver` to 4 or 5, whichever the remote speaks.']

/** [MQTT-3.2.2.3] of 3.1.1. */
const returnCodes: Readonly<Record<number, Words>> = { 1: VERSION, 2: CLIENT_ID, 3: BUSY, 4: CREDENTIALS, 5: RIGHTS }

/** MQTT 5, table 3-1. */
const reasonCodes: Readonly<Record<number, Words>> = {
  0x80: ['refuses the connection without saying why', 'Look into the log of the remote.'],
  0x81: ['could not read the CONNECT packet', 'This is a defect of one of the two: report it.'],
  0x82: ['finds an error of protocol in the CONNECT packet', 'Check `will` and `conn_properties` of this bridge.'],
  0x83: ['understands the CONNECT packet and does not accept it', 'Look into the log of the remote.'],
  0x84: VERSION,
  0x85: CLIENT_ID,
  0x86: CREDENTIALS,
  0x87: RIGHTS,
  0x88: BUSY,
  0x89: ['is too busy', 'It is tried again by itself.'],
  0x8a: ['has banned this client', 'Somebody must lift the ban at the remote.'],
  0x8c: ['does not know this way of authentication', 'Remove the authentication method from `conn_properties`.'],
  0x90: ['does not accept the topic of the will', 'Check `will.topic` of this bridge.'],
  0x95: ['finds the CONNECT packet too large', 'Make `will.payload` shorter.'],
  0x97: ['has exceeded a quota', 'Look into the limits of the remote.'],
  0x99: ['says that the payload of the will is not what it claims', 'Check `will` of this bridge.'],
  0x9a: ['keeps no retained messages', 'Set `will.retain = false`.'],
  0x9b: ['does not support the QoS of the will', 'Lower `will.qos`.'],
  0x9c: ['sends us to another server for now', 'Set `server` to the one it names, if it names one.'],
  0x9d: ['has moved for good', 'Set `server` to the new address.'],
  0x9f: ['takes no more connections for the moment', 'Raise `backoff_max`, or the limit of the remote.']
}

/** @param code the CONNACK's return code (3.1.1) or reason code (5); not 0 */
export function connackRefusal (server: string, code: number, level: 4 | 5): BridgeError {
  const [reason, hint] = (level === 5 ? reasonCodes : returnCodes)[code] ?? ['refuses the connection', 'Look into the log of the remote.']
  return new BridgeError(bridgeCodes.refused, `${server} ${reason} (CONNACK ${level === 5 ? `0x${code.toString(16)}` : code})`, { hint })
}

/** Does the refusal mean that the remote takes no bit 0x80 in the protocol level? */
export function refusesProtocolLevel (code: number, level: 4 | 5): boolean {
  return level === 4 && code === 1
}
