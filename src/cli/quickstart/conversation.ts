/** What the quickstart's device and application say to each other: a measurement a second up, a command now and then down. */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Edge } from '../../edge.ts'
import type { Board } from './board.ts'
import { DemoClient } from './demo-client.ts'

export interface ConversationOptions {
  readonly port: number
  readonly remotePort: number
  readonly seconds?: number
  /** Of the remote broker. */
  readonly ca: Buffer
  readonly board: Board
  readonly edge: Edge | undefined
}

const EVERY_MS = 500
const COMMAND_EVERY = 3

/** Goes on until `stop`, or for `seconds`. Rejects when a broker can not be reached. */
export async function converse (options: ConversationOptions, stop: AbortSignal): Promise<void> {
  const { board } = options
  const sentAt = new Map<string, number>()
  const took = (payload: string): string => {
    const { id, ...rest } = JSON.parse(payload) as { id: string, value: string }
    const at = sentAt.get(id)
    sentAt.delete(id)
    return `${rest.value.padEnd(10)}${at === undefined ? '' : ` ${(performance.now() - at).toFixed(1)} ms`}`
  }
  const suffix = randomUUID().slice(0, 4)
  const device = await DemoClient.connect({
    url: `mqtt://127.0.0.1:${options.port}`,
    clientId: `sensor-${suffix}`,
    onMessage: (topic, payload) => board.crossed('down', topic, describe(payload, took))
  }, 'cmd/#')
  const application = await DemoClient.connect({
    url: `mqtts://localhost:${options.remotePort}`,
    clientId: `application-${suffix}`,
    ca: options.ca,
    onMessage: (topic, payload) => board.crossed('up', topic, describe(payload, took))
  }, 'demo/#').catch(async (error: unknown) => {
    await device.close()
    throw error
  })
  const until = options.seconds === undefined ? Infinity : performance.now() + options.seconds * 1000
  const say = async (client: DemoClient, topic: string, value: string): Promise<void> => {
    const id = randomUUID()
    sentAt.set(id, performance.now())
    await client.publish(topic, JSON.stringify({ id, value }))
  }
  try {
    for (let n = 0; !stop.aborted && performance.now() < until; n++) {
      await say(device, `demo/sensor-${suffix}/temperature`, `${(20 + 2 * Math.sin(n / 5)).toFixed(1)} °C`)
      if (n % COMMAND_EVERY === 1) await say(application, `cmd/sensor-${suffix}/led`, n % 2 === 0 ? 'on' : 'off')
      board.footer(`bridge ${options.edge?.bridges.map(({ state }) => state.name).join(', ') ?? ''}   up ${board.counts.up}   down ${board.counts.down}`)
      await wait(EVERY_MS, undefined, { signal: stop }).catch(() => {})
    }
  } finally {
    await application.close()
    await device.close()
  }
}

/** A message of ours with the time it took; one of somebody else's as it is, cut. */
function describe (payload: string, took: (payload: string) => string): string {
  try {
    return took(payload)
  } catch {
    return JSON.stringify(payload.slice(0, 40))
  }
}
