/**
 * Who a connection is: a user of the file, somebody only the server knows, the holder of a certificate, or nobody in
 * particular. What NanoMQ refuses is refused here too; a false name is refused where NanoMQ lets it in as anonymous.
 */
import type { AuthConfig } from '../../config/model.ts'
import type { AccessRules, Identity } from './access.ts'
import type { HttpAuth } from './http-auth.ts'
import type { Passwords } from './passwords.ts'
import type { Answer, Credentials } from './rights.ts'

/** Everything that decides, as of one configuration. */
export interface Generation {
  readonly config: AuthConfig
  readonly passwords: Passwords
  readonly rules: AccessRules
  readonly http: HttpAuth | null
}

/** By what a connection was let in. It is let in again after a reload only where this still holds. */
export interface Entry {
  readonly who: Credentials
  /** What was stored for its user; null when no password of ours was checked. */
  readonly stored: string | null
  readonly byCertificate: boolean
  /** The server that was asked; null when none was. */
  readonly askedOf: HttpAuth | null
}

export type Refusal = Extract<Answer, { readonly allow: false }>

/** By users, `allow_anonymous` and certificates; the rest is the server's. */
export async function admit (generation: Generation, who: Credentials): Promise<Entry | Refusal> {
  const { passwords } = generation
  const { username, proven = null } = who
  const entry = { who: withoutNeedlessPassword(generation, who), stored: null, byCertificate: false, askedOf: serverOf(generation) }
  if (proven !== null) return standing(generation, proven, username) ? { ...entry, stored: proven.stored } : refusal(4, 'its user was removed or got another password')
  if (passwords.size > 0 && username !== null) {
    const known = await byPassword(passwords, username, who.password)
    if (known !== null) return typeof known === 'string' ? { ...entry, stored: known } : known
  }
  if (letsUnknownIn(generation, username)) return entry
  if (who.certificate !== null && certificateSuffices(generation)) return { ...entry, byCertificate: true }
  return username === null ? refusal(5, 'it sent no user name') : refusal(4, 'unknown user')
}

/** What is stored for the user whose password it is; null for a name nobody has, which takes as long. */
async function byPassword (passwords: Passwords, username: string, password: Buffer | null): Promise<string | Refusal | null> {
  const stored = passwords.storedOf(username)
  const verdict = await passwords.verify(username, password ?? Buffer.alloc(0))
  if (verdict === 'busy') return refusal(3, 'too many passwords wait to be checked')
  if (stored === null) return null
  return verdict === 'right' && password !== null ? stored : refusal(4, 'wrong password')
}

/** Is what was proven by SCRAM still so? Users may have been replaced meanwhile. */
function standing ({ passwords }: Generation, proven: NonNullable<Credentials['proven']>, username: string | null): boolean {
  return proven.username === username && passwords.storedOf(proven.username) === proven.stored
}

/** The server that decides who may connect. */
export function serverOf ({ http }: Generation): HttpAuth | null {
  return http?.asksWhoConnects === true ? http : null
}

/**
 * May it in without a user of the file? Where there are users, a name that is not among them is a false one, unless a server
 * may know it. Where there are none, the server decides alone.
 */
export function letsUnknownIn (generation: Generation, username: string | null): boolean {
  const { config, passwords } = generation
  const server = serverOf(generation) !== null
  if (passwords.size === 0) return config.allowAnonymous || server
  return config.allowAnonymous && (username === null || server)
}

/** A verified client certificate stands for a user only where there is no other way in. */
export function certificateSuffices (generation: Generation): boolean {
  return generation.passwords.size === 0 && serverOf(generation) === null
}

/** Who is let in by its certificate has the certificate's name; what it calls itself was not checked. */
export function identityOf ({ who, byCertificate }: Entry): Identity {
  const username = byCertificate ? who.certificate?.commonName ?? null : who.username
  return { username, clientId: who.clientId, address: who.address }
}

function withoutNeedlessPassword ({ http }: Generation, who: Credentials): Credentials {
  return http?.needsPassword === true ? who : { ...who, password: null }
}

export function refusal (returnCode: Refusal['returnCode'], reason: string): Refusal {
  return { allow: false, returnCode, reason }
}
