/** Retain As Published is an option of shared subscriptions too [MQTT-3.3.1-13]; without it RETAIN is 0 [MQTT-3.3.1-12]. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { RETAIN_AS_PUBLISHED, codes5, next5, open5, publish5, sessionExpiry, subscribe5 } from '../support/packets-5.ts'

test('RETAIN as it was published, for a member that is here and for one that comes back', async t => {
  const { port, counters } = await brokerFor(t)
  const member = await open5(port, { clientId: 'member', properties: [sessionExpiry(100)] })
  member.send(subscribe5(1, [['$share/g/t/#', 1 | RETAIN_AS_PUBLISHED], ['$share/other/t/#', 1]]))
  t.same(await codes5(member), [1, 1])
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('t/live', 'here', { qos: 1, id: 1, retain: true }))
  await sender.next(4)
  t.same([(await next5(member)).retain, (await next5(member)).retain].sort(), [false, true], 'each group as it asked')
  member.destroy()
  await eventually('the connection is let go of', () => counters.sessions === 1)
  sender.send(publish5('t/queued', 'away', { qos: 1, id: 2, retain: true }))
  await sender.next(4)
  const back = await open5(port, { clientId: 'member', clean: false, properties: [sessionExpiry(100)] })
  const got = [await next5(back), await next5(back), await next5(back), await next5(back)].filter(({ topic }) => topic === 't/queued')
  t.same(got.map(({ retain }) => retain).sort(), [false, true])
})
