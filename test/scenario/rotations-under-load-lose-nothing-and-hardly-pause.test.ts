import { test } from 'tap'
import { mosquittoMissing } from '../support/mosquitto.ts'
import { rotateUnderLoad } from '../support/rotations.ts'

/** `npm run test:rotations` asks for twenty in a minute. */
const rounds = Number(process.env['ROTATIONS'] ?? 5)
const everyMs = Number(process.env['ROTATE_EVERY_MS'] ?? 0)

test(`${rounds} rotations, a bad file before each: QoS 1 and 2 both ways, a persistent session`, { skip: mosquittoMissing, timeout: 30_000 + rounds * everyMs * 2 }, async t => {
  const { up, down, pauses, longestGap, disconnects, refusals } = await rotateUnderLoad(t, { rounds, everyMs })
  const sorted = pauses.toSorted((a, b) => a - b)
  t.comment(`up ${up.sent} sent, ${up.lost} lost, QoS 1 twice ${up.twiceQos1}, QoS 2 twice ${up.twiceQos2}, overtaken ${up.overtaken}`)
  t.comment(`down ${down.sent} sent, ${down.lost} lost, QoS 1 twice ${down.twiceQos1}, QoS 2 twice ${down.twiceQos2}, overtaken ${down.overtaken}`)
  t.comment(`pause of the uplink: longest ${sorted.at(-1)} ms, median ${sorted[Math.floor(sorted.length / 2)]} ms; longest time between two arrivals at the remote ${longestGap} ms`)
  t.comment(`bad files: ${JSON.stringify(refusals)}`)
  t.match(up, { lost: 0, twiceQos1: 0, twiceQos2: 0, overtaken: 0 })
  t.match(down, { lost: 0, twiceQos1: 0, twiceQos2: 0 })
  t.equal(pauses.length, rounds)
  t.equal(disconnects, 0, 'the link never broke')
  t.ok((refusals['invalid'] ?? 0) > 0 && (refusals['staged'] ?? 0) > 0)
})
