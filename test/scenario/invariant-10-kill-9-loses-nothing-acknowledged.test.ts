/** Invariant 10: restart loses nothing that was acknowledged. */
import { t as all, test } from 'tap'
import { crashRun, EdgeProcess } from '../support/crash-run.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

all.setTimeout(120_000)

test('kill -9 up to ten times under load: all that was acknowledged is at the remote, in the order of each device', { skip: mosquittoMissing, timeout: 120_000 }, async t => {
  const remote = await startMosquitto(t)
  const edge = await EdgeProcess.make(t, { remotePort: remote.port })
  const result = await crashRun(edge, remote, { kills: 10, withinMs: 10_000 })
  t.comment(result)
  t.ok(result.acknowledged > 100 && result.kills > 0, 'there was load')
  t.same(result.missing, [], 'nothing that was acknowledged is missing')
  t.same(result.overtaken, [], 'nothing was overtaken')
  t.same(result.twice, [], 'nothing of QoS 2 came twice')
})
