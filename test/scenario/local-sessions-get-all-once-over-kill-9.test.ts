/** Invariant 10, for what comes down a bridge and for what devices publish here. */
import { t as all, test } from 'tap'
import { inOrder, downCrashRun, downEdge } from '../support/down-crash-run.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

all.setTimeout(120_000)

test('kill -9 a few times under load: stored sessions get what was acknowledged, in order, of QoS 2 once', { skip: mosquittoMissing, timeout: 120_000 }, async t => {
  const remote = await startMosquitto(t, { config: inOrder })
  const results = await downCrashRun(await downEdge(t, remote.port), remote, { kills: 10, withinMs: 6_000 })
  for (const [subscriber, result] of results) {
    t.comment(subscriber, result)
    t.ok(result.acknowledged > 50 && result.kills > 0, 'there was load')
    t.same([result.missing, result.overtaken, result.twice, result.sessionsLost], [[], [], [], 0], subscriber)
  }
})
