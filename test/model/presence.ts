/** How often a message arrives, by how its receiver stood while it came in. */
import { type Times, atLeastOnce, atMostOnce, never, once } from './ledger.ts'
import type { Qos } from './plain-rules.ts'

/** How a device stood while messages came in. */
export type Presence = 'there' | 'away' | 'broke'
/** How a link stood meanwhile. */
export type LinkPresence = 'up' | 'down' | 'broke'

/** @param kept its session outlives its connection */
export function toDevice (qos: number, presence: Presence, kept: boolean): Times {
  if (presence === 'there') return once
  if (!kept) return atMostOnce
  if (qos === 0) return presence === 'away' ? never : atMostOnce
  return presence === 'broke' && qos === 1 ? atLeastOnce : once
}

/**
 * The edge has died meanwhile. QoS 2 may come twice: who publishes repeats what the edge has handed on and not noted yet.
 * @param repeated the message was published at QoS 1 or 2
 */
export function toDeviceOverDeath (qos: number, { presence, survives, repeated }: { readonly presence: Presence, readonly survives: boolean, readonly repeated: boolean }): Times {
  if (presence === 'away' && (qos === 0 || !survives)) return never
  return { min: survives && qos > 0 ? 1 : 0, max: repeated ? Infinity : 1 }
}

/** What a remote gets of a message, its session being kept. */
export function toRemote (qos: Qos, link: LinkPresence): Times {
  if (link === 'up') return once
  if (qos === 0) return atMostOnce
  return link === 'broke' && qos === 1 ? atLeastOnce : once
}

/** The edge has died meanwhile: without a spool what it had is lost, and what devices repeat may be the second. */
export function toRemoteOverDeath (qos: Qos, { durable, repeated }: { readonly durable: boolean, readonly repeated: boolean }): Times {
  if (qos === 0) return { min: 0, max: repeated ? Infinity : 1 }
  if (!durable) return { min: 0, max: Infinity }
  return qos === 1 ? atLeastOnce : once
}
