/**
 * The users of the configuration file. Comparison takes the same time whatever is wrong: both sides are hashed to equal
 * length, and a name nobody has costs what a known one costs. Credentials that were verified are remembered, under a key
 * that dies with the process, so that a thousand devices coming back do not mean a thousand hashings.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { UserConfig } from '../../config/model.ts'
import { BoundedMap } from './bounded-map.ts'
import { BoundedQueue } from './bounded-queue.ts'
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

interface User {
  /** As configured: a verified credential is forgotten when it changes. */
  readonly stored: string
  /** null: `stored` is the password. */
  readonly hash: ScryptHash | null
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
  readonly #queue = new BoundedQueue(PARALLEL_HASHINGS, MAX_WAITING)
  readonly #verified = new BoundedMap<number>(MAX_VERIFIED)
  readonly #underWay = new Map<string, Promise<PasswordVerdict>>()
  readonly #now: () => number
  readonly counters: PasswordCounters = { hashings: 0, remembered: 0, busy: 0 }

  constructor (now: () => number = Date.now) {
    this.#now = now
  }

  /** Compares in constant time, plain text with plain text. */
  equal (one: Buffer, other: Buffer): boolean {
    return timingSafeEqual(this.#digest(one), this.#digest(other))
  }

  /** Hashes `password` with the parameters of `hash` and compares; remembers when it was right. */
  verify (username: string, password: Buffer, stored: string, hash: ScryptHash): PasswordVerdict | Promise<PasswordVerdict> {
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

  async #hash (password: Buffer, hash: ScryptHash): Promise<boolean> {
    this.counters.hashings++
    return timingSafeEqual(await deriveKey(password, hash), hash.hash)
  }

  #settle (credential: string, right: boolean): PasswordVerdict {
    if (right) this.#verified.set(credential, this.#now() + VERIFIED_TTL_MS)
    return right ? 'right' : 'wrong'
  }

  #digest (...parts: readonly Buffer[]): Buffer {
    const hmac = createHmac('sha256', this.#key)
    for (const part of parts) hmac.update(`${part.length}:`).update(part)
    return hmac.digest()
  }
}

/** One generation of users. */
export class Passwords {
  readonly #users: ReadonlyMap<string, User>
  readonly #verifier: PasswordVerifier
  /** Stands in for a name nobody has. It is a hash as soon as one user has one. */
  readonly #decoy: User

  /** @throws {AuthError} CW_AUTH_HASH */
  constructor (users: readonly UserConfig[], verifier: PasswordVerifier) {
    this.#verifier = verifier
    this.#users = new Map(users.map(({ username, password }) => [username, {
      stored: password,
      hash: isScryptHash(password) ? parseScryptHash(password) : null
    }]))
    const hashed = [...this.#users.values()].find(user => user.hash !== null)?.hash ?? null
    this.#decoy = { stored: randomBytes(32).toString('base64'), hash: hashed === null ? null : decoyHash(hashed) }
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
}
