import { test } from 'tap'
import { SetAsideLog } from '../../../../src/bridge/up/set-aside-log.ts'
import { silentLogger } from '../../../../src/logger.ts'

test('one line for each reason a minute, with how many there were', t => {
  const lines: (readonly [topic: unknown, messages: unknown])[] = []
  let now = 0
  const log = new SetAsideLog({
    ...silentLogger,
    warn: (fields: object) => { lines.push([Reflect.get(fields, 'topic'), Reflect.get(fields, 'messages')]) }
  }, { now: () => now, after: () => () => {} })
  log.note('a', 0x87)
  log.note('b', 0x87)
  log.note('c', 0x95)
  now = 59_999
  log.note('d', 0x87)
  t.same(lines.splice(0), [['a', 1], ['c', 1]])
  now = 60_000
  log.note('e', 0x87)
  log.note('f', 0x87)
  t.same(lines.splice(0), [['e', 3]])
  now = 120_000
  log.note('g', 0x87)
  t.same(lines, [['g', 2]])
  t.end()
})
