/** The same conversations in MQTT 5 with this broker and with mosquitto 2.0: where they differ, the difference is written down here and in docs/reference/mqtt.md. */
import { spawnSync } from 'node:child_process'
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import {
  NO_LOCAL, RETAIN_AS_PUBLISHED, alias, codes5, connect5, delivery5, disconnect5, expiry, open5, publish5, retainHandling, sessionExpiry, subscribe5,
  unsubscribe5, userProperty
} from '../support/packets-5.ts'
import { packet, puback, pubrec, pubrel, text, u16 } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

type Conversation = (port: number) => Promise<readonly (string | number)[]>

/** Says bytes on a new connection, after CONNECT unless they are one; answers how the broker ends it, or that it goes on. */
function ends (bytes: Buffer): Conversation {
  return async port => {
    const client = bytes[0] === 0x10 ? await RawClient.dial(port) : await open5(port, { clientId: 'wrong' })
    client.send(bytes, ...bytes[0] === 0x10 ? [] : [packet(0xc0)])
    const answered = (): boolean => client.received.some(({ type, body }) => type === 13 || (type === 2 && body[1] === 0))
    await client.until(() => client.closed || answered(), 'the end of the connection, or an answer')
    if (!client.closed && answered()) return ['goes on']
    return client.received.filter(({ type }) => type === 2 || type === 14).map(({ type, body }) => `${type === 2 ? 'CONNACK' : 'DISCONNECT'} 0x${(body[type === 2 ? 1 : 0] ?? 0).toString(16)}`)
  }
}

/** A subscriber that has these filters, and a sender. */
async function pair (port: number, filters: readonly (readonly [string, number])[], ...properties: readonly (readonly number[])[]): Promise<{ five: RawClient, sender: RawClient, codes: number[] }> {
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, filters, ...properties))
  const codes = await codes5(five)
  return { five, codes, sender: await open5(port, { clientId: 'sender' }) }
}

