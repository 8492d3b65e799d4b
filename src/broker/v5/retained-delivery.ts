/** Retained messages for a new subscription of a device of MQTT 5: with their properties, RETAIN set, and its identifier. */
import type { Session, Subscription } from '../session-port.ts'
import type { SessionStore } from '../session-store.ts'

const NOTHING = Buffer.alloc(0)

export function sendRetained (session: Session, { filter, qos, noLocal, subscriptionId }: Subscription, store: Pick<SessionStore, 'retained'>): void {
  const subscriptionIds = subscriptionId === undefined ? [] : [subscriptionId] // [MQTT-3.3.4-3]
  for (const kept of store.retained(filter)) {
    if (noLocal === true && kept.clientId === session.clientId) continue // [MQTT-3.8.3-3]
    session.deliver({
      topic: kept.topic,
      payload: Buffer.from(kept.payload),
      qos: kept.qos < qos ? kept.qos : qos,
      retain: true, // [MQTT-3.3.1-8]
      properties: { raw: kept.properties?.raw ?? NOTHING, addressed: { subscriptionIds, retain: true } },
      ...(kept.messageExpiry === undefined ? {} : { messageExpiry: kept.messageExpiry })
    })
  }
}
