/** A batch that is taken in pieces of any size, and wholly in between, gives every frame once, in order, but those whose time is over. */
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

interface Addition {
  readonly size: number
  readonly copied: boolean
  readonly expiry: string
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add' as const), size: fc.integer({ min: 8, max: 3000 }), copied: fc.boolean(), expiry: fc.constantFrom('never', 'over', 'far') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('some' as const), most: fc.integer({ min: 1, max: 10_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('all' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) }
)

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
  /** Seconds are rounded up. */
  readonly #far = performance.now() + FAR_SECONDS * 1000

  add (number: number, { size, copied, expiry }: Addition): void {
    const made = frame(number, size)
    if (!this.batch.hasRoom(made.length)) return
    const expires = expiry !== 'never' && size > SHORT
    if (expires) made[made.length - 5] = EXPIRES
    this.#frames.set(number, made)
    if (copied) {
      const at = this.batch.reserve(made.length)
      made.copy(this.batch.buffer, at)
    } else this.batch.addRun(made, 0, made.length)
    if (expires) this.#expire(made.length, expiry === 'over')
    if (expires && expiry === 'over') this.over++
    else this.wanted.push(number)
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
  await holds(t, fc.property(fc.array(step, { minLength: 5, maxLength: 150, size: 'max' }), steps => {
    const run = new Run()
    for (const [number, each] of steps.entries()) {
      if (each.do === 'add') run.add(number, each)
      else if (each.do === 'settle') run.batch.settle()
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
