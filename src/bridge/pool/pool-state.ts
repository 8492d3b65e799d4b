/** The state of a bridge of several links: that of the link which is furthest from up. All are up, or the bridge is not. */
import type { BridgeState, BridgeStateName } from '../bridge-state.ts'

/** The furthest first; a bridge is stopped when all its links are. */
const order: readonly BridgeStateName[] = ['disabled', 'idle', 'waiting', 'dialling', 'connecting', 'draining', 'up', 'stopped']

/** Of those that are equally far the one that came there last. */
export function stateOfAll (states: readonly [BridgeState, ...BridgeState[]]): BridgeState {
  const furthest = states.reduce((one, other) => {
    const distance = order.indexOf(one.name) - order.indexOf(other.name)
    return distance < 0 || (distance === 0 && one.since >= other.since) ? one : other
  })
  if (states.length === 1 || furthest.name !== 'up') return furthest
  return { ...furthest, sessionPresent: states.every(state => state.name !== 'up' || state.sessionPresent) }
}
