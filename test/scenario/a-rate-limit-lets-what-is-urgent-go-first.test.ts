/** With `rate_limit` the tokens there are go to the highest priority that waits. */
import { test } from 'tap'
import { bridgeConfig, rig, rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'

const PER_SECOND = 100
const BACKLOG = 200
const numbersOf = (messages: readonly Received[], topic: string): number[] => messages.filter(each => each.topic === topic).map(({ payload }) => Number(payload.toString()))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test('an alarm does not wait behind what the limit holds back, at any QoS', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const site = rig(t, bridgeConfig(remote.port, {
    rateLimit: { up: { messages: PER_SECOND, bytes: null, burstMs: 50 }, down: null },
    forwards: [rule('up/alarm', '', { priority: 'high' }), rule('up/log', '', { priority: 'low' })]
  }))
  await site.reaches('up')
  const observer = await remote.observe('up/#')
  const begun = performance.now()
  for (let i = 0; i < BACKLOG; i++) t.ok(site.offer({ topic: 'up/log', payload: String(i), qos: i % 2 === 0 ? 0 : 1 }))
  const behind: number[] = []
  for (let i = 0; i < 12; i++) {
    await observer.received(10 * (i + 1))
    const before = observer.messages.length
    t.ok(site.offer({ topic: 'up/alarm', payload: String(i), qos: ([0, 1, 2] as const)[i % 3] ?? 0 }))
    await eventually('it arrives', () => numbersOf(observer.messages, 'up/alarm').includes(i))
    behind.push(observer.messages.findIndex(({ topic, payload }) => topic === 'up/alarm' && payload.toString() === String(i)) - before)
  }
  t.ok(behind.every(count => count < 10), `messages that still went before each: ${behind.join(' ')}`)
  await observer.received(BACKLOG + 12)
  const tookMs = performance.now() - begun
  t.ok(tookMs > 1000 * (BACKLOG + 12 - 5) / PER_SECOND - 50, `all together keep to the limit: ${Math.round(tookMs)} ms`)
  const logs = numbersOf(observer.messages, 'up/log')
  for (const parity of [0, 1]) t.same(logs.filter(number => number % 2 === parity), upTo(BACKLOG).filter(number => number % 2 === parity), 'each QoS in its order')
  await eventually('the remote has acknowledged all', () => site.bridge.queued === 0)
  t.equal(site.bridge.counters.disconnects, 0)
})
