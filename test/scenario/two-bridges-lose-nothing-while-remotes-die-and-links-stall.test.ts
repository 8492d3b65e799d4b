/**
 * Two bridges, 50 devices, both directions, QoS 1 and 2, while remotes are killed and links stall, break and come back at random.
 * `SOAK_SECONDS=180` for the long run.
 */
import { test } from 'tap'
import { type AccountableRemote, accountableRemote } from '../support/accountable-remote.ts'
import { eventually } from '../support/eventually.ts'
import { listenerText, reloadSite } from '../support/reload-site.ts'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts'

const seconds = Number(process.env['SOAK_SECONDS'] ?? 2)
const DEVICES = 50
const PAUSE_MS = 40

interface Way {
  readonly remote: AccountableRemote
  readonly proxy: TcpProxy
}

function textOf (dir: string, ways: Readonly<Record<'north' | 'south', Way>>): string {
  const bridge = (name: 'north' | 'south', durability: string): string => `bridges.mqtt.${name} {
    server = "mqtt-tcp://127.0.0.1:${ways[name].proxy.port}", proto_ver = ${ways[name].remote.level}, clientid = ${name}, clean_start = false
    keepalive = 2s, backoff_max = 100ms, connect_timeout = 2s, durability = ${durability}
    forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "down/${name}/#", local_topic = "", qos = 2 }]
  }`
  return `${listenerText}
    spool { dir = "${dir}/spool" }
    limits { max_connections_per_address = 200 }
    ${bridge('north', 'spool')}
    ${bridge('south', 'memory')}`
}

/** One trouble after the other, until it is over; in the end all is well. */
async function trouble ({ remote, proxy }: Way, over: AbortSignal): Promise<number> {
  const pause = async (most: number): Promise<void> => new Promise(resolve => setTimeout(resolve, 50 + Math.random() * most))
  const troubles = [
    async () => {
      await remote.kill()
      await pause(300)
      await remote.revive()
    },
    async () => {
      proxy.stall()
      await pause(400)
      proxy.resume()
    },
    async () => {
      proxy.cut(true)
      await pause(200)
      proxy.accept()
    },
    async () => { proxy.reset() }
  ]
  let count = 0
  while (!over.aborted) {
    await troubles[Math.floor(Math.random() * troubles.length)]?.()
    count++
    await pause(500)
  }
  return count
}

/** How often each number came; and whether the first copies came in order. */
function account (payloads: readonly string[], sent: number): { lost: number, repeated: number, inOrder: boolean } {
  const firsts = [...new Set(payloads.map(Number))]
  return { lost: sent - firsts.length, repeated: payloads.length - firsts.length, inOrder: firsts.every((number, i) => number === i) }
}

test(`for ${seconds} seconds: nothing is lost, QoS 2 comes once, the order of each publisher is kept`, async t => {
  const way = async (level: 4 | 5): Promise<Way> => {
    const remote = await accountableRemote(t, level)
    return { remote, proxy: await tcpProxy(t, remote.port) }
  }
  const ways = { north: await way(4), south: await way(5) }
  const site = await reloadSite(t, dir => textOf(dir, ways))
  const { bridges } = site.edge
  const here = new Map<string, string[]>()
  const listener = await site.device()
  listener.on('message', (topic, payload) => { here.set(topic, [...here.get(topic) ?? [], payload.toString()]) })
  await listener.subscribeAsync('down/#', { qos: 2 })
  await eventually('both bridges are up', () => bridges.every(({ state }) => state.name === 'up'))

  const over = new AbortController()
  const sent = new Map<string, number>()
  const next = (topic: string): string => {
    const number = sent.get(topic) ?? 0
    sent.set(topic, number + 1)
    return String(number)
  }
  const devices = Array.from({ length: DEVICES }, async (_, i) => {
    const device = await site.device({ clientId: `device-${i}` })
    while (!over.signal.aborted) {
      await Promise.all(([1, 2] as const).map(async qos => device.publishAsync(`up/${i}/q${qos}`, next(`up/${i}/q${qos}`), { qos })))
      await new Promise(resolve => setTimeout(resolve, Math.random() * 2 * PAUSE_MS))
    }
  })
  const downwards = setInterval(() => {
    for (const [name, { remote }] of Object.entries(ways)) for (const qos of [1, 2] as const) remote.publish(`down/${name}/q${qos}`, next(`down/${name}/q${qos}`), qos)
  }, 5)
  t.teardown(() => clearInterval(downwards))
  const troubles = Object.values(ways).map(async each => trouble(each, over.signal))
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  over.abort()
  clearInterval(downwards)
  const counts = await Promise.all(troubles)
  await Promise.all(devices)
  await eventually('all is through', () => bridges.every(({ queued }) => queued === 0) && Object.values(ways).every(({ remote }) => remote.owed === 0), 30_000)
  await eventually('the listener has all', () => [...sent].every(([topic, count]) => !topic.startsWith('down/') || new Set(here.get(topic)).size === count))

  const of = (topics: (topic: string) => boolean, taken: ReadonlyMap<string, string[]>): object => {
    const accounts = [...sent].filter(([topic]) => topics(topic)).map(([topic, count]) => account(taken.get(topic) ?? [], count))
    return { lost: accounts.reduce((sum, { lost }) => sum + lost, 0), repeated: accounts.reduce((sum, { repeated }) => sum + repeated, 0), inOrder: accounts.every(({ inOrder }) => inOrder) }
  }
  for (const [name, { remote }] of Object.entries(ways)) {
    for (const qos of [1, 2] as const) {
      const expected = { lost: 0, inOrder: true, ...(qos === 2 ? { repeated: 0 } : {}) }
      t.match(of(topic => topic.startsWith('up/') && topic.endsWith(`q${qos}`), remote.taken), expected, `up to ${name}, QoS ${qos}`)
      t.match(of(topic => topic === `down/${name}/q${qos}`, here), expected, `down from ${name}, QoS ${qos}`)
    }
  }
  const messages = [...sent.values()].reduce((sum, count) => sum + count, 0)
  t.comment(`${messages} messages, ${counts.join(' + ')} troubles, of them ${Object.values(ways).map(({ remote }) => remote.kills).join(' + ')} kills; ${bridges.map(({ counters }) => counters.disconnects).join(' + ')} links broke`)
})
