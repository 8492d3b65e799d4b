/** Invariant 10: restart loses nothing that was acknowledged. */
import { test } from 'tap'
import { crashRun, EdgeProcess } from '../support/crash-run.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('six times kill -9 under load: all that was acknowledged is at the remote, in the order of each device', { skip: mosquittoMissing, timeout: 120_000 }, async t => {
  const remote = await startMosquitto(t)
  const edge = await EdgeProcess.make(t, { remotePort: remote.port })
  const result = await crashRun(edge, remote, 6, Math.random)
  t.comment(result)
  t.ok(result.acknowledged > 100, 'there was load')
  t.same(result.missing, [], 'nothing that was acknowledged is missing')
  t.same(result.overtaken, [], 'nothing was overtaken')
})
