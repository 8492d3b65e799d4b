import { test } from 'tap'
import { LocalInterest } from '../../../src/broker/local-interest.ts'
import { RelayEntry } from '../../../src/broker/relay-entry.ts'
import type { Message } from '../../../src/broker/session-port.ts'
import { BrokerCounters } from '../../../src/metrics/broker-counters.ts'
import { ScriptedRelay } from '../../support/scripted-relay.ts'

function make (): { relay: ScriptedRelay, entry: RelayEntry, counters: BrokerCounters, offer: (payload: string, overrides?: Partial<Message>) => void, done: string[] } {
  const relay = new ScriptedRelay(new LocalInterest())
  const counters = new BrokerCounters()
  const entry = new RelayEntry(relay, counters)
  const done: string[] = []
  const offer = (payload: string, overrides: Partial<Message> = {}): void => {
    entry.offer({ topic: 'up/a', payload: Buffer.from(payload), qos: 1, retain: false, ...overrides }, { bridge: 'south' }, error => done.push(`${payload} ${error?.message ?? 'safe'}`))
  }
  return { relay, entry, counters, offer, done }
}

test('an offer is done when the bridges have it safe', async t => {
  const { relay, offer, done } = make()
  relay.holds = true
  offer('1')
  t.same(relay.admitted, [{ topic: 'up/a', payload: '1', qos: 1, from: 'south' }])
  t.same(done, [])
  relay.makeSafe()
  t.same(done, ['1 safe'])
})

test('what no bridge wants is done at once', async t => {
  const { relay, offer, done } = make()
  offer('1', { topic: 'here' })
  t.same(relay.admitted, [])
  t.same(done, ['1 safe'])
})

test('where a bridge is full they wait in order; QoS 0 does not wait', async t => {
  const { relay, counters, offer, done } = make()
  relay.full = true
  for (const payload of ['1', '2', '3']) offer(payload)
  offer('0', { qos: 0 })
  t.equal(counters.relayDroppedQos0, 1)
  relay.full = false
  offer('4')
  t.same(relay.admitted, [], 'a later one does not overtake')
  relay.makeRoom()
  t.same(relay.admitted.map(one => one.payload), ['1', '2', '3', '4'])
  t.same(done, ['0 safe', '1 safe', '2 safe', '3 safe', '4 safe'])
})

test('so many may wait, and the next is told so', async t => {
  const { relay, counters, offer, done } = make()
  relay.full = true
  for (let i = 0; i < 10_001; i++) offer(String(i))
  t.equal(counters.relayOverflow, 1)
  t.match(done, [/^10000 no room in a bridge/])
})
