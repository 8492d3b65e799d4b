/** Why a remote refuses a CONNECT or ends a connection, in words, what an operator can do about it, and what comes of it. */
import { BridgeError, bridgeCodes } from '../errors.ts'
import type { BridgeCode } from '../errors.ts'
import { connackCode, disconnectCode, type ReasonCode, type Steer } from './reason-codes.ts'

const TAKEN_OVER = 0x8e
/** Of what the remote says, in characters. */
const MOST_SHOWN = 200

/** The remote has given a reason. */
export class RemoteReason extends BridgeError {
  readonly steer: Steer
  /** Where the remote sends us, as it says it [MQTT 5, 3.2.2.3.16, 3.14.2.2.5]; null: nowhere. Only to be compared: it is the word of a server, and no configuration. */
  readonly serverReference: string | null

  /** It does not mend itself: somebody has to know. */
  get isLoud (): boolean { return this.steer === 'give_up' || this.isTakenOver }
  /** Another client has the session. */
  readonly isTakenOver: boolean

  constructor (code: BridgeCode, message: string, { code: reasonCode, steer, hint }: ReasonCode, serverReference: string | null) {
    super(code, message, { hint: steer === 'give_up' ? `${hint} Until then it is tried again seldom, at least every 10 minutes.` : hint })
    this.steer = steer
    this.isTakenOver = reasonCode === TAKEN_OVER
    this.serverReference = serverReference
  }
}

/** A CONNACK that says no, with its code. */
export class Refusal extends RemoteReason {
  /** As it came: a return code of 3.1.1, or a reason code of MQTT 5. */
  readonly returnCode: number

  constructor (server: string, code: number, level: 4 | 5, serverReference: string | null = null) {
    const known = connackCode(code, level)
    const shown = level === 5 ? `0x${code.toString(16)}` : String(code)
    super(bridgeCodes.refused, `${server} ${known.connack ?? 'refuses the connection'}${named(serverReference)} (CONNACK ${shown})`, known, serverReference)
    this.returnCode = code
  }
}

/** Of a DISCONNECT. */
export function disconnectReason (server: string, code: number, serverReference: string | null = null): RemoteReason {
  const known = disconnectCode(code)
  const shown = `0x${code.toString(16).padStart(2, '0')}`
  return new RemoteReason(bridgeCodes.disconnected, `${server} ${known.disconnect ?? 'ends the connection'}${named(serverReference)} (DISCONNECT ${shown})`, known, serverReference)
}

/** Does the refusal mean that the remote takes no bit 0x80 in the protocol level? */
export function refusesProtocolLevel (code: number, level: 4 | 5): boolean {
  return level === 4 && code === 1
}

/** A remote that just closes, as one of 3.1.1 must, gives no code. May a message that was under way be why it ends the connection? */
export function blamesMessage (code: number | null): boolean {
  return code === null || disconnectCode(code).blames
}

/** It is the remote's text, and goes into logs. */
function named (reference: string | null): string {
  return reference === null ? '' : `, ${reference.slice(0, MOST_SHOWN).replaceAll(/[^\x21-\x7e]/g, '?')}`
}
