/**
 * The users of the configuration file. Comparison takes the same time whatever is wrong: both sides are hashed to equal
 * length, and a name nobody has costs what a known one costs. Credentials that were verified are remembered, under a key
 * that dies with the process, so that a thousand devices coming back do not mean a thousand hashings.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { UserConfig } from '../../config/model.ts'
import { SCRAM_ITERATIONS } from '../../config/scram-iterations.ts'
import { BoundedMap } from './bounded-map.ts'
import { BoundedQueue } from './bounded-queue.ts'
import type { ScramSecret } from './scram.ts'
import { isScramSecret, matchesScram, parseScramSecret, scramSecretOf } from './scram-secret.ts'
import { decoyHash, deriveKey, isScryptHash, parseScryptHash } from './scrypt-hash.ts'
import type { ScryptHash } from './scrypt-hash.ts'

/** `busy`: too many wait to be hashed; the device may come again. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy'

/** Two of libuv's four threads stay free for the disk and for name look-ups. */
const PARALLEL_HASHINGS = 2
/** Ten seconds of work at 80 ms a password: who comes later would not be answered before it gave up. */
const MAX_WAITING = 256
const VERIFIED_TTL_MS = 10 * 60_000
const MAX_VERIFIED = 10_000
const DERIVED_SALT_BYTES = 16

interface User {
  /** As configured: a verified credential is forgotten when it changes. */
  readonly stored: string
  /** null: `stored` is the password. */
  readonly hash: ScryptHash | ScramSecret | null
}

/** What an exchange of SCRAM-SHA-256 with one user name needs. It looks the same whether there is such a user or not. */
export interface ScramUser {
  /** Null: nobody has this name, or {@link unfit}; no proof is right then. */
  readonly stored: string | null
  /** Why a user that there is can not use SCRAM; null otherwise. */
  readonly unfit: string | null
  readonly salt: Buffer
  readonly iterations: number
  /** What proofs are held to; null when too many wait to be hashed. Never rejects. */
  secret (): Promise<ScramSecret | null>
}

export interface PasswordCounters {
  hashings: number
  /** Answered without hashing, because the same credentials were verified a short while ago. */
  remembered: number
  busy: number
}

/** What outlives a reload of the users: the queue, and what was verified. */
export class PasswordVerifier {
  readonly #key = randomBytes(32)
  readonly #secret: () => Buffer
  /** Null until SCRAM asks for the first salt. */
  #kept: Buffer | null = null
  readonly #queue = new BoundedQueue(PARALLEL_HASHINGS, MAX_WAITING)
  readonly #verified = new BoundedMap<number>(MAX_VERIFIED)
  readonly #underWay = new Map<string, Promise<PasswordVerdict>>()
  /** Of passwords that are kept as plain text, and of names nobody has: apart, so that made-up names drive out none. */
  readonly #derived = { known: new BoundedMap<ScramSecret>(MAX_VERIFIED), unknown: new BoundedMap<ScramSecret>(MAX_VERIFIED) }
  readonly #now: () => number
  readonly counters: PasswordCounters = { hashings: 0, remembered: 0, busy: 0 }

  /** @param secret what {@link stable} is made from; asked for once, when it is needed */
  constructor (now: () => number = Date.now, secret: () => Buffer = () => randomBytes(32)) {
    this.#now = now
    this.#secret = secret
  }

  /** Compares in constant time, plain text with plain text. */
  equal (one: Buffer, other: Buffer): boolean {
    return timingSafeEqual(this.#digest(one), this.#digest(other))
  }

  /** Hashes `password` with the parameters of `hash` and compares; remembers when it was right. */
  verify (username: string, password: Buffer, stored: string, hash: ScryptHash | ScramSecret): PasswordVerdict | Promise<PasswordVerdict> {
    const credential = this.#digest(Buffer.from(JSON.stringify([username, stored])), password).toString('base64')
    const until = this.#verified.get(credential)
    if (until !== undefined && until > this.#now()) {
      this.counters.remembered++
      return 'right'
    }
    const underWay = this.#underWay.get(credential)
    if (underWay !== undefined) return underWay
    const verdict = this.#queue.run(() => this.#hash(password, hash))
    if (verdict === null) {
      this.counters.busy++
      return 'busy'
    }
    // hashing fails when there is no memory for it: the device may come again
    const settled = verdict.then(right => this.#settle(credential, right), () => 'busy' as const)
      .finally(() => this.#underWay.delete(credential))
    this.#underWay.set(credential, settled)
    return settled
  }

  /** Bytes that are the same for the same words as long as the secret is, and that nobody else can foretell. */
  stable (...words: readonly string[]): Buffer {
    this.#kept ??= this.#secret()
    return digest(this.#kept, words.map(word => Buffer.from(word)))
  }

  /** Derives the keys of a plain-text password, once. Null when too many wait to be hashed. Never rejects. */
  async derive (of: 'known' | 'unknown', username: string, password: string, parameters: Pick<ScramSecret, 'salt' | 'iterations'>): Promise<ScramSecret | null> {
    const name = this.#digest(Buffer.from('derived'), Buffer.from(username), Buffer.from(password)).toString('base64')
    const derived = this.#derived[of].get(name)
    if (derived !== undefined) return derived
    try {
      const made = await this.#queue.run(() => {
        this.counters.hashings++
        return scramSecretOf(password, parameters)
      })
      if (made !== null) {
        this.#derived[of].set(name, made)
        return made
      }
    } catch {} // no memory for it: the device may come again
    this.counters.busy++
    return null
  }

  async #hash (password: Buffer, hash: ScryptHash | ScramSecret): Promise<boolean> {
    this.counters.hashings++
    if ('storedKey' in hash) return matchesScram(password, hash)
    return timingSafeEqual(await deriveKey(password, hash), hash.hash)
  }

  #settle (credential: string, right: boolean): PasswordVerdict {
    if (right) this.#verified.set(credential, this.#now() + VERIFIED_TTL_MS)
    return right ? 'right' : 'wrong'
  }

