/** How the lanes of an outbox share the link. */
import { test } from 'tap'
import { plainTerms, type SessionTerms } from '../../../src/relay/link.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import type { LaneOptions } from '../../../src/relay/outbox-options.ts'
import { Rewrite } from '../../../src/relay/rewrite.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { type PlainPublish, publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

const names = ['high', 'normal', 'low'] as const
type Name = typeof names[number]

/** A lane for each priority, high first. */
function threeLanes ({ windowQos2 = 100, second }: { windowQos2?: number, second?: LaneOptions } = {}) {
  const turn = new Turn()
  const link = new ScriptedLink()
  const outbox = new Outbox(outboxOptions({
    priority: 'high',
    otherLanes: [{ priority: 'normal', slice: 1, awaitRemote: false }, { priority: 'low', slice: 2, awaitRemote: false }, ...second === undefined ? [] : [second]],
    maxCount: 100_000,
    maxBytes: 100_000_000,
    windowQos1: 10_000,
    windowQos2,
    schedule: turn.schedule
  }))
  const offer = (lane: Name | 3, qos: 0 | 1 | 2, payload: string): boolean => {
    const rewrite = new Rewrite('t', 't', -1, -1, null, lane === 3 ? 3 : names.indexOf(lane))
    const view = viewOf(publishFrame({ topic: 't', payload, qos, packetId: 7 }), 0, 4)
    if (!outbox.hasRoom([rewrite], 0, 1, view)) return false
    outbox.take(rewrite, view, null, 0)
    return true
  }
  return { outbox, link, turn, offer, up: (terms: Partial<SessionTerms> = {}) => outbox.linkUp(link, { ...plainTerms, ...terms }) }
}

const laneOf = ({ payload }: PlainPublish): string => payload.split(':')[0] ?? ''
const kilobyte = (name: string, i: number): string => `${name}:${i}:${'x'.repeat(1000)}`
const numbersOf = (messages: readonly PlainPublish[], name: string): number[] => messages.filter(message => laneOf(message) === name).map(({ payload }) => Number(payload.split(':')[1]))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Lets the link take what it is given, a turn at a time. */
function turns ({ turn, link }: Pick<ReturnType<typeof threeLanes>, 'turn' | 'link'>, count: number): PlainPublish[] {
  const got: PlainPublish[] = []
  for (let i = 0; i < count; i++) {
    turn.end()
    got.push(...link.publishes())
  }
  return got
}

test('backlogs go out 16 to 4 to 1, each in its order, and to the end', async t => {
  const site = threeLanes()
  for (const name of names) for (let i = 0; i < 2000; i++) site.offer(name, 1, kilobyte(name, i))
  site.up()
  const got = [...site.link.publishes(), ...turns(site, 100)]
  const begin = got.slice(0, 1050)
  const [high, normal, low] = names.map(name => begin.filter(message => laneOf(message) === name).length)
  t.ok(Math.abs(Number(high) - 800) < 70 && Math.abs(Number(normal) - 200) < 40 && Math.abs(Number(low) - 50) < 20, `${high} : ${normal} : ${low}`)
  for (const name of names) t.same(numbersOf(got, name), upTo(2000), name)
})

test('one that is alone has the whole link', async t => {
  const site = threeLanes()
  for (let i = 0; i < 1000; i++) site.offer('low', 1, kilobyte('low', i))
  site.up()
  t.ok(site.link.publishes().length >= 250, 'a quarter of a megabyte in one turn')
})

test('what comes behind a backlog of a lower lane goes first', async t => {
  const site = threeLanes()
  for (let i = 0; i < 5000; i++) site.offer('low', 1, kilobyte('low', i))
  site.up()
  site.link.publishes()
  for (let i = 0; i < 20; i++) {
    site.offer('high', 1, kilobyte('high', i))
    site.turn.end()
    t.equal(laneOf(site.link.publishes()[0] as PlainPublish), 'high')
  }
})

