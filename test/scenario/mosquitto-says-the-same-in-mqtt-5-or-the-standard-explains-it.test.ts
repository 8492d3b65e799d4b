/** What is wrong, said in MQTT 5 to this broker and to mosquitto 2.0: where they answer differently, the difference is written down here and in docs/reference/mqtt.md. */
import { test } from 'tap'
import { type Conversation, type Differences, ends, hold, mosquittoIsOther, pair } from '../support/conversations-5.ts'
import {
  NO_LOCAL, alias, codes5, connect5, disconnect5, open5, publish5, sessionExpiry, subscribe5, unsubscribe5
} from '../support/packets-5.ts'
import { packet, pubrel, text, u16 } from '../support/packets.ts'

const again: Conversation = async port => {
  const client = await open5(port, { clientId: 'twice' })
  client.send(connect5({ clientId: 'twice' }))
  await client.ended()
  return client.received.map(({ type, body }) => `${type} ${body[0] ?? 0}`)
}

const conversations: Readonly<Record<string, Conversation>> = {
  'a second CONNECT': again,
  'AUTH that nobody asked for': ends(packet(0xf0, [0x18, 0])),
  'CONNECT with a method that is not known': ends(connect5({ clientId: 'm', properties: [Buffer.concat([Buffer.of(0x15), text('OTHER')])] })),
  'CONNECT with Receive Maximum 0': ends(connect5({ clientId: 'm', properties: [[0x21, 0, 0]] })),
  'CONNECT with a property twice': ends(connect5({ clientId: 'm', properties: [sessionExpiry(1), sessionExpiry(1)] })),
  'PUBLISH to a topic with a wildcard': ends(publish5('a/#', 'x')),
  'PUBLISH with QoS 3': ends(packet(0x36, text('a'), u16(1), [0], Buffer.from('x'))),
  'PUBLISH with topic alias 0': ends(publish5('a', 'x', { properties: [alias(0)] })),
  'PUBLISH with an alias that was not set': ends(publish5('', 'x', { properties: [alias(1)] })),
  'PUBLISH with an alias over the maximum': ends(publish5('a', 'x', { properties: [alias(60_000)] })),
  'PUBLISH with a subscription identifier': ends(publish5('a', 'x', { properties: [[0x0b, 1]] })),
  'PUBLISH with packet identifier 0': ends(publish5('a', 'x', { qos: 1, id: 0 })),
  'SUBSCRIBE with wrong flags': ends(packet(0x80, u16(1), [0], text('a'), [0])),
  'SUBSCRIBE without a filter': ends(packet(0x82, u16(1), [0])),
  'SUBSCRIBE to a filter that is none': ends(subscribe5(1, [['a/#/b', 0]])),
  'SUBSCRIBE with reserved bits': ends(subscribe5(1, [['a', 0x40]])),
  'SUBSCRIBE with subscription identifier 0': ends(subscribe5(1, [['a', 0]], [0x0b, 0])),
  'SUBSCRIBE to a shared filter with no local': ends(subscribe5(1, [['$share/g/a', NO_LOCAL]])),
  'DISCONNECT that gives a session an expiry it had not': ends(disconnect5(0, sessionExpiry(5))),
  'an unknown packet identifier in PUBREL': async port => {
    const client = await open5(port, { clientId: 'x' })
    client.send(pubrel(7))
    return [...(await client.next(7)).body.subarray(0, 3)]
  },
  'codes of SUBACK and UNSUBACK': async port => {
    const { five, codes } = await pair(port, [['a', 0], ['b/+', 1], ['#', 2], ['$share/g/c', 1]])
    five.send(unsubscribe5(2, 'a', 'nothing'))
    return [...codes, ...await codes5(five, 11)]
  },
  'a taken-over connection': async port => {
    const first = await open5(port, { clientId: 'same' })
    await open5(port, { clientId: 'same' })
    await first.ended()
    return first.received.map(({ type, body }) => `${type} ${body[0] ?? 0}`)
  },
  'session present': async port => {
    const flags: number[] = []
    for (const [clean, seconds] of [[true, 60], [false, 60], [false, 0], [false, 60], [true, 60]] as const) {
      const client = await open5(port, { clientId: 'kept', clean, properties: [sessionExpiry(seconds)] })
      flags.push(client.connack.body[0] ?? -1)
      client.send(disconnect5(0))
      await client.ended()
    }
    return flags
  }
}

const differences: Differences = {
  'a second CONNECT': { ours: ['14 130'], theirs: [], why: 'it is told why it is closed [MQTT-4.13.1-1]' },
  'AUTH that nobody asked for': { ours: ['DISCONNECT 0x82'], theirs: [], why: 'the same' },
  'a taken-over connection': { ours: ['14 142'], theirs: [], why: 'the same [MQTT-3.1.4-3]' },
  'CONNECT with Receive Maximum 0': { ours: ['CONNACK 0x82'], theirs: [], why: 'a CONNACK may say why [MQTT-3.1.4-2]' },
  'CONNECT with a property twice': { ours: ['CONNACK 0x82'], theirs: [], why: 'the same' },
  'PUBLISH to a topic with a wildcard': { ours: ['DISCONNECT 0x81'], theirs: ['DISCONNECT 0x82'], why: 'the standard leaves open which of the two [section 4.13]' },
  'PUBLISH with packet identifier 0': { ours: ['DISCONNECT 0x81'], theirs: ['DISCONNECT 0x82'], why: 'the same' },
  'SUBSCRIBE without a filter': { ours: ['DISCONNECT 0x82'], theirs: ['DISCONNECT 0x81'], why: 'it is a protocol error [MQTT-3.8.3-2]' },
  'SUBSCRIBE to a filter that is none': { ours: ['DISCONNECT 0x8f'], theirs: ['DISCONNECT 0x81'], why: 'the code for that is 0x8F [section 4.13]' },
  'SUBSCRIBE with subscription identifier 0': { ours: ['DISCONNECT 0x82'], theirs: ['DISCONNECT 0x81'], why: 'it is a protocol error [section 3.8.2.1.2]' },
  'SUBSCRIBE to a shared filter with no local': { ours: ['DISCONNECT 0x82'], theirs: ['goes on'], why: 'it is a protocol error [MQTT-3.8.3-4]' },
  'PUBLISH with topic alias 0': { ours: ['DISCONNECT 0x94'], theirs: ['DISCONNECT 0x81'], why: 'the code for that is 0x94 [section 3.3.2.3.4]' },
  'PUBLISH with a subscription identifier': { ours: ['DISCONNECT 0x82'], theirs: ['goes on'], why: 'a client must not send it [MQTT-3.3.4-6]' },
  'an unknown packet identifier in PUBREL': { ours: [0, 7, 0x92], theirs: [0, 7], why: 'it is told that nothing is open under it [section 3.7.2.1]' }
}

test('every conversation', { skip: mosquittoIsOther }, async t => hold(t, conversations, differences))
