/** A message that a device sends, and what is known of it. */
import { type Arrival, type Times, atLeastOnce, atMostOnce, once } from './ledger.ts'

/** A message on its way out. */
export interface Outgoing extends Arrival {
  /** PUBACK or PUBREC has come. */
  acknowledged: boolean
  /** It was under way when the session was lost: it may have come through, or not. */
  forgotten: boolean
  released: boolean
}

/** How often a message has come in. @param broke the connection it was sent on */
export function timesOf ({ qos, acknowledged, forgotten }: Outgoing, broke: boolean): Times {
  if (!broke) return once
  if (qos === 0 || (forgotten && !acknowledged)) return atMostOnce
  return qos === 1 && !forgotten ? atLeastOnce : once
}

/**
 * How often a message has come in, the edge having died meanwhile. @param resumes its session is there afterwards; null: it may be,
 * as one of 3.1.1 with nothing in it but what is under way
 */
export function timesOverDeath ({ qos, acknowledged }: Outgoing, resumes: boolean | null): Times {
  if (qos === 0 || (resumes === false && !acknowledged)) return atMostOnce
  if (resumes === null && !acknowledged) return { min: 0, max: qos === 1 ? Infinity : 1 }
  return qos === 1 && resumes !== false ? atLeastOnce : once
}