  #digest (...parts: readonly Buffer[]): Buffer {
    return digest(this.#key, parts)
  }
}

function digest (key: Buffer, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(`${part.length}:`).update(part)
  return hmac.digest()
}

/** One generation of users. */
export class Passwords {
  readonly #users: ReadonlyMap<string, User>
  readonly #verifier: PasswordVerifier
  /** Stands in for a name nobody has. It is a hash as soon as one user has one. */
  readonly #decoy: User
  /** What SCRAM shows of a name nobody has looks like this; null: like a plain-text password. */
  readonly #scramLike: ScramSecret | null

  /** @throws {AuthError} CW_AUTH_HASH */
  constructor (users: readonly UserConfig[], verifier: PasswordVerifier) {
    this.#verifier = verifier
    this.#users = new Map(users.map(({ username, password }) => [username, {
      stored: password,
      hash: hashOf(password)
    }]))
    const hashed = [...this.#users.values()].find(user => user.hash !== null)?.hash ?? null
    this.#decoy = { stored: randomBytes(32).toString('base64'), hash: hashed === null ? null : decoyOf(hashed) }
    this.#scramLike = [...this.#users.values()].map(({ hash }) => hash).find(isScram) ?? null
  }

  get size (): number { return this.#users.size }

  has (username: string): boolean { return this.#users.has(username) }

  /** What is stored for a user, to see whether a reload changed it; null for a name nobody has. */
  storedOf (username: string): string | null { return this.#users.get(username)?.stored ?? null }

  /** Never throws, never rejects. */
  verify (username: string, password: Buffer): PasswordVerdict | Promise<PasswordVerdict> {
    const user = this.#users.get(username)
    const { stored, hash } = user ?? this.#decoy
    if (hash !== null) return this.#verifier.verify(username, password, stored, hash)
    const equal = this.#verifier.equal(password, Buffer.from(stored))
    return equal && user !== undefined ? 'right' : 'wrong'
  }

  /** What an exchange of SCRAM-SHA-256 with this name is held to. A name nobody has gets a salt of its own that stays the same. */
  scramUser (username: string): ScramUser {
    const user = this.#users.get(username)
    if (user === undefined) return this.#scramDecoy(username, null)
    const { stored, hash } = user
    if (hash === null) return this.#derivedScram('known', username, stored)
    if (!isScram(hash)) return this.#scramDecoy(username, 'its password is stored as scrypt, which can not do SCRAM: store it with causeway password hash --scram')
    return { stored, unfit: null, salt: hash.salt, iterations: hash.iterations, secret: () => Promise.resolve(hash) }
  }

  #scramDecoy (username: string, unfit: string | null): ScramUser {
    const decoy = this.#scramLike
    const verifier = this.#verifier
    if (decoy === null) return { ...this.#derivedScram('unknown', username, verifier.stable('decoy', username).toString('base64')), stored: null, unfit }
    const salt = Buffer.concat([verifier.stable('salt', username), verifier.stable('more salt', username)]).subarray(0, decoy.salt.length)
    const secret = { salt, iterations: decoy.iterations, storedKey: verifier.stable('stored key', username), serverKey: verifier.stable('server key', username) }
    return { stored: null, unfit, salt, iterations: secret.iterations, secret: () => Promise.resolve(secret) }
  }

  #derivedScram (of: 'known' | 'unknown', username: string, password: string): ScramUser {
    const salt = this.#verifier.stable('salt', username).subarray(0, DERIVED_SALT_BYTES)
    const iterations = SCRAM_ITERATIONS.least
    return { stored: password, unfit: null, salt, iterations, secret: () => this.#verifier.derive(of, username, password, { salt, iterations }) }
  }
}

function hashOf (password: string): ScryptHash | ScramSecret | null {
  if (isScryptHash(password)) return parseScryptHash(password)
  return isScramSecret(password) ? parseScramSecret(password) : null
}

function isScram (hash: ScryptHash | ScramSecret | null): hash is ScramSecret {
  return hash !== null && 'storedKey' in hash
}

/** No password has it; hashing against it costs the same. */
function decoyOf (hash: ScryptHash | ScramSecret): ScryptHash | ScramSecret {
  return isScram(hash) ? { ...hash, salt: randomBytes(hash.salt.length), storedKey: randomBytes(hash.storedKey.length) } : decoyHash(hash)
}
