/**
 * What the broker beside us says of its limits, and of what it has dropped: it queues for us while a bridge has no room or Causeway is
 * away, and what is beyond its limits is lost before it gets here. Told once, with the setting to change.
 */
import type { Logger } from '../logger.ts'
import type { SessionTerms } from '../relay/link.ts'
import type { BrokerNews } from './uplink.ts'

/** Of mosquitto's `$SYS`, by the way where others have it too. */
export const VERSION_TOPIC = '$SYS/broker/version'
const DROPPED_TOPIC = '$SYS/broker/publish/messages/dropped'
export const brokerTopics = [VERSION_TOPIC, DROPPED_TOPIC] as const

/** Fewer in flight hold messages up: each is acknowledged when it is on disk. */
const FEW_IN_FLIGHT = 100
/** MQTT 5: as many as there are packet ids, so that none was said. */
const UNSAID = 65_535
const LINE_MS = 60_000
/** Text of a version that is shown. */
const MAX_VERSION = 100

export class BrokerLimits implements BrokerNews {
  readonly #logger: Logger
  readonly #now: () => number
  #receiveMaximum = UNSAID
  #toldReceiveMaximum = UNSAID
  #version = ''
  #dropped = -1
  #untold = 0
  #droppedToldAt = -Infinity
  #waitingToldAt = -Infinity

  /** @param now milliseconds of a clock that only goes forward */
  constructor (logger: Logger, now: () => number = () => performance.now()) {
    this.#logger = logger
    this.#now = now
  }

  /** As the broker names itself; empty where it has not. */
  get version (): string { return this.#version }
  /** Messages that it takes from us at one time, and mosquitto sends us; null: it has not said. */
  get receiveMaximum (): number | null { return this.#receiveMaximum === UNSAID ? null : this.#receiveMaximum }

  agreed ({ receiveMaximum }: SessionTerms): void {
    this.#receiveMaximum = receiveMaximum
    if (receiveMaximum >= FEW_IN_FLIGHT || receiveMaximum === this.#toldReceiveMaximum) return
    this.#toldReceiveMaximum = receiveMaximum
    this.#logger.warn({ receiveMaximum, hint: 'With mosquitto set max_inflight_messages 1000' }, 'the local broker has few messages in flight at one time, which limits how many a second can be bridged')
  }

  said (topic: string, payload: Buffer): void {
    if (topic === VERSION_TOPIC) this.#named(payload.toString('utf8', 0, MAX_VERSION))
    else if (topic === DROPPED_TOPIC) this.#hasDropped(Number(payload.toString('latin1', 0, 20)))
  }

  waits (waiting: boolean): void {
    if (!waiting || this.#now() - this.#waitingToldAt < LINE_MS) return
    this.#waitingToldAt = this.#now()
    this.#logger.warn({ hint: 'See causeway status for the bridge that is down or slow; a spool on disk holds more' }, 'a bridge has no room: the local broker has to queue, and drops what is beyond its own limits')
  }

  #named (version: string): void {
    if (version === this.#version) return
    this.#version = version
    if (!version.startsWith('mosquitto')) return
    this.#logger.info({ broker: version, hint: 'Set max_queued_messages 100000 in mosquitto.conf if it is not set: its default keeps 1,000 for Causeway while that is away or full, and drops the rest' }, 'local broker is mosquitto, which does not say how many messages it queues')
  }

  /** It counts for all its clients, from its start on. */
  #hasDropped (total: number): void {
    if (!Number.isSafeInteger(total)) return
    if (this.#dropped >= 0 && total > this.#dropped) this.#untold += total - this.#dropped
    this.#dropped = total
    if (this.#untold === 0 || this.#now() - this.#droppedToldAt < LINE_MS) return
    this.#droppedToldAt = this.#now()
    this.#logger.warn({ dropped: this.#untold, hint: 'Where they were for Causeway, raise max_queued_messages and max_inflight_messages in mosquitto.conf' }, 'the local broker has dropped messages for clients that were away or slow')
    this.#untold = 0
  }
}
