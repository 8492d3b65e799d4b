/**
 * The outbox, of one lane or of three, against a plain remote that does what MQTT says, over a wire that loses what it holds when it breaks: any mix of
 * offers, turns, acknowledgements out of order, full links and reconnects with and without a session.
 */
import fc from 'fast-check'
import { test } from 'tap'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import type { PublishView } from '../../src/mqtt/publish-view.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { Receipts } from '../../src/relay/receipts.ts'
import { Rewrite } from '../../src/relay/rewrite.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { PlainRemote } from '../support/plain-remote.ts'
import { publishFrame, viewOf } from '../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../support/scripted-link.ts'
import { holds } from '../support/property.ts'

type Qos = 0 | 1 | 2
const CHUNK = 4096
const LIMITS = { maxCount: 12, maxBytes: 2000, windowQos1: 4, windowQos2: 3 }

function payloadOf (serial: number, size: number): string {
  return `${serial}:${'x'.repeat(size)}`
}

class Rig {
  readonly turn = new Turn()
  readonly counters = new BridgeCounters()
  readonly remote = new PlainRemote(LIMITS.windowQos1 + LIMITS.windowQos2)
  readonly acknowledged: number[] = []
  readonly receipts = new Receipts({ acknowledge: id => { this.acknowledged.push(id) } })
  readonly outbox: Outbox
  readonly accepted: { payload: string, qos: Qos, lane: number }[] = []
  link: ScriptedLink | null = null
  sessions = true
  refusals = 0
  roomCalls = 0
  /** Ends the pause that is on. */
  goOn: () => void = () => {}
  /** For each lane. */
  readonly #rewrites: readonly Rewrite[]
  #serial = 0
  /** What will be offered: frames lie side by side, as in what a socket gives. By their serial. */
  readonly #views: PublishView[] = []
  /** The first that was offered in this turn. */
  #offered = 1

  constructor (rename: boolean, lanes: 1 | 3, steps: readonly Step[]) {
    this.#lay(steps)
    this.#rewrites = Array.from({ length: lanes }, (_, lane) => new Rewrite('a/b', rename ? 'far/b' : 'a/b', -1, -1, null, lane))
    this.outbox = new Outbox(outboxOptions({
      awaitRemote: true,
      otherLanes: lanes === 1 ? [] : [{ priority: 'high', slice: 1, awaitRemote: true }, { priority: 'low', slice: 2, awaitRemote: true }],
      ...LIMITS,
      schedule: this.turn.schedule,
      pause: goOn => {
        this.goOn = goOn
        return () => { this.goOn = () => {} }
      },
      counters: this.counters
    }))
    this.outbox.onRoom(() => { this.roomCalls++ })
  }

  offer (qos: Qos, size: number, which: number): void {
    const lane = which % this.#rewrites.length
    const rewrite = this.#rewrites[lane] as Rewrite
    const serial = ++this.#serial
    const payload = payloadOf(serial, size)
    const view = this.#views[serial] as PublishView
    if (!this.outbox.hasRoom([rewrite], 0, 1, view)) {
      this.refusals++
      return
    }
    this.accepted.push({ payload, qos, lane })
    const slot = qos === 0 ? 0 : this.receipts.open(serial, qos)
    this.outbox.take(rewrite, view, qos === 0 ? null : this.receipts, slot)
    if (qos !== 0) this.receipts.release(slot)
  }

