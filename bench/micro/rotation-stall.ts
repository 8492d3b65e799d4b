/**
 * `npm run bench:rotation [-- FILE]`: how long the event loop stands still while a CA file is read, checked and made into a new generation, as at each rotation.
 * FILE is the system bundle unless another is named.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'

const cacertfile = process.argv[2] ?? '/etc/ssl/certs/ca-certificates.crt'
const ROUNDS = 20
const stalls: number[] = []
const totals: number[] = []
let certificates = 0

for (let round = 0; round < ROUNDS + 3; round++) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begun = performance.now()
  const { anchors } = await createTrustSnapshot({ cacertfile, certfile: null, keyfile: null, keyPassword: null }, round)
  const total = performance.now() - begun
  // the timer that was late fires now, and is counted
  await new Promise(resolve => setTimeout(resolve, 5))
  delay.disable()
  certificates = anchors.length
  if (round < 3) continue // the first ones are compiled
  stalls.push(delay.max / 1e6)
  totals.push(total)
}

const at = (values: number[], share: number): string => (values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? NaN).toFixed(1)
process.stdout.write(`${cacertfile}: ${certificates} certificates, ${ROUNDS} rotations\n`)
process.stdout.write(`longest stall of the event loop  median ${at(stalls, 0.5)} ms, worst ${at(stalls, 1)} ms (with 1 ms of timer resolution)\n`)
process.stdout.write(`from file to generation          median ${at(totals, 0.5)} ms, worst ${at(totals, 1)} ms\n`)
