/** A message on its way to one session: may it go there, and what its subscriptions make of QoS, RETAIN and properties. HOT. */
import type { Delivery } from '../session-port.ts'
import type { SessionTerms } from '../v5/session-terms.ts'
import type { Subscriptions } from './subscriptions.ts'

/** @param terms MQTT 5; null before. @returns false: not to this one */
export function prepareDelivery (delivery: Delivery, subscriptions: Subscriptions, terms: SessionTerms | null): boolean {
  const { topic, properties, messageId } = delivery
  if (hasExpired(delivery)) return false
  if (terms !== null && delivery.brokerId === null) return false // retained: sent by the connection, as its options say
  if (properties?.addressed === undefined) {
    const qos = subscriptions.deliveryQos(topic, delivery.qos, terms !== null && delivery.clientId === terms.clientId)
    // one that is queued keeps its identifier, and with it a QoS that is acknowledged
    delivery.qos = qos === 0 && messageId !== undefined ? 1 : qos
  }
  if (terms !== null) return terms.prepare(delivery, subscriptions)
  clearRetain(delivery, subscriptions)
  return true
}

/** What waited, and what a session of MQTT 5 asked for, has RETAIN as it was published; 3.1.1 says it is 0 but for a new subscription [MQTT-3.3.1-9]. */
function clearRetain (delivery: Delivery, { hasOptions, hasBridge }: Subscriptions): void {
  if (delivery.brokerId !== null && (hasOptions || !hasBridge)) delivery.retain = false
}

function hasExpired ({ messageExpiry }: Delivery): boolean {
  return messageExpiry !== undefined && messageExpiry <= Date.now() // [MQTT-3.3.2-5]
}
