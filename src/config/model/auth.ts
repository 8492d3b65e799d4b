/** Who may connect, and what it may do. */
import type { HttpTlsConfig } from './http-client.ts'

export type Permit = 'allow' | 'deny'

export interface AuthConfig {
  readonly allowAnonymous: boolean
  /** When no rule matches. */
  readonly noMatch: Permit
  /** `ignore`: acknowledged and discarded. */
  readonly denyAction: 'ignore' | 'disconnect'
  readonly users: readonly UserConfig[]
  readonly rules: readonly AclRule[]
  readonly http: HttpAuthConfig | null
  /** Decisions remembered. */
  readonly cache: { readonly maxSize: number }
}

export interface UserConfig {
  readonly username: string
  /** Plain as NanoMQ has it, or a hash: `scrypt$…` or `SCRAM-SHA-256$…`. */
  readonly password: string
}

export interface AclRule {
  readonly permit: Permit
  /** Conditions; absent ones do not restrict. `#` in a name means anybody, as NanoMQ has it. */
  readonly username: string | null
  readonly clientid: string | null
  readonly ipaddr: string | null
  /** `all`: of `and` every one, of `or` any one must hold. */
  readonly combine: 'and' | 'or'
  readonly action: 'publish' | 'subscribe' | 'pubsub'
  /** Filters, with `%u` and `%c` as literal levels; empty: any topic. */
  readonly topics: readonly string[]
  /** `file:line:column`, for messages. */
  readonly place: string
}

export interface HttpAuthRequest {
  readonly url: string
  /** What the server is held to; null: `http:`, or the public authorities. */
  readonly tls: HttpTlsConfig | null
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  /** Values hold NanoMQ's placeholders: %u %c %a %r %P %p %C %d %A %t %m. */
  readonly params: Readonly<Record<string, string>>
}

export interface HttpAuthConfig {
  readonly auth: HttpAuthRequest | null
  readonly superuser: HttpAuthRequest | null
  readonly acl: HttpAuthRequest | null
  readonly timeoutMs: number
  readonly connectTimeoutMs: number
  readonly poolSize: number
  readonly cacheTtlMs: number
  /** What to do while the server can not be asked. `cached`: an answer that has expired goes on holding. */
  readonly onError: 'deny' | 'cached'
}
