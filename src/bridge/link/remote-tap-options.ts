/** What the tap to the remote is made with, and who hears of what it can not settle by itself. */
import type { Socket } from 'node:net'
import type { Violation } from '../../mqtt/violation.ts'
import type { Clock } from '../clock.ts'
import type { Incoming } from '../down/incoming.ts'
import type { RateLimit } from './rate-limit.ts'

/** Who lives with the tap: hears of what it can not settle by itself. */
export interface TapOwner {
  /** The remote did what the standard forbids. No frame follows. */
  violated (reason: Violation): void
  /** The local broker could not take a message. */
  undelivered (error: Error): void
  /** An acknowledgement answered nothing. */
  stray (packetType: number, packetId: number): void
}

export interface RemoteTapOptions {
  readonly socket: Socket
  readonly level: 4 | 5
  /** Sets bit 0x80 of the protocol level in CONNECT: "I am a bridge". */
  readonly bridgeBit: boolean
  /** Larger frames of the remote end the link. */
  readonly maxPacketSize: number
  readonly incoming: Incoming
  /** CONNACK says yes: is the session, which is `present` or not, that of the connection before? */
  readonly resumes: (present: boolean) => boolean
  /** Names the session at the remote; null: it ends with the connection. */
  readonly session: string | null
  readonly owner: TapOwner
  /** Of messages; null: any. */
  readonly limits: { readonly up: RateLimit | null, readonly down: RateLimit | null }
  /** Topics that may have an alias on the way out, if the remote takes so many; 0: none. */
  readonly topicAliases: number
  readonly clock: Clock
}
