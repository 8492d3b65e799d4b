/** What goes wrong in the broker layer. Each code has its entry in docs/reference/errors.md. */
import { CausewayError, type ErrorDetail, reasonOf } from '../errors.ts'

export const ListenerErrorCode = {
  PORT_TAKEN: 'CW_LISTENER_PORT_TAKEN',
  PORT_FORBIDDEN: 'CW_LISTENER_PORT_FORBIDDEN',
  ADDRESS_MISSING: 'CW_LISTENER_ADDRESS_MISSING',
  FAILED: 'CW_LISTENER_FAILED'
} as const

export class ListenerError extends CausewayError {}

export const BrokerErrorCode = {
  DELIVERY: 'CW_BROKER_DELIVERY'
} as const

export class BrokerError extends CausewayError {}

/** The words and the remedy for a listener that could not bind. */
export function listenerError (name: string, at: string, thrown: unknown): ListenerError {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : ''
  const detail = (hint: string): ErrorDetail => ({ hint, cause: thrown })
  switch (code) {
    case 'EADDRINUSE':
      return new ListenerError(ListenerErrorCode.PORT_TAKEN, `listener ${name}: ${at} is taken by another process`,
        detail('stop the other process (ss -ltnp shows it) or give this listener another port'))
    case 'EACCES':
      return new ListenerError(ListenerErrorCode.PORT_FORBIDDEN, `listener ${name}: no permission to listen on ${at}`,
        detail('take a port above 1023, or grant the process CAP_NET_BIND_SERVICE'))
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenerError(ListenerErrorCode.ADDRESS_MISSING, `listener ${name}: this machine has no address ${at}`,
        detail('bind to an address of this machine (ip addr shows them), to 0.0.0.0 or to ::'))
    default:
      return new ListenerError(ListenerErrorCode.FAILED, `listener ${name}: can not listen on ${at}: ${reasonOf(thrown)}`,
        detail('see the reason; the address is host:port as the configuration has it'))
  }
}
