/**
 * The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), without a socket: what a client says goes in, what is answered comes out. No
 * channel binding, no extensions. Comparison takes the same time whatever is wrong.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What is stored of a password: it can check one, and can not be used as one. */
export interface ScramSecret {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** The exchange fails: what the client said is not SCRAM. */
export interface ScramFault { readonly fault: string }

export interface ClientFirst {
  readonly username: string
  readonly nonce: string
  /** As it was said, without the GS2 header: it is part of what is signed. */
  readonly bare: string
  /** The GS2 header, which the second message repeats in base64. */
  readonly header: string
}

/** Bytes of a message of the exchange, at most. */
export const MAX_SCRAM_MESSAGE = 1024
const NONCE_BYTES = 18
const HASH_BYTES = 32
/** Printable ASCII but the comma (RFC 5802, section 7). */
const NONCE = /^[\x21-\x2b\x2d-\x7e]{8,256}$/
const FIRST = /^([ny],(?:a=([^,]*))?,)(n=([^,]*),r=([^,]*)(,.*)?)$/s
/** What {@link FIRST} finds; the second and the last part may be left out. */
type FirstMatch = readonly [all: string, header: string, authzid: string | undefined, bare: string, name: string, nonce: string, more: string | undefined]
const FINAL = /^(c=([^,]*),r=([^,]*)(?:,.*)?),p=([^,]*)$/s
type FinalMatch = readonly [all: string, bare: string, binding: string, nonce: string, proof: string]
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @param data the authentication data of CONNECT, or of AUTH with reason code 0x19 */
export function readClientFirst (data: Buffer): ClientFirst | ScramFault {
  const text = textOf(data)
  if (text === null) return fault('the first message is no text, or too long')
  const match = FIRST.exec(text)
  if (match === null) return fault('the first message asks for channel binding or an extension, or is none')
  return checkedFirst(match as unknown as FirstMatch)
}

function checkedFirst ([, header, authzid, bare, name, nonce, more]: FirstMatch): ClientFirst | ScramFault {
  if (more?.startsWith(',m=') === true) return fault('an extension is demanded that is not known')
  const username = unescaped(name)
  if (username === null || username === '') return fault('the user name is not well formed')
  if (authzid !== undefined && unescaped(authzid) !== username) return fault('it wants to act as another user')
  if (!NONCE.test(nonce)) return fault('the nonce is not one')
  return { username, nonce, bare, header }
}

export class ScramExchange {
  readonly #first: ClientFirst
  readonly #nonce: string
  readonly #serverFirst: string

  /** @param salt, iterations those of the user, or of one who is not */
  constructor (first: ClientFirst, { salt, iterations }: Pick<ScramSecret, 'salt' | 'iterations'>, serverNonce: string = randomBytes(NONCE_BYTES).toString('base64')) {
    this.#first = first
    this.#nonce = first.nonce + serverNonce
    this.#serverFirst = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`
  }

  get challenge (): Buffer { return Buffer.from(this.#serverFirst) }

  /**
   * Judges the client's proof.
   * @returns what proves the server to the client; null when the proof is wrong
   */
  prove (data: Buffer, { storedKey, serverKey }: Pick<ScramSecret, 'storedKey' | 'serverKey'>): Buffer | null | ScramFault {
    const match = FINAL.exec(textOf(data) ?? '')
    if (match === null) return fault('the last message is none')
    const [, bare, binding, nonce, proof] = match as unknown as FinalMatch
    if (!BASE64.test(binding) || !Buffer.from(binding, 'base64').equals(Buffer.from(this.#first.header))) return fault('the channel binding is not that of the first message')
    if (nonce !== this.#nonce) return fault('the nonce is not that of this exchange')
    const given = Buffer.from(proof, 'base64')
    if (!BASE64.test(proof) || given.length !== HASH_BYTES) return fault('the proof is none')
    const signed = `${this.#first.bare},${this.#serverFirst},${bare}`
    const clientKey = xor(given, hmac(storedKey, signed))
    if (!timingSafeEqual(hash(clientKey), storedKey)) return null
    return Buffer.from(`v=${hmac(serverKey, signed).toString('base64')}`)
  }
}

/** @param salted PBKDF2-HMAC-SHA-256 of the prepared password, 32 bytes */
export function keysOf (salted: Buffer): Pick<ScramSecret, 'storedKey' | 'serverKey'> {
  return { storedKey: hash(hmac(salted, 'Client Key')), serverKey: hmac(salted, 'Server Key') }
}

function textOf (data: Buffer): string | null {
  if (data.length === 0 || data.length > MAX_SCRAM_MESSAGE) return null
  const text = data.toString('utf8')
  return Buffer.from(text).equals(data) && !text.includes('\0') ? text : null
}

/** `=2C` is a comma, `=3D` an equals sign; another `=` must not be there. */
function unescaped (name: string): string | null {
  if (/=(?!2C|3D)/.test(name)) return null
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

function hmac (key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function hash (bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function xor (one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, i) => byte ^ (other[i] ?? 0)))
}

function fault (what: string): ScramFault {
  return { fault: what }
}