test('a link that has enough gets no more than one step beyond, whatever waits', async t => {
  const site = threeLanes()
  for (const name of names) for (let i = 0; i < 1000; i++) site.offer(name, 1, kilobyte(name, i))
  site.link.full = true
  site.up()
  t.ok(site.link.publishes().length < 20)
  site.turn.end()
  t.equal(site.link.publishes().length, 0)
  const rounds: string[] = []
  for (let i = 0; i < 40; i++) {
    site.outbox.drained()
    rounds.push(...site.link.publishes().map(laneOf))
  }
  t.same([...new Set(rounds)], ['high', 'normal', 'low'], 'the lowest has its turn too')
})

test('the window of the remote is for all, and what is answered goes to the highest', async t => {
  const site = threeLanes()
  for (let i = 0; i < 100; i++) site.offer('low', 1, `low:${i}`)
  site.up({ receiveMaximum: 10 })
  const under = site.link.publishes()
  t.same(under.map(laneOf), Array<string>(10).fill('low'), 'all of it, while the others have nothing')
  site.offer('high', 1, 'high:0')
  site.offer('high', 2, 'high:1')
  site.turn.end()
  t.equal(site.link.publishes().length, 0, 'it is used up')
  for (const { packetId = 0 } of under.slice(0, 3)) t.ok(site.outbox.puback(packetId, 0))
  site.turn.end()
  t.same(site.link.publishes().map(({ payload }) => payload), ['high:0', 'high:1', 'low:10'])
  t.equal(site.outbox.underWay, 10)
})

test('of QoS 2 a remote of 3.1.1 gets no more from each lane than its part, as it remembers what a process before has sent', async t => {
  const site = threeLanes({ windowQos2: 16 })
  for (let i = 0; i < 20; i++) site.offer('low', 2, `low:${i}`)
  site.up()
  t.equal(site.link.publishes().length, 5)
  for (let i = 0; i < 20; i++) site.offer('high', 2, `high:${i}`)
  site.turn.end()
  t.equal(site.link.publishes().length, 5)
})

test('QoS 0 has the priority of its rule', async t => {
  const site = threeLanes()
  site.up()
  site.link.full = true
  let low = 0
  while (site.offer('low', 0, kilobyte('low', low))) {
    low++
    site.turn.end()
  }
  t.ok(low > 250, 'a batch of low priority is full')
  t.ok(site.offer('high', 0, kilobyte('high', 0)), 'one of high priority is not')
  site.link.taken()
  site.link.full = false
  site.outbox.drained()
  const got = [...site.link.publishes(), ...turns(site, 3)]
  t.equal(laneOf(got[0] as PlainPublish), 'high')
  t.same(numbersOf(got, 'low').at(-1), low - 1)
  let room = 0
  site.outbox.onRoom(() => { room++ })
  site.offer('low', 0, kilobyte('low', low))
  site.turn.end()
  t.equal(room, 0, 'who was refused has been told')
})

test('a batch that is full goes out at once, and is set against its priority', async t => {
  const site = threeLanes()
  site.up()
  for (let i = 0; i < 700; i++) t.ok(site.offer('low', 0, kilobyte('low', i)))
  for (let i = 0; i < 100; i++) site.offer('normal', 1, kilobyte('normal', i))
  site.turn.end()
  const got = site.link.publishes().map(laneOf)
  t.ok(got.lastIndexOf('normal') < got.lastIndexOf('low'), 'what is left of the batches waits for the others')
  t.equal([...got, ...turns(site, 5).map(laneOf)].filter(name => name === 'low').length, 700)
})

test('a message that is larger than a share goes all the same', async t => {
  const site = threeLanes()
  for (let i = 0; i < 3; i++) site.offer('low', 1, `low:${i}:${'x'.repeat(100_000)}`)
  for (let i = 0; i < 200; i++) site.offer('normal', 1, kilobyte('normal', i))
  site.up()
  const got = [...site.link.publishes(), ...turns(site, 10)]
  t.same(numbersOf(got, 'low'), [0, 1, 2])
  t.ok(got.map(laneOf).indexOf('low', got.map(laneOf).indexOf('low') + 1) > 190, 'and waits the longer before the next')
})

