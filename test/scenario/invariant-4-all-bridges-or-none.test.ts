/** Invariant 4: every required bridge is asked before any takes a message, then all take it; one that is not required never holds it up. */
import { test } from 'tap'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedLink } from '../support/scripted-link.ts'

function outbox (name: string, maxCount: number, required: boolean): Outbox {
  return new Outbox(outboxOptions({ name, required, maxCount, schedule: flush => { setImmediate(flush) } }))
}

test('a full required bridge: none takes the message, and the device is not acknowledged, until all can', async t => {
  const [wide, narrow, optional] = [outbox('wide', 100, true), outbox('narrow', 1, true), outbox('optional', 1, false)]
  const { port } = await brokerFor(t, {
    relay: interest => {
      const relay = createRelay({ interest })
      for (const one of [wide, narrow, optional]) relay.attach(one, [{ filter: 'up/#', rename: null, qos: null, retain: null }])
      return relay
    }
  })
  const device = await RawClient.open(port, { clientId: 'device' })
  device.send(publish('up/a', '1', { qos: 1, id: 1 }), publish('up/a', '2', { qos: 1, id: 2 }))
  await device.next(4)
  // what was read with it has been offered by the time another device is served
  const other = await RawClient.open(port, { clientId: 'other' })
  other.send(publish('elsewhere', 'x', { qos: 1, id: 1 }))
  await other.next(4)
  t.same([wide, narrow, optional].map(one => one.queued), [1, 1, 1], 'the second is nowhere')
  t.same(device.ids(4), [], 'and not acknowledged')

  const link = new ScriptedLink()
  narrow.linkUp(link, plainTerms)
  const [sent] = link.publishes()
  narrow.puback(sent?.packetId ?? 0, 0)
  await device.next(4)
  await eventually('it is there', () => wide.queued === 2 && narrow.counters.sentQos1 === 2)
  t.same(link.publishes().map(one => one.payload), ['2'])
  t.equal(optional.queued, 1)
  t.equal(optional.counters.droppedFull, 1, 'best effort: it has dropped it, counted')
  t.equal(optional.counters.acknowledgedDropped, 1)
  t.equal(wide.counters.droppedFull + narrow.counters.droppedFull, 0)
})
