/** CONNECT for the keeper of sessions, who speaks 3.1.1. */
import { CLEAN_SESSION, PASSWORD_FLAG, USERNAME_FLAG, WILL, WILL_QOS_SHIFT, WILL_RETAIN } from '../../mqtt/connect-flags.ts'
import type { WillRequest } from '../../mqtt/connect.ts'
import { variableByteIntegerSize, writeVariableByteInteger } from '../../mqtt/variable-byte-integer.ts'

export interface ConnectMessage {
  readonly clientId: string
  readonly cleanSession: boolean
  readonly will: Omit<WillRequest, 'properties'> | null
  readonly username: string | null
  readonly password: Buffer | null
}

/** Without keep-alive. A password without a user name, which MQTT 5 allows, gets an empty one [MQTT-3.1.2-22]. */
export function encodeConnect ({ clientId, cleanSession, will, username, password }: ConnectMessage): Buffer {
  const name = username ?? (password === null ? null : '')
  const flags = (cleanSession ? CLEAN_SESSION : 0) | willFlags(will) | (name === null ? 0 : USERNAME_FLAG) | (password === null ? 0 : PASSWORD_FLAG)
  const fields = [field('MQTT'), Buffer.of(4, flags, 0, 0), field(clientId)]
  if (will !== null) fields.push(field(will.topic), field(will.payload))
  if (name !== null) fields.push(field(name))
  if (password !== null) fields.push(field(password))
  const body = Buffer.concat(fields)
  const head = Buffer.alloc(1 + variableByteIntegerSize(body.length))
  head[0] = 0x10
  writeVariableByteInteger(body.length, head, 1)
  return Buffer.concat([head, body])
}

function willFlags (will: ConnectMessage['will']): number {
  return will === null ? 0 : WILL | will.qos << WILL_QOS_SHIFT | (will.retain ? WILL_RETAIN : 0)
}

function field (value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}
