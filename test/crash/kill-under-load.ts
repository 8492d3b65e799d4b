/**
 * `npm run test:crash [-- KILLS [priorities | down]]`: kill -9 at random moments under load, 200 times unless told otherwise. On the way up;
 * with the devices in queues of three priorities; or on the way down and between devices here. Invariant 10.
 */
import { t as all, test } from 'tap'
import { crashRun, EdgeProcess } from '../support/crash-run.ts'
import { inOrder, downCrashRun, downEdge } from '../support/down-crash-run.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const kills = Number(process.argv[2] ?? 200)
const mode = process.argv[3] ?? 'up'
/** Of QoS 1 and of QoS 2 one device each with high and with low priority. */
const priorities = `forwards = [
  { local_topic = "up/+", remote_topic = "", exclude = ["up/a0", "up/b0", "up/a1", "up/b1"] }
  ${['a0', 'b0', 'a1', 'b1'].map(name => `{ local_topic = "up/${name}", remote_topic = "", priority = ${name.endsWith('0') ? 'high' : 'low'} }`).join('\n')}
]`

const timeout = 60_000 + kills * 20_000
all.setTimeout(timeout)

test(`kill -9, ${kills} times`, { skip: mosquittoMissing || mode === 'down', timeout }, async t => {
  const remote = await startMosquitto(t)
  const edge = await EdgeProcess.make(t, { remotePort: remote.port, bridge: mode === 'priorities' ? priorities : '' })
  const result = await crashRun(edge, remote, { kills })
  t.comment(result)
  t.same(result.missing, [], 'nothing that was acknowledged is missing')
  t.same(result.overtaken, [], 'nothing was overtaken')
  t.same(result.twice, [], 'nothing of QoS 2 came twice')
})

test(`kill -9, ${kills} times, on the way to local sessions`, { skip: mosquittoMissing || mode !== 'down', timeout }, async t => {
  const remote = await startMosquitto(t, { config: inOrder })
  const results = await downCrashRun(await downEdge(t, remote.port), remote, { kills })
  for (const [subscriber, result] of results) {
    t.comment(subscriber, result)
    t.same(result.missing, [], 'nothing that was acknowledged is missing')
    t.same(result.overtaken, [], 'nothing was overtaken')
    t.same(result.twice, [], 'nothing of QoS 2 came twice')
    t.equal(result.sessionsLost, 0)
  }
})
