/** Pieces that are copied by way of a stretch at the end of the memory come out as if each were copied by itself. */
import fc from 'fast-check'
import { test } from 'tap'
import { StagedCopy } from '../../src/relay/staged-copy.ts'
import { holds } from '../support/property.ts'

const CHUNK_BYTES = 8192
const GAP = 20

const piece = fc.record({
  do: fc.constant('copy' as const),
  chunk: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 1),
  length: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 20, max: 120 }) }, fc.integer({ min: 0, max: 1500 })),
  /** Mostly the next one; now and then one from before, or far on. */
  move: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.integer({ min: -200, max: 400 }) }, { weight: 1, arbitrary: fc.constant(-4000) }),
  /** Bytes written before it by others. */
  others: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 5, max: 40 }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 600 }) })
})
const step = fc.oneof(
  { weight: 60, arbitrary: piece },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), front: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('memory' as const) }) }
)

class Run {
  readonly #staged = new StagedCopy()
  readonly #chunks = [Buffer.alloc(CHUNK_BYTES), Buffer.alloc(CHUNK_BYTES)] as const
  readonly #next = [0, 0]
  readonly #plain: Buffer
  #into: Buffer
  #filled = 0
  #count = 0

  constructor (bytes: number) {
    this.#into = Buffer.alloc(bytes)
    this.#plain = Buffer.alloc(bytes)
    this.#refill()
  }

  /** Other bytes in each chunk, that differ from place to place. */
  #refill (): void {
    this.#count++
    for (const [which, chunk] of this.#chunks.entries()) for (let i = 0; i < CHUNK_BYTES; i++) chunk[i] = Math.imul(i + which * 7919 + this.#count, 0x9e3779b1) >>> 11
  }

  copy (which: number, length: number, move: number, others: number): void {
    const chunk = this.#chunks[which] as Buffer
    let start = Math.max(0, (this.#next[which] as number) + move)
    if (start + length > CHUNK_BYTES) start = 0
    if (this.#filled + others + length > this.#plain.length) this.front()
    for (const memory of [this.#into, this.#plain]) memory.fill(0xee, this.#filled, this.#filled + others)
    const at = this.#filled + others
    this.#staged.copy(chunk, start, start + length, this.#into, at)
    chunk.copy(this.#plain, at, start, start + length)
    this.#filled = at + length
    this.#next[which] = start + length + GAP
    if (!this.#plain.subarray(at, this.#filled).equals(this.#into.subarray(at, this.#filled))) throw new Error(`the piece at ${at}, of ${length} bytes from ${start}, is another`)
  }

  check (): void {
    if (!this.#plain.subarray(0, this.#filled).equals(this.#into.subarray(0, this.#filled))) throw new Error('what was written before has changed')
  }

  forget (): void {
    this.#staged.forget()
    this.#refill()
  }

  front (): void {
    this.check()
    this.forget()
    this.#filled = 0
  }

  /** Goes on in new memory, from its front, without a word. */
  change (): void {
    this.check()
    this.#into = Buffer.alloc(this.#plain.length)
    this.#filled = 0
  }
}

test('a piece is as it was, and what stood before it too', async t => {
  await holds(t, fc.property(fc.constantFrom(1000, 5000, 16_384, 65_536), fc.array(step, { minLength: 20, maxLength: 300, size: 'max' }), (bytes, steps) => {
    const run = new Run(bytes)
    for (const each of steps) {
      if (each.do === 'copy') {
        if (each.length + each.others <= bytes) run.copy(each.chunk, each.length, each.move, each.others)
      } else if (each.do === 'memory') run.change()
      else if (each.front) run.front()
      else run.forget()
    }
    run.check()
  }), { numRuns: 500 })
})
