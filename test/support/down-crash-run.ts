/**
 * The way to local sessions over kill -9: a real mosquitto brings messages down the bridge, devices publish here themselves, and subscribers
 * with sessions of their own take them. Publishers and subscribers keep their state outside the process that is killed.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { TestScope } from './certificates.ts'
import { type CrashPlan, type CrashResult, EdgeProcess, judge, untilRandomMoment } from './crash-run.ts'
import type { Mosquitto } from './mosquitto.ts'
import { SteadyDevice } from './steady-device.ts'
import { SteadySubscriber } from './steady-subscriber.ts'

export interface DownCrashResult extends CrashResult {
  /** Subscribers that came back and found no session. */
  readonly sessionsLost: number
}

/** To a subscriber that takes fewer at a time mosquitto 2.0.11 hands messages on out of order, also without a bridge before it. */
export const inOrder = ['max_inflight_messages 65535']

/** Keeps sessions on disk and brings `down/#` here. */
export async function downEdge (t: TestScope, remotePort: number): Promise<EdgeProcess> {
  return EdgeProcess.make(t, {
    remotePort,
    text: (dir, port) => `
      listeners.tcp.bind = "127.0.0.1:${port}"
      persistence.dir = "${dir}/state"
      mqtt.max_mqueue_len = 65535
      limits { max_connect_rate = 1000 }
      bridges.mqtt.north {
        server = "mqtt-tcp://127.0.0.1:${remotePort}", clientid = crash-bridge, clean_start = false, backoff_max = 200ms
        subscription = [{ remote_topic = "down/#", local_topic = "", qos = 2 }]
      }`
  })
}

/** A remote is not held by a bridge that is down most of the time: it must not be ahead of subscribers by more than is kept for them. */
const MOST_AHEAD = 3000
const PAUSE_MS = 50

/** By subscriber, of QoS 1 and of QoS 2. */
export async function downCrashRun (edge: EdgeProcess, remote: Mosquitto, { kills, withinMs = Infinity, random = Math.random }: CrashPlan): Promise<ReadonlyMap<string, DownCrashResult>> {
  await edge.start()
  const subscribers = ([['down', 1], ['down', 2], ['here', 1], ['here', 2]] as const).map(([prefix, qos]) => new SteadySubscriber(edge.port, qos, prefix))
  for (const subscriber of subscribers) await subscriber.start()
  const publishers = publishersFor(subscribers, { down: remote.port, here: edge.port })
  const until = Date.now() + withinMs
  const marks: number[][] = []
  let killed = 0
  for (; killed < kills && Date.now() < until; killed++) {
    await untilRandomMoment(() => subscribers.reduce((sum, { seen }) => sum + seen.size, 0), random)
    await edge.kill()
    marks.push(subscribers.map(({ taken }) => taken.length))
    await edge.start()
  }
  await Promise.all(publishers.map(async publisher => publisher.finish()))
  const results = new Map<string, DownCrashResult>()
  for (const [at, subscriber] of subscribers.entries()) {
    const { prefix } = subscriber
    const wanted = publishers.filter(publisher => publisher.prefix === prefix).flatMap(({ name, acknowledged }) => acknowledged.map(number => `${prefix}/${name} ${number}`))
    await arrived(subscriber, wanted)
    const result = judge(wanted, subscriber.taken.map(([topic, text]) => [topic, Number(text)]), marks.map(each => each[at] ?? 0), topic => subscriber.qos === 2 && topic.endsWith('/b0'))
    results.set(subscriber.name, { ...result, kills: killed, sessionsLost: subscriber.sessionsLost })
    subscriber.stop()
  }
  return results
}

function publishersFor (subscribers: readonly SteadySubscriber[], ports: Readonly<Record<string, number>>): readonly SteadyDevice[] {
  return Object.entries(ports).flatMap(([prefix, port]) => {
    const those = subscribers.filter(one => one.prefix === prefix)
    const mayGoOn = (): boolean => devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0) - Math.min(...those.map(({ seen }) => seen.size)) < MOST_AHEAD
    const devices: readonly SteadyDevice[] = ([['a0', 1], ['b0', 2]] as const).map(([name, qos]) => new SteadyDevice(port, name, qos, { prefix, pauseMs: PAUSE_MS, mayGoOn }))
    return devices
  })
}

async function arrived ({ seen }: SteadySubscriber, wanted: readonly string[]): Promise<void> {
  for (const patience = Date.now() + 20_000; Date.now() < patience; await delay(100)) {
    if (wanted.every(each => seen.has(each))) return
  }
}
