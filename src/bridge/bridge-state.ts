/** Where a bridge stands: one union, and a table of what may follow what. Readable from outside at any time. */
import type { CausewayError } from '../errors.ts'

export type BridgeState =
  /** `enable = false`. */
  | { readonly name: 'disabled', readonly since: number }
  /** Before the first try. */
  | { readonly name: 'idle', readonly since: number }
  /** TCP and TLS are being set up. */
  | { readonly name: 'dialling', readonly since: number }
  /** The remote is verified; CONNECT was sent. */
  | { readonly name: 'connecting', readonly since: number }
  | { readonly name: 'up', readonly since: number, readonly sessionPresent: boolean, readonly clientId: string }
  /** Until the next try. */
  | { readonly name: 'waiting', readonly since: number, readonly reason: CausewayError, readonly retryInMs: number, readonly failures: number }
  /** Up, and on the way to `stopped`: what waits goes out first. */
  | { readonly name: 'draining', readonly since: number }
  | { readonly name: 'stopped', readonly since: number }

export type BridgeStateName = BridgeState['name']

const follows: Readonly<Record<BridgeStateName, readonly BridgeStateName[]>> = {
  disabled: ['stopped'],
  idle: ['dialling', 'stopped'],
  dialling: ['connecting', 'waiting', 'stopped'],
  // back to itself: once more without the bridge bit
  connecting: ['connecting', 'up', 'waiting', 'stopped'],
  // to itself: another connection has taken over
  up: ['up', 'waiting', 'draining', 'stopped'],
  waiting: ['dialling', 'stopped'],
  draining: ['waiting', 'stopped'],
  stopped: []
}

/** May a bridge go from one state to the other? */
export function mayFollow (from: BridgeStateName, to: BridgeStateName): boolean {
  return follows[from].includes(to)
}
