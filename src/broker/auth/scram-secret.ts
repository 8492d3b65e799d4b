/**
 * Passwords kept as `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`, as PostgreSQL keeps them (salt and keys in base64).
 * What is stored can check a password and can not be used as one [RFC 5802, section 3].
 */
import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { SCRAM_ITERATIONS } from '../../config/scram-iterations.ts'
import { AuthError, authErrorCodes } from './errors.ts'
import { type ScramSecret, keysOf } from './scram.ts'

const PREFIX = 'SCRAM-SHA-256$'
const SALT_BYTES = { least: 8, most: 64, made: 16 } as const
const KEY_BYTES = 32

export function isScramSecret (password: string): boolean {
  return password.startsWith(PREFIX)
}

/**
 * Reads a stored secret.
 * @throws {AuthError} CW_AUTH_HASH, with what is wrong; the secret itself is not in the message
 */
export function parseScramSecret (text: string): ScramSecret {
  const [, count = '', ...parts] = /^SCRAM-SHA-256\$([1-9]\d{0,8}):([^$:]*)\$([^$:]*):([^$:]*)$/.exec(text) ?? []
  const [salt, storedKey, serverKey] = parts.map(decoded)
  if (salt === undefined || storedKey === undefined || serverKey === undefined) throw faulty('it has not the form SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey')
  const iterations = Number(count)
  if (iterations < SCRAM_ITERATIONS.least || iterations > SCRAM_ITERATIONS.most) throw faulty(`its iterations are not ${SCRAM_ITERATIONS.least} to ${SCRAM_ITERATIONS.most}`)
  if (salt.length < SALT_BYTES.least || salt.length > SALT_BYTES.most) throw faulty('its salt is too short or too long')
  if (storedKey.length !== KEY_BYTES || serverKey.length !== KEY_BYTES) throw faulty('its keys are not 32 bytes each')
  return { iterations, salt, storedKey, serverKey }
}

/**
 * Makes what is stored of a password, with a new salt, for the configuration file.
 * @param iterations within {@link SCRAM_ITERATIONS}
 */
export async function makeScramSecret (password: Buffer | string, iterations: number = SCRAM_ITERATIONS.least): Promise<string> {
  const salt = randomBytes(SALT_BYTES.made)
  const { storedKey, serverKey } = await scramSecretOf(password, { salt, iterations })
  return `${PREFIX}${iterations}:${salt.toString('base64')}$${storedKey.toString('base64')}:${serverKey.toString('base64')}`
}

/** PBKDF2 in libuv's pool, and the keys that come of it. */
export async function scramSecretOf (password: Buffer | string, { salt, iterations }: Pick<ScramSecret, 'salt' | 'iterations'>): Promise<ScramSecret> {
  const salted = await new Promise<Buffer>((resolve, reject) => {
    pbkdf2(prepared(password), salt, iterations, KEY_BYTES, 'sha256', (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
  return { salt, iterations, ...keysOf(salted) }
}

/** Does this password belong to the secret? */
export async function matchesScram (password: Buffer, secret: ScramSecret): Promise<boolean> {
  return timingSafeEqual((await scramSecretOf(password, secret)).storedKey, secret.storedKey)
}

/**
 * SASLprep (RFC 4013) as far as it changes a password: spaces become U+0020, what is mapped to nothing goes, NFKC. What is no
 * UTF-8 stays as it is. ASCII is never changed.
 */
function prepared (password: Buffer | string): Buffer {
  const bytes = typeof password === 'string' ? Buffer.from(password) : password
  const text = bytes.toString('utf8')
  if (!Buffer.from(text).equals(bytes)) return bytes
  return Buffer.from(text.replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu, ' ')
    .replace(/\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu, '').normalize('NFKC'))
}

function decoded (text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

function faulty (what: string): AuthError {
  return new AuthError(authErrorCodes.HASH, `password hash can not be used: ${what}`, { hint: 'make it anew with causeway password hash --scram' })
}
