import { test } from 'tap'
import { DailyVolumes } from '../../../src/admin/daily-volumes.ts'
import { BridgeCounters } from '../../../src/metrics/bridge-counters.ts'

test('each day begins with nothing, and the first with what there was', async t => {
  let today = 'Mon'
  const volumes = new DailyVolumes(() => today)
  const counters = new BridgeCounters()
  counters.sentBytes = 10
  t.same(volumes.of(counters), { sentBytes: 10, receivedBytes: 0 })
  counters.receivedBytes = 5
  t.same(volumes.of(counters), { sentBytes: 10, receivedBytes: 5 })
  today = 'Tue'
  t.same(volumes.of(counters), { sentBytes: 0, receivedBytes: 0 })
  counters.sentBytes += 7
  t.same(volumes.of(counters), { sentBytes: 7, receivedBytes: 0 })
  t.same(volumes.of(new BridgeCounters()), { sentBytes: 0, receivedBytes: 0 })
})
