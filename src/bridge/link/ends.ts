/** Why a connection ends for which the remote has given no reason, in words. */
import type { RemoteAddress } from '../../config/model.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'

export function violatedReason ({ url }: RemoteAddress, { reason, clause }: Violation): BridgeError {
  return new BridgeError(bridgeCodes.protocol, `${url} breaks the protocol: ${reason}${clause === '' ? '' : ` [${clause}]`}`, {
    hint: 'The connection is ended and tried again. If it happens often, the remote is at fault, or something between.'
  })
}

export function deadReason ({ url }: RemoteAddress, silentMs: number): BridgeError {
  return new BridgeError(bridgeCodes.linkDead, `${url} has not said a word for ${Math.round(silentMs / 1000)} s, nor answered PINGREQ`, {
    hint: 'The network between was cut without a trace, or the remote hangs. It is tried again by itself.'
  })
}

export function stuckReason ({ url }: RemoteAddress, ms: number, underWay: number): BridgeError {
  return new BridgeError(bridgeCodes.noAck, `${url} has acknowledged nothing for ${Math.round(ms / 1000)} s, with ${underWay} messages under way`, {
    hint: 'The remote is alive and stuck, or something between lets only small packets through. All of them are sent again; `cancel_timeout` is how long it may take.'
  })
}

export function undeliveredReason (cause: Error): BridgeError {
  return new BridgeError(bridgeCodes.localDelivery, 'the local broker could not take a message from the remote', {
    cause,
    hint: 'The connection is ended so that the remote sends it again. Look at the cause.'
  })
}

export function closedReason ({ url }: RemoteAddress): BridgeError {
  return new BridgeError(bridgeCodes.linkLost, `${url} has closed the connection`, {
    hint: 'Another client with the same client id, a message that the remote does not take, or a restart of it does this: look into its log.'
  })
}
