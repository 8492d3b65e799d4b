/**
 * How long a message is still good, while it waits for a remote: its seconds are taken as a moment when it comes in, and written anew into
 * its frame when it goes out [MQTT-3.3.2-6]. Only messages that say an expiry pay for it. HOT.
 */
import { NOT_LOOKED_FOR, type PublishView } from '../mqtt/publish-view.ts'
import { messageExpiryAt } from '../mqtt/v5/message-properties.ts'
import { ABSENT } from '../mqtt/v5/property-block.ts'

/** Of a message that does not expire: no moment. */
export const NEVER = 0
/** Of a frame without properties: nothing is written. */
const NOWHERE = 0

/** When the message is good no more, by `performance.now()`, and how far before the frame's end its seconds stand; filled again and again. */
export class MessageExpiry {
  deadline = NEVER
  /** {@link NOWHERE} in a frame of 3.1.1. */
  fromEnd = NOWHERE

  /** Of the message that `view` shows, in a frame of `level`; false: it does not expire. What is behind the topic stays as it is in all frames made from it. */
  read (view: PublishView, level: 4 | 5): boolean {
    if (view.propertiesStart === view.propertiesEnd) return false
    if (view.expiryAt === NOT_LOOKED_FOR) view.expiryAt = messageExpiryAt(view.bytes, view.propertiesStart, view.propertiesEnd)
    const at = view.expiryAt
    if (at === ABSENT) return false
    this.deadline = performance.now() + view.bytes.readUInt32BE(at) * 1000
    this.fromEnd = level === 5 ? view.end - at : NOWHERE
    return true
  }

  /** Of a message read back that came `waitedMs` ago. */
  readBack (properties: Buffer, payload: Buffer, waitedMs: number, level: 4 | 5): boolean {
    const at = messageExpiryAt(properties, 0, properties.length)
    if (at === ABSENT) return false
    this.deadline = performance.now() + properties.readUInt32BE(at) * 1000 - waitedMs
    this.fromEnd = level === 5 ? properties.length - at + payload.length : NOWHERE
    return true
  }
}

/** Writes the seconds that are left at `now`, at least one, `fromEnd` before `end`. */
export function writeSecondsLeft (bytes: Buffer, end: number, fromEnd: number, deadline: number, now: number): void {
  if (fromEnd !== NOWHERE) bytes.writeUInt32BE(Math.max(1, Math.ceil((deadline - now) / 1000)), end - fromEnd)
}