/** What has come before the answer to PINGREQ, in order. */
async function heard (client: RawClient, count: number): Promise<string[]> {
  await client.until(() => client.received.filter(({ type }) => type === 3).length >= count, `${count} messages`)
  client.send(packet(0xc0))
  await client.next(13)
  return client.received.filter(({ type }) => type === 3).map(one => {
    const { topic, payload, qos, retain, properties } = delivery5(one)
    return `${topic} ${payload} ${qos} ${retain ? 'retained ' : ''}${properties}`
  })
}

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
  },
  'no local, retain as published, identifiers': async port => {
    const { five, sender } = await pair(port, [['t/#', 1 | NO_LOCAL | RETAIN_AS_PUBLISHED]], [0x0b, 3])
    five.send(publish5('t/own', 'mine'))
    sender.send(publish5('t/a', 'x', { retain: true, properties: [userProperty('b', '1'), userProperty('a', '2'), userProperty('b', '3')] }), publish5('t/b', 'y', { qos: 1 }))
    // where an identifier stands among other properties says nothing
    return (await heard(five, 2)).map(line => line.replace(/ 0b03(.+)$/, ' $10b03'))
  },
  'retain handling': async port => {
    const sender = await open5(port, { clientId: 'sender' })
    sender.send(publish5('kept', 'v', { qos: 1, retain: true }))
    await sender.next(4)
    const five = await open5(port, { clientId: 'five' })
    for (const handling of [2, 0, 1]) {
      five.send(subscribe5(1, [['kept', retainHandling(handling)]]))
      await codes5(five)
    }
    return heard(five, 1)
  },
  'a will after DISCONNECT 0x04, and none after 0x00': async port => {
    const { five } = await pair(port, [['will/#', 0]])
    for (const [topic, code] of [['will/no', 0], ['will/yes', 4]] as const) {
      const device = await open5(port, { clientId: 'device', will: { topic, payload: 'gone', properties: [userProperty('a', 'b')] } })
      device.send(disconnect5(code))
      await device.ended()
    }
    return heard(five, 1)
  },
  'overlapping filters with their identifiers': async port => {
    const { five, sender } = await pair(port, [['o/#', 0]], [0x0b, 1])
    five.send(subscribe5(2, [['o/a', 1]], [0x0b, 2]))
    await codes5(five)
    sender.send(publish5('o/a', 'x', { qos: 1 }))
    await sender.next(4)
    return heard(five, 1)
  },
  'all properties of a message': async port => {
    const { five, sender } = await pair(port, [['p', 1]])
    const properties = [[1, 1], Buffer.concat([Buffer.of(3), text('text/plain')]), Buffer.concat([Buffer.of(8), text('answer')]), Buffer.concat([Buffer.of(9), text('id')])]
    sender.send(publish5('p', 'x', { qos: 1, properties }))
    const [line = ''] = await heard(five, 1)
    const said = line.split(' ')[3] ?? ''
    // mosquitto keeps the order of user properties only, which is all the standard asks for [MQTT-3.3.2-18]
    return [line.slice(0, line.length - said.length), ...properties.map(each => said.includes(Buffer.from(each as number[]).toString('hex')) ? 'there' : 'not there'), said.length]
  },
  'a topic alias that is set and used': async port => {
    const { five, sender } = await pair(port, [['long/topic', 0]])
    sender.send(publish5('long/topic', '1', { properties: [alias(1)] }), publish5('', '2', { properties: [alias(1)] }))
    return heard(five, 2)
  },
  'Receive Maximum of the device': async port => {
    const five = await open5(port, { clientId: 'five', properties: [[0x21, 0, 2]] })
    five.send(subscribe5(1, [['r', 1]]))
    await codes5(five)
    const sender = await open5(port, { clientId: 'sender' })
    for (let id = 1; id <= 5; id++) sender.send(publish5('r', `${id}`, { qos: 1, id }))
    for (let id = 1; id <= 5; id++) await sender.next(4)
    const first = await heard(five, 2)
    five.send(puback(delivery5(await five.next(3)).id))
    return [...first, ...await heard(five, 2)]
  },
  'Maximum Packet Size of the device': async port => {
    const five = await open5(port, { clientId: 'five', properties: [[0x27, 0, 0, 0, 60]] })
    five.send(subscribe5(1, [['m', 1]]))
    await codes5(five)
    const sender = await open5(port, { clientId: 'sender' })
    for (const [i, payload] of ['small', 'x'.repeat(100), 'last'].entries()) sender.send(publish5('m', payload, { qos: 1, id: i + 1 }))
    for (let i = 0; i < 3; i++) await sender.next(4)
    return heard(five, 2)
  },
  'a shared subscription of two': async port => {
    const members = [await open5(port, { clientId: 'one' }), await open5(port, { clientId: 'two' })]
    for (const member of members) {
      member.send(subscribe5(1, [['$share/g/s', 1]]))
      await codes5(member)
    }
    const sender = await open5(port, { clientId: 'sender' })
    for (let id = 1; id <= 10; id++) sender.send(publish5('s', `${id}`, { qos: 1, id }))
    for (let id = 1; id <= 10; id++) await sender.next(4)
    const got = await Promise.all(members.map(async member => heard(member, 5)))
    return got.map(lines => lines.length)
  },
  'an identifier that is made up': async port => {
    const client = await open5(port, { clientId: '' })
    return [client.connack.body.includes(0x12) ? 'told' : 'not told']
  },
  'a will that waits for its delay, and one whose device is back': async port => {
    const { five } = await pair(port, [['will/#', 0]])
    const will = (name: string): { topic: string, payload: string, properties: readonly (Buffer | readonly number[])[] } => ({ topic: `will/${name}`, payload: 'gone', properties: [[0x18, 0, 0, 0, 1], userProperty('a', 'b')] })
    for (const name of ['back', 'away']) (await open5(port, { clientId: name, properties: [sessionExpiry(60)], will: will(name) })).destroy()
    await open5(port, { clientId: 'back', clean: false, properties: [sessionExpiry(60)] })
    return heard(five, 1)
  },
  'a refused message, and its packet identifier again [MQTT-4.4.0-2]': async port => {
    const { five, sender } = await pair(port, [['q', 2]])
    sender.send(publish5('q', 'refused', { qos: 2, id: 1 }), publish5('q', 'taken', { qos: 2, id: 2 }))
    for (let i = 0; i < 2; i++) await sender.next(5)
    sender.send(pubrel(1), pubrel(2))
    const [first, second] = [delivery5(await five.next(3)), delivery5(await five.next(3))]
    five.send(packet(0x50, u16(first.id), [0x87]), pubrec(second.id))
    const released = (await five.next(6)).body.readUInt16BE(0)
    five.send(packet(0xc0))
    await five.next(13)
    return [first.payload, second.payload, released === second.id ? 'only the other is released' : 'another', five.received.length]
  },
  'a subscription that is there already, at another QoS [MQTT-3.8.4-3]': async port => {
    const { five, sender } = await pair(port, [['again', 2]])
    five.send(subscribe5(2, [['again', 0]]))
    const codes = await codes5(five)
    sender.send(publish5('again', 'x', { qos: 1 }))
    return [...codes, ...await heard(five, 1)]
  },
  'a retained message of nothing [MQTT-3.3.1-6] [MQTT-3.3.1-7]': async port => {
    const sender = await open5(port, { clientId: 'sender' })
    sender.send(publish5('empty', 'v', { qos: 1, retain: true }), publish5('empty', '', { qos: 1, id: 2, retain: true }))
    for (let i = 0; i < 2; i++) await sender.next(4)
    const five = await open5(port, { clientId: 'five' })
    five.send(subscribe5(1, [['empty', 1]]))
    await codes5(five)
    return heard(five, 0)
  },
  'topics that begin with $ and wildcards [MQTT-4.7.2-1]': async port => {
    const { five, sender } = await pair(port, [['+/b', 0]])
    sender.send(publish5('$a/b', 'hidden'), publish5('a/b', 'seen'))
    return heard(five, 1)
  },
  'seconds to expiry of a message that waited': async port => {
    const properties = [sessionExpiry(60)]
    const away = await open5(port, { clientId: 'away', properties })
    away.send(subscribe5(1, [['e', 1]]))
    await codes5(away)
    away.destroy()
    const sender = await open5(port, { clientId: 'sender' })
    sender.send(publish5('e', 'good', { qos: 1, id: 2, properties: [expiry(100)] }))
    await sender.next(4)
    await new Promise(resolve => setTimeout(resolve, 1100)) // time is what is compared
    const back = await open5(port, { clientId: 'away', clean: false, properties })
    const got = delivery5(await back.next(3))
    back.send(puback(got.id))
    return [got.payload, got.properties.replace(/6[123]$/, '6x')]
  }
}

