/**
 * What the broker beside us is asked for: everything that any bridge forwards, in filters that do not meet. A broker may send a message
 * once for each filter of ours that matches it, so that two which meet would bridge it twice; they become one that covers both, and what
 * that brings beyond them no rule takes.
 */
import type { BridgeConfig, SubscriptionRule } from '../config/model.ts'
import { canOverlap } from '../mqtt/topic-filter.ts'

interface Wanted {
  readonly filter: string
  readonly qos: 0 | 1 | 2
}

/** Of the bridges that are enabled. */
export function localFilters (bridges: readonly BridgeConfig[]): readonly SubscriptionRule[] {
  const wanted = bridges.filter(({ enable }) => enable).flatMap(({ forwards }) => forwards.map(({ localTopic, qos }) => ({ filter: localTopic, qos: qos ?? 2 })))
  return withoutOverlap(wanted).map(({ filter, qos }) => localFilter(filter, qos))
}

/** One filter, with the options that keep a message as it was published and ours from coming back. */
export function localFilter (filter: string, qos: 0 | 1 | 2): SubscriptionRule {
  return {
    localTopic: '',
    remoteTopic: filter,
    exclude: [],
    qos: null,
    retain: null,
    prefix: '',
    suffix: '',
    place: '',
    subscribeQos: qos,
    noLocal: true,
    retainAsPublished: true,
    // what is retained comes with a new subscription, not with each start of ours
    retainHandling: 1
  }
}

function withoutOverlap (filters: readonly Wanted[]): readonly Wanted[] {
  let apart: readonly Wanted[] = []
  for (const wanted of filters) apart = joined(wanted, apart)
  return apart
}

/** A union can meet what none of its parts did. */
function joined (wanted: Wanted, apart: readonly Wanted[]): readonly Wanted[] {
  const met = apart.find(({ filter }) => canOverlap(filter, wanted.filter))
  if (met === undefined) return [...apart, wanted]
  const union: Wanted = { filter: unionOf(met.filter, wanted.filter), qos: met.qos > wanted.qos ? met.qos : wanted.qos }
  return joined(union, apart.filter(each => each !== met))
}

/** The narrowest filter that covers two that meet. */
function unionOf (one: string, other: string): string {
  const mine = one.split('/')
  const theirs = other.split('/')
  const levels: string[] = []
  for (let i = 0; i < Math.max(mine.length, theirs.length); i++) {
    const a = mine[i]
    const b = theirs[i]
    if (a === '#' || b === '#') return [...levels, '#'].join('/')
    levels.push(a === b && a !== undefined ? a : '+')
  }
  return levels.join('/')
}
