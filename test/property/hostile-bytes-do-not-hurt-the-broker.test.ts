/** Well-formed packets with bytes changed, cut out or put in: the broker answers, closes or goes on, and serves the next device. */
import fc from 'fast-check'
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, disconnect, pingreq, puback, pubcomp, pubrec, pubrel, publish, subscribe, unsubscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { holds } from '../support/property.ts'

const packets = [
  connect({ clientId: 'x', clean: false, will: { topic: 'w', payload: 'p', qos: 1 }, username: 'u', password: 'p' }),
  publish('a/b', 'payload', { qos: 1, id: 1 }), publish('a/b', 'payload', { qos: 2, id: 2, retain: true }), publish('a', ''),
  subscribe(1, ['a/#', 1], ['+/b', 2]), unsubscribe(2, 'a/#'), puback(1), pubrec(1), pubrel(2), pubcomp(3), pingreq(), disconnect()
]

const mutation = fc.record({ at: fc.nat(), byte: fc.nat(255), how: fc.constantFrom('change' as const, 'insert' as const, 'remove' as const) })

function mutate (bytes: Buffer, changes: readonly { at: number, byte: number, how: 'change' | 'insert' | 'remove' }[]): Buffer {
  const out = [...bytes]
  for (const { at, byte, how } of changes) {
    const place = at % (out.length + 1)
    if (how === 'insert') out.splice(place, 0, byte)
    else if (how === 'remove') out.splice(place, 1)
    else out[place] = byte
  }
  return Buffer.from(out)
}

test('mutated conversations', async t => {
  const { port, counters } = await brokerFor(t)
  await holds(t, fc.asyncProperty(fc.array(fc.constantFrom(...packets), { maxLength: 8 }), fc.array(mutation, { maxLength: 4 }), fc.boolean(), async (said, changes, greets) => {
    const client = await RawClient.dial(port)
    if (greets) client.send(connect({ clientId: 'x', clean: false }))
    client.send(mutate(Buffer.concat([...said, pingreq()]), changes))
    client.stream.end()
    await client.ended()
  }), { numRuns: 300 })
  await eventually('nothing is left', () => counters.connections === 0 && counters.sessions === 0)
  const well = await RawClient.open(port, { clientId: 'well' })
  well.send(subscribe(1, ['z', 1]), publish('z', 'x', { qos: 2, id: 9 }))
  t.match(await well.delivery(), { payload: 'x', qos: 1 })
})
