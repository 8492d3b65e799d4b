import { test } from 'tap'
import { mosquittoMissing } from '../support/mosquitto.ts'
import { rotateUnderLoad } from '../support/rotations.ts'

const ROUNDS = 3
const LINKS = 2

test('new certificate files move one link after the other, under load both ways: nothing is lost, nothing comes twice', { skip: mosquittoMissing, timeout: 30_000 }, async t => {
  const { up, down, pauses, longestGap, disconnects } = await rotateUnderLoad(t, { rounds: ROUNDS, everyMs: 0, links: LINKS })
  t.comment(`up ${up.sent} sent, down ${down.sent}; longest pause of a link ${Math.max(...pauses)} ms, longest time between two arrivals ${longestGap} ms`)
  t.match(up, { lost: 0, twiceQos1: 0, twiceQos2: 0, overtaken: 0 })
  t.match(down, { lost: 0, twiceQos1: 0, twiceQos2: 0 })
  t.equal(pauses.length, ROUNDS * LINKS)
  t.equal(disconnects, 0)
})
