/**
 * Passwords kept as `scrypt$N$r$p$salt$hash` (RFC 7914; salt and hash in base64). What a hash may ask for is bounded, so
 * that a line in a password file can not take gigabytes or minutes.
 */
import { randomBytes, scrypt } from 'node:crypto'
import type { ScryptOptions } from 'node:crypto'
import { AuthError, authErrorCodes } from './errors.ts'

export interface ScryptHash {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
  readonly salt: Buffer
  readonly hash: Buffer
}

const PREFIX = 'scrypt$'
/** About 40 ms and 16 MiB on a small machine; Node's own defaults. */
const DEFAULT = { cost: 16_384, blockSize: 8, parallelization: 1 } as const
/** 128 · N · r bytes are needed while one password is hashed. */
const MAX_MEMORY = 64 * 1024 * 1024
/** N · r · p: 32 times the default, a second or two. */
const MAX_WORK = 32 * 16_384 * 8
const SALT_BYTES = { least: 8, most: 64, made: 16 } as const
const HASH_BYTES = { least: 16, most: 64, made: 32 } as const

export function isScryptHash (password: string): boolean {
  return password.startsWith(PREFIX)
}

/**
 * Reads a hash.
 * @throws {AuthError} CW_AUTH_HASH, with what is wrong; the hash itself is not in the message
 */
export function parseScryptHash (text: string): ScryptHash {
  const parts = text.slice(PREFIX.length).split('$')
  if (!isScryptHash(text) || parts.length !== 5) throw faulty('it has not the form scrypt$N$r$p$salt$hash')
  const [cost, blockSize, parallelization] = parts.slice(0, 3).map(positive) as [number, number, number]
  const salt = bytes(parts[3] ?? '', SALT_BYTES)
  const hash = bytes(parts[4] ?? '', HASH_BYTES)
  if (cost < 2 || (cost & (cost - 1)) !== 0) throw faulty('N is not a power of two')
  if (128 * cost * blockSize > MAX_MEMORY) throw faulty('N and r ask for more than 64 MiB')
  if (cost * blockSize * parallelization > MAX_WORK) throw faulty('N, r and p ask for too much work')
  return { cost, blockSize, parallelization, salt, hash }
}

/** Hashes a password with a new salt, for the configuration file. */
export async function makeScryptHash (password: Buffer | string): Promise<string> {
  const salt = randomBytes(SALT_BYTES.made)
  const hash = await deriveKey(password, { ...DEFAULT, salt, hash: Buffer.alloc(HASH_BYTES.made) })
  return [PREFIX.slice(0, -1), DEFAULT.cost, DEFAULT.blockSize, DEFAULT.parallelization, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** What `password` becomes with the salt and the parameters of `as`, in libuv's pool. */
export function deriveKey (password: Buffer | string, as: ScryptHash): Promise<Buffer> {
  const options: ScryptOptions = {
    cost: as.cost,
    blockSize: as.blockSize,
    parallelization: as.parallelization,
    maxmem: 128 * as.blockSize * (as.cost + as.parallelization) + 1024 * 1024
  }
  return new Promise((resolve, reject) => {
    scrypt(password, as.salt, as.hash.length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

/** A hash that no password has, with the parameters of `like`: hashing against it costs the same. */
export function decoyHash (like: ScryptHash): ScryptHash {
  return { ...like, salt: randomBytes(like.salt.length), hash: randomBytes(like.hash.length) }
}

function positive (text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw faulty('N, r and p are not all positive whole numbers')
  return Number(text)
}

function bytes (text: string, size: { readonly least: number, readonly most: number }): Buffer {
  const decoded = Buffer.from(text, 'base64')
  const exact = decoded.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '')
  if (!exact) throw faulty('salt or hash is not base64')
  if (decoded.length < size.least || decoded.length > size.most) throw faulty('salt or hash is too short or too long')
  return decoded
}

function faulty (what: string): AuthError {
  return new AuthError(authErrorCodes.HASH, `password hash can not be used: ${what}`, {
    hint: 'make the hash anew; scrypt$16384$8$1$SALT$HASH, both in base64, is what Causeway makes itself'
  })
}
