/**
 * How the messages of one bridge are shared out among its links: all of one client go by the same link, so that they keep their order.
 * What has no client goes by the first.
 */
import type { Outbox } from './outbox.ts'

export interface Spread {
  /** Of the links that take messages. The first is the bridge's own. */
  readonly links: readonly Outbox[]
  /** Of links that take none any more, and still have some. */
  readonly leaving: readonly Outbox[]
  /** Must what has this name at the remote go by the first link, whoever published it? */
  readonly isOfFirst: (name: string) => boolean
}

/** Stands for a client in the choice of a link: the same after every restart, since what waits on disk was shared out by it. 32 bits. */
export function senderOf (clientId: Buffer): number {
  let hash = 0x811c9dc5 | 0
  for (const byte of clientId) hash = Math.imul(hash ^ byte, 0x01000193)
  // neighbouring names differ in their last bits only, and few of them
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
