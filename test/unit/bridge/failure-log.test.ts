import { test } from 'tap'
import { BridgeError, bridgeCodes } from '../../../src/bridge/errors.ts'
import { FailureLog } from '../../../src/bridge/failure-log.ts'
import { silentLogger } from '../../../src/logger.ts'

test('a failure is said once, then at the tenth, the hundredth, and when it is over', async t => {
  const lines: string[] = []
  const log = new FailureLog({ ...silentLogger, warn: (_fields, words) => lines.push(words), info: (_fields, words) => lines.push(words) })
  const cut = new BridgeError(bridgeCodes.linkLost, 'cut')
  const refused = new BridgeError(bridgeCodes.refused, 'refused')
  for (let i = 0; i < 112; i++) log.report(cut, 500)
  t.equal(log.total, 112)
  log.report(refused, 500)
  t.equal(log.said, true)
  log.report(refused, 500)
  t.equal(log.said, false)
  log.clear()
  log.report(refused, 500)
  t.same(lines, [
    'link is down: cut',
    'same failure 10 times: cut',
    'same failure 100 times: cut',
    'same failure 112 times in all',
    'link is down: refused',
    'same failure 2 times in all',
    'link has come up and lasts',
    'link is down: refused'
  ])
  t.equal(log.total, 1)
})
