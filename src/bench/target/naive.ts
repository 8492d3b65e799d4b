/** The baseline bridge of Aedes and mqtt.js. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodeArguments } from '../../package.ts'
import type { Launch, TargetSetup } from './target.ts'

export async function prepareNaive (setup: TargetSetup): Promise<Launch> {
  const { port, remotePort, caFile, remoteLevel, forwards, subscriptions } = setup
  const file = join(setup.dir, 'naive.json')
  await writeFile(file, JSON.stringify({ port, remotePort, caFile, remoteLevel, forwards, subscriptions }))
  return {
    command: process.execPath,
    args: [...nodeArguments(new URL('../process/naive-bridge.ts', import.meta.url)), file],
    readyLine: /^ready$/,
    rotation: 'restart',
    settings: ['an Aedes subscription and client.publish() of mqtt.js', 'queues in memory without limit', 'clean false']
  }
}
