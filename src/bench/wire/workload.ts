/** What is sent in a run, in numbers; the same for every target. */
export interface Workload {
  readonly qos: 0 | 1 | 2
  /** Bytes of payload, 16 at least: the stamp stands in front. */
  readonly payload: number
  /** Publishing connections. */
  readonly connections: number
  /** Distinct topics over all connections, `bench/0000000` and on. */
  readonly topics: number
  /** Messages in one write of a connection; 1: each in a write of its own. */
  readonly batch: number
  /** Messages a second over all connections, on a fixed schedule (open loop); null: as many as the target takes (closed loop). */
  readonly rate: number | null
  /** Messages of QoS 1 and 2 that one connection has unacknowledged at most. */
  readonly window: number
  /** Messages over all connections, then no more; null: until told to stop. */
  readonly count: number | null
  /** MQTT level the devices speak. */
  readonly level: 4 | 5
}

/** What must not wait behind a backlog, from one device of its own, at QoS 1. */
export const urgent = { topicPrefix: 'urgent/', place: 0xffff, rate: 1000, count: 500 } as const

export const TOPIC_PREFIX = 'bench/'
export const TOPIC_DIGITS = 7
/** Topics that the digits can tell apart. */
export const MAX_TOPICS: number = 10 ** TOPIC_DIGITS