/** Ours and mosquitto's, with the reason. */
const differences: Readonly<Record<string, { readonly ours: readonly (string | number)[], readonly theirs: readonly (string | number)[], readonly why: string }>> = {
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
  'an unknown packet identifier in PUBREL': { ours: [0, 7, 0x92], theirs: [0, 7], why: 'it is told that nothing is open under it [section 3.7.2.1]' },
  'Receive Maximum of the device': { ours: ['r 1 1 ', 'r 2 1 ', 'r 2 1 ', 'r 3 1 '], theirs: ['r 1 1 ', 'r 2 1 ', 'r 2 1 ', 'r 3 1 ', 'r 4 1 '], why: 'mosquitto sends one more than the device takes, after an acknowledgement [MQTT-3.3.4-9]' },
  'overlapping filters with their identifiers': { ours: ['o/a x 1 0b010b02'], theirs: ['o/a x 1 0b02', 'o/a x 0 0b01'], why: 'one copy with all identifiers, or one for each: the standard allows both [MQTT-3.3.4-4]' }
}

/** Other versions have other differences. */
const VERSION = '2.0.11'
const isOther = mosquittoMissing === false && !spawnSync('mosquitto', ['-h'], { encoding: 'utf8' }).stdout.includes(`version ${VERSION}`)

test('every conversation', { skip: isOther ? `mosquitto is not ${VERSION}` : mosquittoMissing }, async t => {
  const { port } = await brokerFor(t)
  const mosquitto = await startMosquitto(t)
  for (const [what, conversation] of Object.entries(conversations)) {
    const answers = await Promise.all([port, mosquitto.port].map(async each => conversation(each)))
    const [ours = [], theirs = []] = answers
    const known = differences[what]
    if (known === undefined) t.same(ours, theirs, what)
    else t.match({ ours, theirs }, { ours: known.ours, theirs: known.theirs }, `${what}: ${known.why}`)
  }
})
