/** The outbox of a bridge: its bounds from the configuration, how much may be under way at once, and its end. */
import type { BridgeConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import type { LatencyHistogram } from '../../metrics/latency-histogram.ts'
import { Outbox } from '../../relay/outbox.ts'
import { Backoff } from '../backoff.ts'
import type { BridgeJournals } from './bridge-journals.ts'
import type { Clock } from '../clock.ts'
import type { DeadLetters } from './dead-letters.ts'
import { Slowdown } from './slowdown.ts'
import type { UpLane } from './up-lanes.ts'

/** Messages of QoS 1 that may wait for the remote's acknowledgement: so many at first, so many while it keeps pace. */
const FIRST_QOS_1 = 1000
const MOST_QOS_1 = 16_000
/** Of QoS 2, to a remote of MQTT 5, which says itself when it is less. */
const FIRST_QOS_2 = 100
const MOST_QOS_2 = 1000
/**
 * Of QoS 2 to a remote of 3.1.1, which can not say how many it takes. It never grows: mosquitto 2.0.11 in its default configuration
 * answers 25 that are open at once with 25 PUBREC and PUBCOMP, and hands 20 of them on; with 20 open it throws away those of QoS 1 as well.
 */
const QOS_2_UNSAID = 16

/** A link that has lived so long without a message does not end because of what went before. */
const LIVES_MS = 1000

/** What an outbox of a bridge lives with. */
export interface OutboxSurroundings {
  readonly counters: BridgeCounters
  /** At least one; their journals serve the outbox from now on. */
  readonly lanes: readonly UpLane[]
  readonly via: Buffer
  readonly deadLetters: DeadLetters
  /** Where it counts how long messages take. */
  readonly latency?: LatencyHistogram
  readonly logger: Logger
  readonly clock: Clock
}

export function outboxOf (config: BridgeConfig, { counters, lanes, via, deadLetters, logger, clock, latency }: OutboxSurroundings): Outbox {
  const slowdown = new Slowdown(new Backoff(config.backoffMaxMs, Math.random), logger, clock)
  const [first, ...otherLanes] = lanes as readonly [UpLane, ...UpLane[]]
  const outbox = new Outbox({
    ...first,
    otherLanes,
    name: config.name,
    level: config.protoVer,
    required: config.required,
    forwardBridged: config.forwardBridged,
    via: config.protoVer === 5 && config.maxHops !== null ? via : null,
    maxHops: config.protoVer === 5 ? config.maxHops ?? Infinity : Infinity,
    severalServers: config.hybridServers.length > 0,
    keepQos0: config.retryQos0,
    spoolQos0: config.spoolQos0,
    maxCount: config.maxSendQueueLen,
    maxBytes: config.maxSendQueueBytes,
    firstQos1: FIRST_QOS_1,
    windowQos1: config.maxInflight ?? MOST_QOS_1,
    firstQos2: FIRST_QOS_2,
    windowQos2: config.maxInflightQos2 ?? (config.protoVer === 5 ? MOST_QOS_2 : QOS_2_UNSAID),
    schedule: flush => { setImmediate(flush) },
    counters,
    ...(latency === undefined ? {} : { latency }),
    pause: goOn => slowdown.pause(goOn),
    suspect: { most: config.setAsideAfter, lives: goOn => clock.after(LIVES_MS, goOn) },
    setAside: (message, reason, over) => deadLetters.take(message, reason, over)
  })
  for (const [i, { journal }] of lanes.entries()) {
    const journaled = outbox.journaled(i)
    if (journal !== null && journaled !== null) journal.serve(journaled)
  }
  return outbox
}

/** Settles when the remote has all, or after `timeoutMs`. @returns whether it has */
export async function idle (outbox: Outbox, timeoutMs: number, clock: Clock): Promise<boolean> {
  return new Promise(resolve => {
    const cancel = clock.after(timeoutMs, () => resolve(outbox.idle))
    outbox.whenIdle(() => {
      cancel()
      resolve(true)
    })
  })
}

/** The bridge is stopped: says what the remote does not have, and closes the journals. Never rejects. */
export async function letGo (outbox: Outbox, journals: BridgeJournals, logger: Logger): Promise<void> {
  const lost = outbox.queuedInMemoryOnly
  const left = outbox.queued - lost
  if (left > 0) logger.info({ messages: left }, 'messages stay on disk for the next start')
  if (lost > 0) logger.warn({ messages: lost }, 'bridge is stopped with messages that the remote does not have')
  outbox.close()
  try {
    await journals.close()
  } catch (error) {
    logger.warn({ reason: reasonOf(error), hint: 'Look at the disk and its file system' }, 'the spool could not be written to its end')
  }
}
