/** `npm run test:crash [-- KILLS]`: kill -9 at random moments under load, 200 times unless told otherwise. Invariant 10. */
import { t as all, test } from 'tap'
import { crashRun, EdgeProcess } from '../support/crash-run.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const kills = Number(process.argv[2] ?? 200)

const timeout = 60_000 + kills * 20_000
all.setTimeout(timeout)

test(`kill -9, ${kills} times`, { skip: mosquittoMissing, timeout }, async t => {
  const remote = await startMosquitto(t)
  const edge = await EdgeProcess.make(t, { remotePort: remote.port })
  const result = await crashRun(edge, remote, { kills })
  t.comment(result)
  t.same(result.missing, [], 'nothing that was acknowledged is missing')
  t.same(result.overtaken, [], 'nothing was overtaken')
  t.same(result.twice, [], 'nothing of QoS 2 came twice')
})
