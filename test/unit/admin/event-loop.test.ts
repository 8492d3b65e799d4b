/** The delay of the event loop is what a timer is late by: an idle loop has none, one that was held up has what it was held up for. */
import { test } from 'tap'
import { EventLoop } from '../../../src/admin/event-loop.ts'
import { silentLogger } from '../../../src/logger.ts'
import { eventually } from '../../support/eventually.ts'

const HELD_MS = 120
/** A turn may begin anywhere between two timers of 10 ms; one more for clocks that round. */
const LEAST_SEEN_MS = HELD_MS - 11

function hold (milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

test('an idle loop has no delay, though its timer comes each 10 ms', async t => {
  const loop = new EventLoop(silentLogger)
  t.teardown(() => loop.stop())
  t.same(loop.takeDelay(), { p50: 0, p99: 0, max: 0 }, 'not measured before anybody asks')
  await eventually('a quiet span', () => {
    const { p50, max } = loop.takeDelay()
    return max > 0 && p50 < 0.005
  })
})

test('a loop that is held up says for how long, also when it is asked in the very turn', async t => {
  const loop = new EventLoop(silentLogger)
  t.teardown(() => loop.stop())
  loop.takeDelay()
  await eventually('timers come', () => loop.takeDelay().max > 0)
  loop.takeDelay()
  hold(HELD_MS)
  let longest = 0
  await eventually('the late timer has come', () => {
    longest = Math.max(longest, loop.takeDelay().max)
    return longest >= LEAST_SEEN_MS / 1000
  })
  t.ok(longest < 10 * HELD_MS / 1000, `${longest} s`)
})
