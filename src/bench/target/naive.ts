/** The baseline bridge of Aedes and mqtt.js. */
import { nodeArguments } from '../rig/station.ts'
import type { Launch, TargetSetup } from './target.ts'

export function prepareNaive (setup: TargetSetup): Launch {
  const { port, remotePort, caFile, forwards, subscriptions } = setup
  return {
    command: process.execPath,
    args: [...nodeArguments(new URL('../process/naive-bridge.ts', import.meta.url)), JSON.stringify({ port, remotePort, caFile, forwards, subscriptions })],
    readyLine: /^ready$/,
    rotation: 'restart',
    settings: ['an Aedes subscription and client.publish() of mqtt.js', 'queues in memory without limit', 'clean false']
  }
}
