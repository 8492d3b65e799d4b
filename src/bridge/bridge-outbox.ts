/** The outbox of a bridge: its bounds from the configuration, and how much may be under way at once. */
import type { BridgeConfig } from '../config/model.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { Outbox } from '../relay/outbox.ts'
import type { BridgeJournal } from './bridge-journal.ts'

/** Messages that may wait for the remote's acknowledgement; an MQTT 5 remote says itself when it is less. */
const WINDOW_QOS_1 = 1000
const WINDOW_QOS_2 = 100
/**
 * QoS 2 to a remote of 3.1.1, which can not say how many it takes. With 20 of them open (its default) mosquitto 2.0 acknowledges
 * messages of QoS 1 and throws them away; seen with 2.0.11, whose log shows PUBACK rc151.
 */
const WINDOW_QOS_2_UNSAID = 16

/** @param journal that of the bridge, which serves the outbox from now on; null without one */
export function outboxOf (config: BridgeConfig, counters: BridgeCounters, journal: BridgeJournal | null): Outbox {
  const outbox = new Outbox({
    name: config.name,
    level: config.protoVer,
    required: config.required,
    forwardBridged: config.forwardBridged,
    keepQos0: config.retryQos0,
    awaitRemote: config.durability === 'remote',
    journal,
    maxCount: config.maxSendQueueLen,
    maxBytes: config.maxSendQueueBytes,
    windowQos1: config.maxInflight ?? WINDOW_QOS_1,
    windowQos2: config.maxInflightQos2 ?? (config.protoVer === 5 ? WINDOW_QOS_2 : WINDOW_QOS_2_UNSAID),
    schedule: flush => { setImmediate(flush) },
    counters
  })
  if (journal !== null && outbox.journaled !== null) journal.serve(outbox.journaled)
  return outbox
}
