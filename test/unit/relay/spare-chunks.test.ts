import { test } from 'tap'
import { LogChunks } from '../../../src/relay/log-chunks.ts'
import { SpareChunks } from '../../../src/relay/spare-chunks.ts'

const KIB = 1024

/** Time that passes when it is told to. */
class Later {
  readonly #calls: (() => void)[] = []
  readonly after = (call: () => void): void => { this.#calls.push(call) }
  get pending (): number { return this.#calls.length }

  pass (): void {
    for (const call of this.#calls.splice(0)) call()
  }
}

test('a chunk that was let go is taken again', t => {
  const spares = new SpareChunks(16 * KIB, new Later().after)
  const chunk = spares.take()
  t.equal(chunk.length, 16 * KIB)
  spares.give(chunk)
  t.equal(spares.bytes, 16 * KIB)
  t.equal(spares.take(), chunk)
  t.not(spares.take(), chunk)
  t.end()
})

test('what is not needed for a while is given back, what is needed stays', t => {
  const later = new Later()
  const spares = new SpareChunks(16 * KIB, later.after)
  for (const chunk of Array.from({ length: 20 }, () => spares.take())) spares.give(chunk)
  t.equal(spares.bytes, 20 * 16 * KIB)
  later.pass()
  for (let i = 0; i < 5; i++) {
    const taken = Array.from({ length: 10 }, () => spares.take())
    for (const chunk of taken) spares.give(chunk)
    later.pass()
    t.ok(spares.bytes >= 10 * 16 * KIB, 'a queue that swings by ten chunks keeps ten')
  }
  t.equal(spares.bytes, 10 * 16 * KIB)
  later.pass()
  t.equal(spares.bytes, 2 * 16 * KIB, 'two for good')
  t.equal(later.pending, 0, 'and there is nothing more to look at')
  t.end()
})

test('no more than 16 MiB are kept', t => {
  const spares = new SpareChunks(256 * KIB, new Later().after)
  for (const chunk of Array.from({ length: 100 }, () => spares.take())) spares.give(chunk)
  t.equal(spares.bytes, 16 * KIB * KIB)
  t.end()
})

test('a log holds no more than it has had in use, and two chunks when it has been quiet', t => {
  const later = new Later()
  const chunks = new LogChunks(64 * KIB * KIB, later.after)
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 12; i++) chunks.reserve(200 * KIB)
    chunks.release(chunks.newest, true)
  }
  t.ok(chunks.held <= 13 * 256 * KIB, `${chunks.held} bytes`)
  for (let i = 0; i < 3; i++) later.pass()
  t.equal(chunks.held, 3 * 256 * KIB, 'and the one that is filled next')
  t.end()
})
