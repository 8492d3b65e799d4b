/** Reason strings and Response Information of MQTT 5: said where the device wants them and has room for them [MQTT-3.1.2-24] [MQTT-3.1.2-28] [MQTT-3.1.2-29]. */
import { type Test, test } from 'tap'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { configOf, problemsOf } from '../support/config-text.ts'
import { connect5, open5, publish5, subscribe5 } from '../support/packets-5.ts'
import { connect, pubrel, text } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const rights = { ...everything, publish: (entry: { name: string }) => entry.name !== 'no', subscribe: (filter: string) => filter !== 'no' }
const requestProblemInformation = (value: 0 | 1): number[] => [0x17, value]
const requestResponseInformation = (value: 0 | 1): number[] => [0x19, value]
const maximumPacketSize = (bytes: number): number[] => [0x27, 0, 0, 0, bytes]

/** What PUBACK, PUBREC, PUBCOMP and SUBACK say of what was refused, with their codes. */
async function refusals (t: Test, ...properties: readonly number[][]): Promise<Buffer[]> {
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(rights), limits: { maxSubscriptionsPerClient: 4 } })
  const client = await open5(port, { properties })
  client.send(publish5('no', 'x', { qos: 1, id: 4 }), publish5('no', 'x', { qos: 2, id: 5 }), pubrel(6), subscribe5(7, [['yes', 1], ['no', 0]]))
  const said: Buffer[] = []
  for (const type of [4, 5, 7, 9]) said.push((await client.next(type)).body)
  t.notOk(client.closed)
  return said
}

test('acknowledgements say why, in a reason string', async t => {
  const said = await refusals(t)
  for (const [i, [code, words]] of ([[0x87, 'may not publish'], [0x87, 'may not publish'], [0x92, 'no message is open'], [0x87, 'may not subscribe']] as const).entries()) {
    const body = said[i] ?? Buffer.alloc(0)
    t.ok(body.includes(code) && body.includes(0x1f) && body.includes(words), words)
  }
})

test('but not to a device that wants no problem information, or has no room for it [MQTT-3.1.2-29] [MQTT-3.4.2-2] [MQTT-3.9.2-1]', async t => {
  const bare = ['00048700', '00058700', '00069200', '0007000187']
  t.same((await refusals(t, requestProblemInformation(0))).map(body => body.toString('hex')), bare)
  t.same((await refusals(t, requestProblemInformation(1), maximumPacketSize(40))).map(body => body.toString('hex')), bare)
})

test('DISCONNECT says why in words, without them where they do not fit [MQTT-3.14.2-3]', async t => {
  const { port } = await brokerFor(t)
  for (const [properties, body] of [[[], /^8e..1f00/], [[maximumPacketSize(25)], /^8e00$/]] as const) {
    const first = await open5(port, { clientId: 'same', properties })
    const second = await open5(port, { clientId: 'same' })
    t.match((await first.next(14)).body.toString('hex'), body)
    second.destroy()
  }
})

test('a device that has no room for CONNACK is not let in [MQTT-3.1.2-24]', async t => {
  const { port } = await brokerFor(t)
  const client = await RawClient.dial(port)
  client.send(connect5({ clientId: '', properties: [maximumPacketSize(30)] }))
  t.same([...(await client.next(2)).body], [0, 0x95, 0])
  await client.ended()
  await open5(port, { clientId: 'short', properties: [maximumPacketSize(30)] })
})

test('Response Information for who asks for it, with its client id in it [MQTT-3.1.2-28]', async t => {
  const { responseInformation } = configOf('mqtt.response_information = "answers/%c/"').mqtt
  const { port } = await brokerFor(t, { mqtt: { responseInformation } })
  const told = Buffer.concat([Buffer.of(0x1a), text('answers/pump/')])
  t.ok((await open5(port, { clientId: 'pump', properties: [requestResponseInformation(1)] })).connack.body.includes(told))
  for (const properties of [[requestResponseInformation(0)], [], [requestResponseInformation(1), maximumPacketSize(30)]]) {
    t.notOk((await open5(port, { clientId: 'pump', properties })).connack.body.includes(0x1a))
  }
  const long = await open5(port, { clientId: 'x'.repeat(65_530), properties: [requestResponseInformation(1)] })
  t.equal(long.connack.body.length < 100, true, 'longer than a text may be: left out')
  const four = await RawClient.dial(port)
  four.send(connect({ clientId: 'four' }))
  t.same([...(await four.next(2)).body], [0, 0])
  const none = await brokerFor(t)
  t.notOk((await open5(none.port, { properties: [requestResponseInformation(1)] })).connack.body.includes(0x1a))
  for (const bad of ['', 'a/#', '+', 'x'.repeat(1025)]) t.match(problemsOf(`mqtt.response_information = "${bad}"`), [/must be the beginning of a topic/], bad.slice(0, 5))
})
