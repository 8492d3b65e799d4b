import { test } from 'tap'
import { plainTerms } from '../../../src/relay/link.ts'
import { BrokerLimits, brokerTopics, VERSION_TOPIC } from '../../../src/sidecar/broker-limits.ts'
import { keepingLogger, type LogLine } from '../../support/bridge-rig.ts'

const [, DROPPED] = brokerTopics

function limits (): { limits: BrokerLimits, warnings: () => LogLine[], pass: (ms: number) => void } {
  const log: LogLine[] = []
  let now = 0
  return { limits: new BrokerLimits(keepingLogger(log), () => now), warnings: () => log.filter(({ level }) => level === 'warn'), pass: ms => { now += ms } }
}

test('few messages in flight are warned of once, with the setting to change', async t => {
  const { limits: broker, warnings } = limits()
  broker.agreed(plainTerms)
  t.equal(broker.receiveMaximum, null)
  t.same(warnings(), [])
  broker.agreed({ ...plainTerms, receiveMaximum: 20 })
  broker.agreed({ ...plainTerms, receiveMaximum: 20 })
  t.equal(broker.receiveMaximum, 20)
  t.match(warnings(), [{ receiveMaximum: 20, hint: /max_inflight_messages/ }])
  t.equal(warnings().length, 1)
  broker.agreed({ ...plainTerms, receiveMaximum: 1000 })
  t.equal(warnings().length, 1)
})

test('what the broker has dropped since is told, once a minute, and not what it had dropped before', async t => {
  const { limits: broker, warnings, pass } = limits()
  const dropped = (text: string): void => broker.said(DROPPED, Buffer.from(text))
  dropped('100')
  t.same(warnings(), [], 'that was before us')
  dropped('103')
  t.match(warnings(), [{ dropped: 3, hint: /max_queued_messages/ }])
  dropped('110')
  t.equal(warnings().length, 1)
  pass(60_000)
  dropped('111')
  t.equal(warnings()[1]?.['dropped'], 8)
  pass(60_000)
  for (const odd of ['2', 'many', '', '1e999']) dropped(odd)
  t.equal(warnings().length, 2, 'a broker that has restarted, or says something else, is no loss')
})

test('its name is kept, at most a line of it', async t => {
  const { limits: broker } = limits()
  broker.said(VERSION_TOPIC, Buffer.from(`mosquitto version 2.0.11${'x'.repeat(1000)}`))
  t.equal(broker.version.length, 100)
  broker.said('$SYS/broker/other', Buffer.from('x'))
  t.match(broker.version, /^mosquitto/)
})
