/** The outbox of a bridge: its bounds from the configuration, how much may be under way at once, and its end. */
import type { BridgeConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import { Outbox } from '../../relay/outbox.ts'
import { Backoff } from '../backoff.ts'
import type { BridgeJournal } from './bridge-journal.ts'
import type { Clock } from '../clock.ts'
import type { DeadLetters } from './dead-letters.ts'
import { Slowdown } from './slowdown.ts'

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
  /** That of the bridge, which serves the outbox from now on; null without one. */
  readonly journal: BridgeJournal | null
  readonly via: Buffer
  readonly deadLetters: DeadLetters
  readonly logger: Logger
  readonly clock: Clock
}

export function outboxOf (config: BridgeConfig, { counters, journal, via, deadLetters, logger, clock }: OutboxSurroundings): Outbox {
  const slowdown = new Slowdown(new Backoff(config.backoffMaxMs, Math.random), logger, clock)
  const outbox = new Outbox({
    name: config.name,
    level: config.protoVer,
    required: config.required,
    forwardBridged: config.forwardBridged,
    via: config.protoVer === 5 && config.maxHops !== null ? via : null,
    maxHops: config.protoVer === 5 ? config.maxHops ?? Infinity : Infinity,
    severalServers: config.hybridServers.length > 0,
    keepQos0: config.retryQos0,
    spoolQos0: config.spoolQos0,
    awaitRemote: config.durability === 'remote',
    journal,
    maxCount: config.maxSendQueueLen,
    maxBytes: config.maxSendQueueBytes,
    firstQos1: FIRST_QOS_1,
    windowQos1: config.maxInflight ?? MOST_QOS_1,
    firstQos2: FIRST_QOS_2,
    windowQos2: config.maxInflightQos2 ?? (config.protoVer === 5 ? MOST_QOS_2 : QOS_2_UNSAID),
    schedule: flush => { setImmediate(flush) },
    counters,
    pause: goOn => slowdown.pause(goOn),
    suspect: { most: config.setAsideAfter, lives: goOn => clock.after(LIVES_MS, goOn) },
    setAside: (message, reason) => deadLetters.take(message, reason)
  })
  if (journal !== null && outbox.journaled !== null) journal.serve(outbox.journaled)
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

/** The bridge is stopped: says what the remote does not have, and closes the journal. Never rejects. */
export async function letGo (outbox: Outbox, journal: BridgeJournal | null, logger: Logger): Promise<void> {
  const left = outbox.queued
  if (left > 0 && outbox.journaled !== null) logger.info({ messages: left }, 'messages stay on disk for the next start')
  else if (left > 0) logger.warn({ messages: left }, 'bridge is stopped with messages that the remote does not have')
  outbox.close()
  try {
    await journal?.close()
  } catch (error) {
    logger.warn({ reason: reasonOf(error), hint: 'Look at the disk and its file system' }, 'the spool could not be written to its end')
  }
}
