/**
 * A remote that keeps no session for us sends all that it retains once more after each reconnect: here only what has changed meanwhile is
 * delivered again. What was delivered last on a topic is known as long as its name is in the cache of landings; beyond that it is delivered. HOT.
 */
import { hash } from 'node:crypto'
import type { PublishView } from '../../mqtt/publish-view.ts'
import { carriedProperties } from '../../mqtt/v5/message-properties.ts'
import type { Landing } from './downlink-rules.ts'

export class RetainedNews {
  /** Counts sessions. */
  #session = 0
  /** Of the message in work; null: it need not be known. */
  #digest: string | null = null

  /** A session begins at the remote: what it retains comes once more, each message first of all on its topic. */
  anew (): void {
    this.#session++
  }

  /**
   * Reads the message. True: it is the retained message that was delivered in the session before, and is not new.
   * @param isCurrent it comes in the session of now, not by a connection whose place was taken
   */
  isOld (view: PublishView, landing: Landing, isCurrent: boolean): boolean {
    this.#digest = view.retain || landing.digest !== null ? digestOf(view) : null
    if (!isCurrent || !view.retain || this.#digest !== landing.digest || landing.session === this.#session) return false
    landing.session = this.#session // one that comes now is published anew
    return true
  }

  /** Calls for the message read last, once it is delivered; null: nothing is to be noted. */
  notes (landing: Landing): (() => void) | null {
    const digest = this.#digest
    if (digest === null) return null
    const session = this.#session
    return () => {
      landing.digest = digest
      landing.session = session
    }
  }
}

/** Payload and properties. A message expiry is left out, as it counts down. */
function digestOf ({ bytes, propertiesStart, propertiesEnd, payloadStart, end }: PublishView): string {
  const payload = bytes.subarray(payloadStart, end)
  if (propertiesStart === propertiesEnd) return hash('sha256', payload, 'base64')
  const properties = carriedProperties(bytes, propertiesStart, propertiesEnd)
  return hash('sha256', Buffer.concat([Buffer.of(properties.length >> 16, properties.length >> 8, properties.length), properties, payload]), 'base64')
}
