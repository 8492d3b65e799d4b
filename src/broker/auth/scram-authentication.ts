/** SCRAM-SHA-256 with the users of the file. A name nobody has is led through the same exchange to the same refusal. */
import type { Passwords, ScramUser } from './passwords.ts'
import type { AuthenticationExchange, ExchangeAnswer } from './rights.ts'
import { ScramExchange, readClientFirst } from './scram.ts'

/** The method's name [RFC 7677]. */
export const SCRAM_SHA_256 = 'SCRAM-SHA-256'

interface Challenged {
  readonly username: string
  readonly user: ScramUser
  readonly exchange: ScramExchange
}

export class ScramAuthentication implements AuthenticationExchange {
  readonly #passwords: () => Passwords
  readonly #refused: () => void
  #challenged: Challenged | null = null
  #over = false

  /** @param passwords those of now; @param refused called when the exchange ends with a refusal */
  constructor (passwords: () => Passwords, refused: () => void) {
    this.#passwords = passwords
    this.#refused = refused
  }

  async next (data: Buffer): Promise<ExchangeAnswer> {
    if (this.#over) return this.#refuse('the exchange is over')
    const challenged = this.#challenged
    return challenged === null ? this.#challenge(data) : this.#judge(data, challenged)
  }

  #challenge (data: Buffer): ExchangeAnswer {
    const first = readClientFirst(data)
    if ('fault' in first) return this.#refuse(first.fault)
    const user = this.#passwords().scramUser(first.username)
    const exchange = new ScramExchange(first, user)
    this.#challenged = { username: first.username, user, exchange }
    return { kind: 'challenge', data: exchange.challenge }
  }

  async #judge (data: Buffer, { username, user, exchange }: Challenged): Promise<ExchangeAnswer> {
    this.#over = true
    const secret = await user.secret()
    if (secret === null) return this.#refuse('too many passwords wait to be checked', true)
    const verifier = exchange.prove(data, secret)
    if (verifier !== null && 'fault' in verifier) return this.#refuse(verifier.fault)
    const { stored, unfit } = user
    if (stored === null) return this.#refuse(unfit ?? 'unknown user')
    if (verifier === null) return this.#refuse('wrong password')
    if (this.#passwords().storedOf(username) !== stored) return this.#refuse('its user was removed or got another password')
    return { kind: 'proven', data: verifier, user: { username, stored } }
  }

  #refuse (reason: string, busy = false): ExchangeAnswer {
    this.#over = true
    this.#refused()
    return { kind: 'refused', busy, username: this.#challenged?.username ?? null, reason }
  }
}
