/** Who a device is and what it may do: the seam between the doorkeeper and the ways to decide it. */
import type { TopicEntry } from '../../relay/relay.ts'

export interface Credentials {
  readonly clientId: string
  readonly username: string | null
  readonly password: Buffer | null
  /** The peer's IP address. */
  readonly address: string
  /** The port it came in by. */
  readonly port: number
  /** MQTT protocol level: 3, 4 or 5. */
  readonly level: number
  /** Of a verified client certificate; null without one. */
  readonly certificate: { readonly commonName: string, readonly subject: string } | null
  /** By an exchange of this gatekeeper; its name is the user name, and no password is asked for. */
  readonly proven?: ProvenUser | null
}

/** A user that has shown by enhanced authentication that it knows its password. */
export interface ProvenUser {
  readonly username: string
  /** What was stored of it when it did. */
  readonly stored: string
}

export type ExchangeAnswer =
  | { readonly kind: 'challenge', readonly data: Buffer }
  /** The data is what proves the broker to the device. */
  | { readonly kind: 'proven', readonly data: Buffer, readonly user: ProvenUser }
  /** Busy: it could not be decided now. The reason is for the log: to the device all refusals are the same. */
  | { readonly kind: 'refused', readonly busy: boolean, readonly username: string | null, readonly reason: string }

/** One exchange of enhanced authentication [MQTT 5.0, section 4.12]. */
export interface AuthenticationExchange {
  /** Takes what the device says next; one at a time. Never rejects, and after proven or refused there is no next. */
  next (data: Buffer): Promise<ExchangeAnswer>
}

export type Answer =
  | { readonly allow: true, readonly rights: Rights }
  /** 3.1.1 return code: 2 identifier, 3 unavailable, 4 bad user name or password, 5 not authorised. The reason is for the log. */
  | { readonly allow: false, readonly returnCode: 2 | 3 | 4 | 5, readonly reason: string }

/** What one connection may do. Asked on the hot path: a decision that is known is answered at once, not by a promise. */
export interface Rights {
  /** May it publish to this topic? Remembered by (rights, topic), never by topic alone. */
  publish (entry: TopicEntry): boolean | Promise<boolean>
  /** May it subscribe to this filter? */
  subscribe (filter: string): boolean | Promise<boolean>
  /** May a message of this topic be given to it, though its filter matched? Synchronous: what is not known is no. */
  receive (topic: string): boolean
}

export interface Gatekeeper {
  /** Never rejects: what goes wrong is a refusal with its reason. */
  authenticate (credentials: Credentials): Promise<Answer>
  /** Begins enhanced authentication; null where the method is not known or no user could use it. */
  exchange (method: string): AuthenticationExchange | null
  readonly denyAction: 'ignore' | 'disconnect'
  /** Counts up when users or rules were replaced: rights of an older generation are to be renewed before they are used. */
  readonly generation: number
  /**
   * Rights of today for rights of an older generation, or why the connection has to go. Where it may stay, its holder asks
   * again for each subscription and drops what is refused.
   */
  renew (rights: Rights): Answer
  /** Calls after users or rules were replaced, so that connections that are silent are judged too; answers how to stop that. */
  onReplaced (call: () => void): () => void
}
