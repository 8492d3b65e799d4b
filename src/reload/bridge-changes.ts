/** What a reload does about each key of a bridge. The compiler asks for a row where a key is new. */
import { isSameLane, lanesOf } from '../config/bridge-lanes.ts'
import type { BridgeConfig } from '../config/model.ts'
import { isSame } from './same-meaning.ts'

type Treatment =
  /** The bridge stops, or starts. */
  | 'life'
  /** Holds from the next message on; the connection stays. Rules that need another queue are as `fixed`. */
  | 'rules'
  /** Another connection takes over from the one that is up. */
  | 'link'
  /** Links come, or go when they have drained. */
  | 'links'
  /** Only a restart brings it into force: the queue was made with it. */
  | 'fixed'

const treatments: { readonly [P in keyof BridgeConfig]: Treatment } = {
  name: 'life',
  enable: 'life',
  server: 'link',
  hybridServers: 'link',
  links: 'links',
  protoVer: 'fixed',
  clientid: 'link',
  keepaliveSeconds: 'link',
  cleanStart: 'link',
  username: 'link',
  password: 'link',
  noLocalV4: 'link',
  backoffMaxMs: 'link',
  maxSendQueueLen: 'fixed',
  maxSendQueueBytes: 'fixed',
  maxInflight: 'fixed',
  maxInflightQos2: 'fixed',
  required: 'fixed',
  durability: 'fixed',
  spool: 'fixed',
  tls: 'link',
  tcp: 'link',
  rateLimit: 'link',
  ackTimeoutMs: 'link',
  retryQos0: 'fixed',
  spoolQos0: 'fixed',
  forwardBridged: 'fixed',
  maxHops: 'fixed',
  transparent: 'fixed',
  topicAlias: 'link',
  setAsideAfter: 'fixed',
  deadLetterTopic: 'fixed',
  connProperties: 'link',
  subProperties: 'link',
  connectTimeoutMs: 'link',
  will: 'link',
  notifications: 'link',
  forwards: 'rules',
  subscription: 'rules'
}

/** Where two configurations of one bridge differ. */
export interface BridgeDifference {
  readonly life: boolean
  readonly rules: boolean
  readonly link: boolean
  readonly links: boolean
  readonly fixed: readonly (keyof BridgeConfig)[]
}

export function differenceOf (before: BridgeConfig, after: BridgeConfig): BridgeDifference {
  const changed = (Object.keys(treatments) as (keyof BridgeConfig)[]).filter(key => !isSame(before[key], after[key]))
  const has = (treatment: Treatment): boolean => changed.some(key => treatments[key] === treatment)
  const fixed = changed.filter(key => treatments[key] === 'fixed')
  return { life: has('life'), rules: has('rules'), link: has('link'), links: has('links'), fixed: asksForMore(before, after) ? [...fixed, 'forwards'] : fixed }
}

/** A rule has a priority or durability that no rule had: queues are made at the start only. */
function asksForMore (before: BridgeConfig, after: BridgeConfig): boolean {
  const there = lanesOf(before)
  return !lanesOf(after).every(lane => there.some(each => isSameLane(each, lane)))
}
