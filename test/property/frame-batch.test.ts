/**
 * A batch that is taken in pieces of any size, and wholly in between, gives every frame once, in order, but those whose time is over:
 * whether it was added as it is, copied, or copied from behind its head; and what comes in a later turn may change until then.
 */
import fc from 'fast-check'
import { test } from 'tap'
import { BATCH_BYTES, FrameBatch } from '../../src/relay/frame-batch.ts'
import { MessageExpiry } from '../../src/relay/message-expiry.ts'
import { framesOf } from '../support/publish-frames.ts'
import { holds } from '../support/property.ts'

const EXPIRED_MS = -1e9
/** By the end of the test not a second less. */
const FAR_SECONDS = 1_000_000
const EXPIRES = 0x65
/** A frame of so few bytes has no room for an expiry: its number may look like one. */
const SHORT = 20
/** Bytes in front of the part that is copied as it is. */
const HEAD = 5
const CHUNK_BYTES = 48 * 1024
const FILLERS = [0x2e, 0x2f] as const

interface Addition {
  readonly size: number
  readonly how: 'run' | 'copied' | 'spliced'
  readonly expiry: string
}

const step = fc.oneof(
  { weight: 40, arbitrary: fc.record({ do: fc.constant('add' as const), size: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 8, max: 300 }) }, fc.integer({ min: 8, max: 3000 })), how: fc.constantFrom('run', 'copied', 'spliced', 'spliced', 'spliced'), expiry: fc.constantFrom('never', 'over', 'far') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('some' as const), most: fc.integer({ min: 1, max: 10_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('all' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) }
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function expires ({ size, expiry }: Addition): boolean {
  return expiry !== 'never' && size > SHORT
}

interface Place {
  readonly chunk: Buffer
  readonly start: number
  readonly end: number
}

/** Its number stands first; where it expires, the seconds last. */
function frame (number: number, wanted: number): Buffer {
  const size = wanted === 130 ? 131 : wanted // no length is told so that it makes 130
  const bytes = Buffer.alloc(size, 0x2e)
  const digits = size > 130 ? 2 : 1
  bytes[0] = 0x30
  const length = size - 1 - digits
  bytes[1] = digits === 2 ? (length & 0x7f) | 0x80 : length
  if (digits === 2) bytes[2] = length >> 7
  bytes.writeUInt16BE(number, 1 + digits)
  return bytes
}

class Run {
  readonly batch = new FrameBatch()
  readonly wanted: number[] = []
  readonly got: number[] = []
  /** That have expired, by what was put in and by what the batch says. */
  over = 0
  expired = 0
  readonly #frames = new Map<number, Buffer>()
  /** Where each stands, by its number. */
  readonly #places: Place[] = []
  #turn = 0
  /** Seconds are rounded up. */
  readonly #far = performance.now() + FAR_SECONDS * 1000

  /** All that is to be added, as it comes from a socket: one behind the other. */
  constructor (steps: readonly Step[]) {
    let chunk = Buffer.alloc(CHUNK_BYTES)
    let at = 0
    for (const [number, each] of steps.entries()) {
      if (each.do !== 'add') continue
      const made = frame(number, each.size)
      if (expires(each)) made[made.length - 5] = EXPIRES
      if (at + made.length > CHUNK_BYTES) {
        chunk = Buffer.alloc(CHUNK_BYTES)
        at = 0
      }
      made.copy(chunk, at)
      this.#places[number] = { chunk, start: at, end: at += made.length }
    }
  }

  add (number: number, { how, expiry, ...more }: Addition): void {
    const { chunk, start, end } = this.#places[number] as Place
    const made = Buffer.from(chunk.subarray(start, end))
    if (!this.batch.hasRoom(made.length)) return
    this.#frames.set(number, made)
    if (how === 'run') this.batch.addRun(chunk, start, end)
    else {
      const at = this.batch.reserve(made.length)
      const head = how === 'copied' ? made.length : HEAD
      made.copy(this.batch.buffer, at, 0, head)
      if (how === 'spliced') this.batch.copyTail(chunk, start + head, end, at + head)
    }
    const mayExpire = expires({ how, expiry, ...more })
    if (mayExpire) this.#expire(made.length, expiry === 'over')
    if (mayExpire && expiry === 'over') this.over++
    else this.wanted.push(number)
  }

  /** The turn is over: what has not come yet is still to be written to. */
  settle (from: number): void {
    this.batch.settle()
    const filler = FILLERS[++this.#turn % 2] as number
    this.#places.forEach((place, number) => {
      if (number > from && place.end - place.start > 16) place.chunk[place.start + 10] = filler
    })
  }

  #expire (length: number, isOver: boolean): void {
    const expiry = new MessageExpiry()
    expiry.fromEnd = 4
    expiry.deadline = isOver ? performance.now() + EXPIRED_MS : this.#far
    this.batch.noteExpiry(length, expiry)
  }

  take (most: number | null): void {
    this.expired += this.batch.expire()
    if (this.batch.length === 0) return
    for (const each of framesOf(most === null ? this.batch.take() : this.batch.takeSome(most))) {
      const number = each.readUInt16BE((each[1] as number) < 0x80 ? 2 : 3)
      this.got.push(number)
      const made = Buffer.from(this.#frames.get(number) ?? '')
      if (made.length > SHORT && made.at(-5) === EXPIRES) made.writeUInt32BE(FAR_SECONDS, made.length - 4)
      if (!made.equals(each)) throw new Error(`${number} is not as it was: ${each.toString('hex')}`)
    }
    if (this.batch.count > this.wanted.length + this.over - this.expired - this.got.length) throw new Error(`it counts ${this.batch.count}`)
  }
}

test('whatever the pieces, each frame comes out once and in order', async t => {
  await holds(t, fc.property(fc.array(step, { minLength: 5, maxLength: 400, size: 'max' }), steps => {
    const run = new Run(steps)
    for (const [number, each] of steps.entries()) {
      if (each.do === 'add') run.add(number, each)
      else if (each.do === 'settle') run.settle(number)
      else run.take(each.do === 'all' ? null : each.most)
      if (run.batch.length > BATCH_BYTES) throw new Error('more than it may hold')
    }
    do run.take(500)
    while (run.batch.length > 0)
    if (run.batch.count !== 0) throw new Error(`it counts ${run.batch.count} when it is empty`)
    if (run.got.join() !== run.wanted.join()) throw new Error(`${run.got.join()} and not ${run.wanted.join()}`)
    if (run.expired !== run.over) throw new Error(`${run.expired} of ${run.over} expired`)
  }), { numRuns: 300 })
})