test('two lanes of one priority take turns', async t => {
  const site = threeLanes({ second: { priority: 'high', slice: 3, awaitRemote: true } })
  for (let i = 0; i < 200; i++) {
    site.offer('high', 1, kilobyte('high', i))
    site.offer(3, 1, kilobyte('other', i))
  }
  site.up()
  const got = site.link.publishes()
  t.same([...new Set(got.slice(0, 40).map(laneOf))].sort(), ['high', 'other'])
  t.same(numbersOf([...got, ...turns(site, 10)], 'other'), upTo(200))
})

test('a full lane refuses, and the others do not', async t => {
  const { offer, outbox } = threeLanes()
  let rooms = 0
  outbox.onRoom(() => { rooms++ })
  let count = 0
  while (offer('low', 1, 'low')) count++
  t.equal(count, Math.ceil(100_000 / 3), 'its equal part')
  t.ok(offer('high', 1, 'high:0'))
  t.equal(rooms, 0)
})

test('where the link has a limit, what is urgent goes first of what may go, and none is left out', async t => {
  const site = threeLanes()
  site.link.meter = { room: 0 }
  site.up()
  for (let i = 0; i < 200; i++) {
    site.offer('low', 1, kilobyte('low', i))
    site.offer('low', 0, kilobyte('quick', i))
  }
  site.turn.end()
  t.equal(site.link.publishes().length, 0)
  const got: PlainPublish[] = []
  const tick = (room: number): void => {
    if (site.link.meter !== null) site.link.meter.room = room
    site.outbox.flush()
    got.push(...site.link.publishes())
  }
  tick(2000)
  t.equal(got.length, 2, 'whole messages, as many as may')
  site.offer('high', 1, kilobyte('high', 0))
  site.offer('high', 0, kilobyte('alarm', 0))
  tick(1)
  tick(1)
  t.same(got.slice(2).map(laneOf).sort(), ['alarm', 'high'], 'one at a time')
  for (let i = 1; i < 400; i++) {
    site.offer('high', 1, kilobyte('high', i))
    tick(1)
  }
  t.ok(numbersOf(got, 'low').length > 5 && numbersOf(got, 'high').length > 300)
  for (let i = 0; i < 1000; i++) tick(10_000)
  for (const name of ['low', 'quick']) t.same(numbersOf(got, name), upTo(200), name)
})

test('a full batch of QoS 0 refuses while a limit lets nothing out, and tells when a part of it has gone', async t => {
  const site = threeLanes()
  site.link.meter = { room: 0 }
  site.up()
  let rooms = 0
  site.outbox.onRoom(() => { rooms++ })
  let count = 0
  while (site.offer('normal', 0, kilobyte('normal', count))) count++
  t.ok(count > 200 && count < 270, `${count}`)
  site.turn.end()
  t.equal(rooms, 0)
  site.link.meter.room = 10_000
  site.outbox.flush()
  t.equal(rooms, 0, 'not for a few')
  site.link.meter.room = 40_000
  site.outbox.flush()
  t.equal(rooms, 1)
  t.ok(site.offer('normal', 0, kilobyte('normal', count)))
  t.notOk(site.offer('normal', 0, `large:${'x'.repeat(300_000)}`), 'one that is larger than a batch waits until that is empty')
  site.link.meter.room = 1_000_000
  for (let i = 0; i < 20; i++) site.outbox.flush()
  t.ok(site.offer('normal', 0, `large:${'x'.repeat(300_000)}`))
  const got = site.link.publishes()
  t.same(numbersOf(got, 'normal'), upTo(count + 1))
  t.equal(laneOf(got.at(-1) as PlainPublish), 'large')
})
