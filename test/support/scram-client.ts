/** What a client of SCRAM-SHA-256 says in MQTT 5, written apart from the broker's own; nothing is checked, so that wrong things can be said. */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { PropertyBlock } from '../../src/mqtt/v5/property-block.ts'
import { PropertyHolder } from '../../src/mqtt/v5/property-id.ts'
import { packet, u16 } from './packets.ts'
import { type Connect5, block, connect5 } from './packets-5.ts'
import type { Received } from './raw-client.ts'

export const METHOD = 'SCRAM-SHA-256'
/** Packet type. */
export const AUTH = 15
const NONCE = 'rOprNGfwEbeRWgbNEkqO'

export const property = (id: number, value: string | Buffer): Buffer => Buffer.concat([Buffer.of(id), Buffer.from(u16(Buffer.byteLength(value))), Buffer.from(value as string)])
export const auth = (code: number, data: string | Buffer | null, method: string | null = METHOD): Buffer =>
  packet(0xf0, [code], block(...(method === null ? [] : [property(0x15, method)]), ...(data === null ? [] : [property(0x16, data)])))
export const first = (username: string, nonce = NONCE, header = 'n,,'): string => `${header}n=${username},r=${nonce}`
export const signIn = (username: string, options: Connect5 = {}): Buffer => connect5({ ...options, properties: [property(0x15, METHOD), property(0x16, first(username)), ...options.properties ?? []] })

/** Method and data of a packet whose property block starts at `at`. */
export function proofIn ({ body }: Received, at: number): { method: string, data: string } {
  const read = new PropertyBlock(true)
  const long = body.readUInt8(at) > 127
  if (read.read(body, at + (long ? 2 : 1), body.length, at === 1 ? PropertyHolder.AUTH : PropertyHolder.CONNACK) !== null) throw new Error('properties are not well formed')
  return { method: body.toString('utf8', read.methodStart, read.methodEnd), data: read.dataStart < 0 ? '' : body.toString('utf8', read.dataStart, read.dataEnd) }
}

const hmac = (key: Buffer, said: string): Buffer => createHmac('sha256', key).update(said).digest()

/** What a client answers to a challenge, and what it expects to hear then; written apart from the broker's own. */
export function answer (username: string, password: string, challenge: string, binding = 'biws'): { final: string, expected: string } {
  const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(challenge) ?? []
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
  const key = hmac(salted, 'Client Key')
  const bare = `c=${binding},r=${nonce}`
  const signed = `n=${username},r=${NONCE},${challenge},${bare}`
  const signature = hmac(createHash('sha256').update(key).digest(), signed)
  const proof = key.map((byte, i) => byte ^ (signature[i] ?? 0))
  return { final: `${bare},p=${Buffer.from(proof).toString('base64')}`, expected: `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}` }
}
