/** What goes wrong between a bridge and its remote, apart from TLS and trust, which have their own. */
import { CausewayError, reasonOf } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'

export const bridgeCodes = {
  unreachable: 'CW_BRIDGE_UNREACHABLE',
  refused: 'CW_BRIDGE_REFUSED',
  noConnack: 'CW_BRIDGE_NO_CONNACK',
  linkLost: 'CW_BRIDGE_LINK_LOST',
  linkDead: 'CW_BRIDGE_LINK_DEAD',
  noAck: 'CW_BRIDGE_NO_ACK',
  protocol: 'CW_BRIDGE_PROTOCOL',
  disconnected: 'CW_BRIDGE_DISCONNECTED',
  localDelivery: 'CW_BRIDGE_LOCAL_DELIVERY',
  rule: 'CW_BRIDGE_RULE',
  clientId: 'CW_BRIDGE_CLIENT_ID',
  trust: 'CW_BRIDGE_TRUST',
  stopped: 'CW_BRIDGE_STOPPED'
} as const
export type BridgeCode = typeof bridgeCodes[keyof typeof bridgeCodes]

export class BridgeError extends CausewayError {
  declare readonly code: BridgeCode

  constructor (code: BridgeCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}

/** What no part of the bridge has a word for. */
export function unforeseen (bridge: string, cause: unknown): BridgeError {
  return new BridgeError(bridgeCodes.linkLost, `bridge ${bridge} fails in a way nobody foresaw: ${reasonOf(cause)}`, {
    cause,
    hint: 'This is a defect of Causeway: report it.'
  })
}
