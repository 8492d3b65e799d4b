/** Whatever happens between appends, acknowledgements and the loss of power: what was durable and not taken is read back, in order, as it was. */
import fc from 'fast-check'
import { test } from 'tap'
import { Spool } from '../../src/spool/spool.ts'
import { FaultyDisk } from '../support/faulty-disk.ts'
import { NO_CLIENT, publishView, roomy, Watcher } from '../support/spooled.ts'
import { holds } from '../support/property.ts'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), size: fc.integer({ min: 0, max: 300 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), back: fc.integer({ min: 0, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('turn' as const) }) }
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

async function play (steps: readonly Step[], spool: Spool, watcher: Watcher): Promise<{ sent: Map<number, string>, acknowledged: Set<number> }> {
  const sent = new Map<number, string>()
  const acknowledged = new Set<number>()
  for (const step of steps) {
    if (step.do === 'append') {
      const payload = `${'p'.repeat(step.size)}${sent.size}`
      sent.set(spool.append(publishView(`t/${payload.length}`, payload), NO_CLIENT, 0), payload)
    } else if (step.do === 'acknowledge') {
      const number = [...sent.keys()].at(-1 - step.back)
      if (number === undefined) continue
      spool.acknowledge(number)
      acknowledged.add(number)
    } else if (step.do === 'settle') {
      await watcher.untilDurable(spool.last)
    } else {
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  return { sent, acknowledged }
}

test('power loss at any moment', async t => {
  await holds(t, fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.infiniteStream(fc.nat(1 << 20)), fc.integer({ min: 200, max: 4000 }), fc.boolean(), async (steps, choices, segmentBytes, syncsItself) => {
    const disk = new FaultyDisk(syncsItself)
    const watcher = new Watcher()
    const spool = await Spool.open({ dir: '/j', disk, fsync: 'always', limits: roomy, listener: watcher, segmentBytes })
    const { sent, acknowledged } = await play(steps, spool, watcher)
    const durable = watcher.durableThrough
    const after = disk.losePower(below => (choices.next().value ?? 0) % below)
    await spool.close()

    const again = await Spool.open({ dir: '/j', disk: after, fsync: 'always', limits: roomy, listener: new Watcher(), segmentBytes })
    const reader = again.reader(0)
    const found: number[] = []
    for (let block = await reader.next(); block.length > 0; block = await reader.next()) {
      for (const { number, message } of block) {
        found.push(number)
        if (message.payload.toString() !== sent.get(number)) throw new Error(`message ${number} is not what was sent`)
      }
    }
    for (const number of sent.keys()) {
      if (number <= durable && !acknowledged.has(number) && !found.includes(number)) throw new Error(`durable message ${number} is gone`)
    }
    if (found.some((number, i) => i > 0 && number <= (found[i - 1] ?? 0))) throw new Error(`order: ${found.join(' ')}`)
    await again.close()
  }), { numRuns: 300 })
})

test('a flipped bit anywhere costs one record at most, and is reported', async t => {
  await holds(t, fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 7 }), async (where, bit) => {
    const disk = new FaultyDisk()
    const watcher = new Watcher()
    const spool = await Spool.open({ dir: '/j', disk, fsync: 'always', limits: roomy, listener: watcher })
    for (let i = 0; i < 30; i++) spool.append(publishView('some/topic', `payload ${i}`), NO_CLIENT, 0)
    await watcher.untilDurable(30)
    await spool.close()
    const name = '/j/' + String((await disk.list('/j'))[0])
    const { length } = await disk.readWhole(name)
    const byte = where % length
    disk.flip(name, byte, bit)
    const again = await Spool.open({ dir: '/j', disk, fsync: 'always', limits: roomy, listener: new Watcher() })
    const reader = again.reader(0)
    const found: number[] = []
    for (let block = await reader.next(); block.length > 0; block = await reader.next()) found.push(...block.map(({ number }) => number))
    if (found.length < (byte < 36 ? 30 : 29)) throw new Error(`flip at ${byte}.${bit}: ${found.length} of 30`)
    if (again.recovered.damages.length !== 1) throw new Error('the damage is not reported')
    await again.close()
  }), { numRuns: 300 })
})