  #lay (steps: readonly Step[]): void {
    let chunk = Buffer.alloc(CHUNK)
    let filled = 0
    let serial = 0
    for (const each of steps) {
      if (each.do !== 'offer') continue
      serial++
      const frame = publishFrame({ topic: 'a/b', payload: payloadOf(serial, each.size), qos: each.qos, packetId: serial })
      if (filled + frame.length > CHUNK) chunk = Buffer.alloc(CHUNK, filled = 0)
      frame.copy(chunk, filled)
      this.#views[serial] = viewOf(chunk, filled)
      filled += frame.length
    }
  }

  pull (): void {
    if (this.link !== null) this.remote.wire.push(...this.link.taken())
  }

  endTurn (): void {
    this.turn.end()
    // nothing may depend on them any more
    for (; this.#offered <= this.#serial; this.#offered++) {
      const { bytes, start, end } = this.#views[this.#offered] as PublishView
      bytes.fill(0xff, start, end)
    }
    this.pull()
  }

  connect (session: boolean): void {
    this.disconnect()
    this.sessions &&= session
    this.remote.reconnect(session)
    this.link = new ScriptedLink()
    this.outbox.linkUp(this.link, { ...plainTerms, sessionPresent: session })
    this.pull()
  }

  disconnect (): void {
    if (this.link === null) return
    this.pull()
    this.link = null
    this.outbox.linkDown()
  }

  drain (): void {
    if (this.link === null) return
    this.link.full = false
    this.outbox.drained()
    this.pull()
  }

  settleAll (): void {
    if (this.link === null) this.connect(this.sessions)
    this.drain()
    this.goOn()
    for (let i = 0; i < 1000 && !(this.outbox.idle && this.remote.quiet); i++) {
      this.remote.receive(10_000)
      this.remote.answer(0, this.outbox)
      this.endTurn()
    }
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('offer' as const), qos: fc.constantFrom<Qos>(0, 1, 2), size: fc.integer({ min: 0, max: 300 }), lane: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('receive' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('connect' as const), session: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('full' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) }
)
const putOff = fc.oneof(
  { weight: 16, arbitrary: step },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('putOff' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('goOn' as const) }) }
)
type Step = typeof putOff extends fc.Arbitrary<infer T> ? T : never

function play (rig: Rig, action: Step): void {
  switch (action.do) {
    case 'offer': return rig.offer(action.qos, action.size, action.lane)
    case 'turn': return rig.endTurn()
    case 'receive': return rig.remote.receive(action.count)
    case 'answer': return rig.remote.answer(action.which, rig.outbox)
    case 'connect': return rig.connect(action.session)
    case 'disconnect': return rig.disconnect()
    case 'full': if (rig.link !== null) rig.link.full = true; return
    case 'drain': return rig.drain()
    case 'putOff': return rig.remote.putOff(action.which, rig.outbox)
    case 'goOn': return rig.goOn()
  }
}

/** What a remote that takes the first copy of each message has, in the order it came. */
function firstCopies (got: readonly string[], wanted: ReadonlySet<string>): string[] {
  return [...new Set(got)].filter(payload => wanted.has(payload))
}

/** What is wrong when everything has come to rest; null: nothing. */
function faultOf (rig: Rig, inOrder: boolean): string | null {
  if (rig.remote.faults.length > 0) return rig.remote.faults.join('; ')
  const kept = rig.accepted.filter(message => message.qos > 0).map(message => message.payload)
  for (const lane of [0, 1, 2]) {
    const ours = rig.accepted.filter(message => message.qos > 0 && message.lane === lane).map(message => message.payload)
    const got = firstCopies(rig.remote.got, new Set(ours))
    if (inOrder ? got.join() !== ours.join() : got.length !== ours.length) return `lane ${lane}: ${got.length} of ${ours.length} arrived, or in another order`
  }
  const twice = rig.accepted.filter(({ payload, qos }) => qos === 2 && rig.remote.got.filter(other => other === payload).length !== 1)
  if (rig.sessions && twice.length > 0) return `QoS 2 arrived more than once: ${twice.length}`
  if (!rig.outbox.idle) return 'something still waits'
  if (rig.acknowledged.join() !== kept.map(payload => Number.parseInt(payload)).join()) return 'not every publisher was acknowledged once, in order'
  if (rig.refusals > 0 && rig.roomCalls === 0) return 'nobody was told of room'
  return rig.counters.strayAcknowledgements === 0 ? null : 'stray acknowledgement'
}

for (const [what, lanes, kind, inOrder] of [
  ['in order, ', 1, step, true], ['also what the remote has put off, ', 1, putOff, false], ['in the order of each lane, ', 3, step, true], ['in several lanes, also what was put off, ', 3, putOff, false]
] as const) {
  test(`whatever happens, what was taken arrives, ${what}within the limits`, async t => {
    await holds(t, fc.property(fc.boolean(), fc.array<Step>(kind, { minLength: 10, maxLength: 200, size: 'max' }), (rename, steps) => {
      const rig = new Rig(rename, lanes, steps)
      for (const action of steps) {
        play(rig, action)
        if (rig.outbox.queued > LIMITS.maxCount) throw new Error('more waits than may')
        if (rig.remote.faults.length > 0) throw new Error(rig.remote.faults.join('; '))
      }
      rig.settleAll()
      const fault = faultOf(rig, inOrder)
      if (fault !== null) throw new Error(fault)
    }), { numRuns: 400 })
  })
}
