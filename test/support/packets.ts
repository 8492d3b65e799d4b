/** MQTT 3.1.1 packets as bytes, for tests that speak the protocol by hand; nothing is checked, so that wrong ones can be made. */

export interface ConnectOptions {
  readonly clientId?: string
  readonly clean?: boolean
  readonly keepAlive?: number
  readonly username?: string
  readonly password?: string
  readonly will?: { readonly topic: string, readonly payload?: string, readonly qos?: 0 | 1 | 2, readonly retain?: boolean }
  readonly name?: string
  readonly level?: number
}

export function text (value: string): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function packet (first: number, ...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map(part => Buffer.isBuffer(part) ? part : Buffer.from(part)))
  const length: number[] = []
  let rest = body.length
  do {
    length.push(rest < 128 ? rest : (rest & 127) | 128)
    rest >>>= 7
  } while (rest > 0)
  return Buffer.concat([Buffer.from([first, ...length]), body])
}

export function u16 (value: number): number[] {
  return [value >> 8, value & 255]
}

export function connect (options: ConnectOptions = {}): Buffer {
  const { name = 'MQTT', level = 4, keepAlive = 0, clientId = 'raw', will, username, password } = options
  return packet(0x10, text(name), [level, connectFlags(options)], u16(keepAlive), text(clientId),
    ...(will === undefined ? [] : [text(will.topic), text(will.payload ?? '')]),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]))
}

export function connectFlags ({ clean = true, will, username, password }: ConnectOptions): number {
  const willFlags = will === undefined ? 0 : 4 | (will.qos ?? 0) << 3 | (will.retain === true ? 32 : 0)
  return (clean ? 2 : 0) | willFlags | (password === undefined ? 0 : 64) | (username === undefined ? 0 : 128)
}

export interface PublishOptions {
  readonly qos?: 0 | 1 | 2
  readonly id?: number
  readonly retain?: boolean
  readonly dup?: boolean
}

export function publish (topic: string, payload: string | Buffer, { qos = 0, id = 1, retain = false, dup = false }: PublishOptions = {}): Buffer {
  const first = 0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0)
  return packet(first, text(topic), qos === 0 ? [] : u16(id), Buffer.from(payload))
}

export function subscribe (id: number, ...filters: readonly (readonly [filter: string, qos: number])[]): Buffer {
  return packet(0x82, u16(id), ...filters.flatMap(([filter, qos]) => [text(filter), [qos]]))
}

export function unsubscribe (id: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, u16(id), ...filters.map(text))
}

export const puback = (id: number): Buffer => packet(0x40, u16(id))
export const pubrec = (id: number): Buffer => packet(0x50, u16(id))
export const pubrel = (id: number): Buffer => packet(0x62, u16(id))
export const pubcomp = (id: number): Buffer => packet(0x70, u16(id))
export const pingreq = (): Buffer => packet(0xc0)
export const disconnect = (): Buffer => packet(0xe0)
