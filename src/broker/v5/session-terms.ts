/** What a device of MQTT 5 and this broker agreed on in CONNECT and CONNACK, as far as its session is concerned. */
import type { ConnectTerms } from '../../mqtt/v5/connect-terms.ts'
import type { Delivery, WillTerms } from '../session-port.ts'
import type { Subscriptions } from '../tap/subscriptions.ts'
import type { ProvenUser } from '../auth/rights.ts'
import { addBlock } from './delivery-block.ts'

/** Session Expiry Interval that says: never. */
export const NEVER = 0xffff_ffff
/** A time that does not come, in a form that is kept as a number. */
const NEVER_MS = Number.MAX_SAFE_INTEGER

/** How a device proved who it is, with what proves the broker to it. */
export interface Proof {
  readonly method: string
  readonly data: Buffer
  readonly user: ProvenUser
}

export class SessionTerms {
  /** As CONNECT had it, or made up. */
  readonly clientId: string
  readonly will: WillTerms | null
  /** 0: the session ends with the connection. */
  expiryMs: number
  /** Null: its CONNECT said all. */
  proof: Proof | null = null
  readonly #maximumPacketSize: number

  /** @param expirySeconds what was granted, which may be less than what was asked for */
  constructor (terms: ConnectTerms, clientId: string, expirySeconds: number) {
    const { will, maximumPacketSize } = terms
    this.clientId = clientId
    this.#maximumPacketSize = maximumPacketSize
    this.expiryMs = msOf(expirySeconds)
    this.will = will === null
      ? null
      : {
          raw: will.raw,
          messageExpiry: will.messageExpiry,
          delayMs: () => Math.min(will.delay * 1000, this.expiryMs) // the session's end is the latest [MQTT-3.1.2-8]
        }
  }

  /** Adds what MQTT 5 has and 3.1.1 has not. False: not to this device. */
  prepare (delivery: Delivery, subscriptions: Subscriptions): boolean {
    return addBlock(delivery, subscriptions.all(), { clientId: this.clientId, maximumPacketSize: this.#maximumPacketSize })
  }
}

export function msOf (expirySeconds: number): number {
  return expirySeconds === NEVER ? NEVER_MS : expirySeconds * 1000
}
