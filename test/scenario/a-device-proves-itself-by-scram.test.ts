/** SCRAM-SHA-256 over the wire [MQTT 5.0, section 4.12; RFC 5802; RFC 7677]: who proves itself comes in, and who does not learns nothing. */
import { connect as mqttConnect } from 'mqtt'
import type { MqttClient } from 'mqtt'
import type { IAuthPacket } from 'mqtt-packet'
import { test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import { silentLogger } from '../../src/logger.ts'
import { authConfig } from '../support/auth-config.ts'
import { brokerFor } from '../support/broker.ts'
import { packet, publish, subscribe } from '../support/packets.ts'
import { block, codes5, connect5, next5, open5, publish5, reason5, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'
import { AUTH, METHOD, answer, auth, first, proofIn, property, signIn } from '../support/scram-client.ts'
import { challenged, entered, refusedWith, scramSite, scramUsers } from '../support/scram-site.ts'

test('who proves itself comes in, stored as SCRAM or as plain text, and has its name', async t => {
  const gatekeeper = new AuthGatekeeper(authConfig({
    allowAnonymous: false,
    noMatch: 'deny',
    users: await scramUsers(),
    rules: [{ permit: 'allow', username: null, clientid: null, ipaddr: null, combine: 'and', action: 'pubsub', topics: ['of/%u'], place: 'a.conf:1:1' }]
  }), { logger: silentLogger })
  t.teardown(() => gatekeeper.close())
  const { port, broker } = await brokerFor(t, { gatekeeper })
  for (const [username, password] of [['ann', 'pencil'], ['bob', 'plain text'], ['bob', 'plain text']] as const) {
    const client = await entered(port, username, password, { clientId: `of-${username}` })
    client.send(subscribe5(1, [[`of/${username}`, 1], ['of/other', 1]]))
    t.same(await codes5(client), [1, 0x87])
    client.send(publish5(`of/${username}`, 'mine'))
    t.match(await next5(client), { payload: 'mine' })
    client.destroy()
    await client.ended()
  }
  t.equal(gatekeeper.counters.passwords.hashings, 1, 'a plain-text password is derived once')
  const plain = await open5(port, { clientId: 'x', username: 'ann', password: 'pencil' })
  plain.send(subscribe5(1, [['of/ann', 0]]))
  t.same(await codes5(plain), [0], 'what is stored as SCRAM checks a password in CONNECT too')
  const old = await RawClient.open(port, { clientId: 'y', username: 'ann', password: 'pencil' })
  old.send(subscribe(1, ['of/ann', 0]), publish('of/ann', '3.1.1'))
  t.match(await old.delivery(), { payload: '3.1.1' })
  t.ok(broker.addresses.length > 0)
})

test('CONNECT without data is asked to begin; the user name of CONNECT must be the one that is proven', async t => {
  const { port } = await scramSite(t)
  const client = await RawClient.dial(port)
  client.send(connect5({ properties: [property(0x15, METHOD)], username: 'ann' }))
  t.same(proofIn(await client.next(AUTH), 1), { method: METHOD, data: '' })
  client.send(auth(0x18, first('ann')))
  const { data } = proofIn(await client.next(AUTH), 1)
  client.send(auth(0x18, answer('ann', 'pencil', data).final))
  t.equal((await client.next(2)).body[1], 0)
  const other = await challenged(port, 'ann', { username: 'bob' })
  other.client.send(auth(0x18, answer('ann', 'pencil', other.challenge).final))
  t.equal(await refusedWith(other.client), '008700')
})

test('a wrong password, a name nobody has and one stored as scrypt look the same on the wire; the log tells them apart', async t => {
  const { port, log } = await scramSite(t)
  const challenges = new Map<string, string>()
  for (const [username, password] of [['ann', 'wrong'], ['nobody', 'wrong'], ['old', 'scrypt']] as const) {
    const salts = new Set<string>()
    for (let i = 0; i < 2; i++) {
      const { client, challenge } = await challenged(port, username)
      salts.add(challenge.slice(challenge.indexOf(',')))
      client.send(auth(0x18, answer(username, password, challenge).final))
      t.equal(await refusedWith(client), '008700', username)
    }
    t.equal(salts.size, 1, `the salt of ${username} stays the same`)
    challenges.set(username, [...salts][0] ?? '')
  }
  t.equal(new Set(challenges.values()).size, 3, 'no two share a salt')
  t.equal(new Set([...challenges.values()].map(each => `${each.length} ${each.slice(each.indexOf(',i='))}`)).size, 1, 'salts of one length, the same iterations')
  const told = JSON.stringify(log)
  for (const cause of ['wrong password', 'unknown user', 'stored as scrypt']) t.match(told, new RegExp(cause))
  for (const secret of ['pencil', 'plain text']) t.notMatch(told, new RegExp(secret))
})

test('a proof is worth nothing in another exchange, and nothing of it can be changed', async t => {
  const { port } = await scramSite(t)
  const one = await challenged(port, 'ann')
  const { final } = answer('ann', 'pencil', one.challenge)
  const replay = await challenged(port, 'ann')
  t.not(replay.challenge, one.challenge)
  replay.client.send(auth(0x18, final))
  t.equal(await refusedWith(replay.client), '008700', 'replayed')
  one.client.send(auth(0x18, final.replace('c=biws', 'c=eSws'))) // y,, for n,,
  t.equal(await refusedWith(one.client), '008700', 'channel-binding flag')
  const signed = await challenged(port, 'ann')
  signed.client.send(auth(0x18, answer('ann', 'pencil', signed.challenge, 'eSws').final))
  t.equal(await refusedWith(signed.client), '008700', 'channel-binding flag, signed')
  for (const wrong of ['', 'x', `${first('ann')},p=tls`, 'p=tls-unique,,n=ann,r=12345678', `n,,n=ann,r=${'n'.repeat(2000)}`]) {
    const client = await RawClient.dial(port)
    client.send(connect5({ properties: [property(0x15, METHOD), property(0x16, wrong)] }))
    if (wrong === first('ann') + ',p=tls') await client.next(AUTH) // an optional extension is passed over [RFC 5802, section 5.1]
    else t.equal(await refusedWith(client), '008700', wrong.slice(0, 20))
    client.destroy()
  }
})

test('what is no step of the exchange ends it with the code for it', async t => {
  const { port } = await scramSite(t)
  const cases: readonly (readonly [what: string, frame: Buffer, code: number])[] = [
    ['AUTH without a method', auth(0x18, 'x', null), 0x82],
    ['AUTH with another method', auth(0x18, 'x', 'PLAIN'), 0x82],
    ['re-authentication before CONNACK', auth(0x19, 'x'), 0x82],
    ['AUTH with success', auth(0, 'x'), 0x82],
    ['AUTH without anything', packet(0xf0), 0x82],
    ['AUTH with reserved flags', packet(0xf1, [0x18], block(property(0x15, METHOD))), 0x81],
    ['PUBLISH', publish5('t', 'early'), 0x82],
    ['a second CONNECT', signIn('ann'), 0x82],
    ['properties longer than the packet', packet(0xf0, [0x18, 9, 0x15]), 0x81]
  ]
  for (const [what, frame, code] of cases) {
    const { client } = await challenged(port, 'ann')
    client.send(frame)
    t.equal((await client.next(2)).body[1], code, what)
    await client.ended()
  }
  const gone = await challenged(port, 'ann')
  gone.client.send(packet(0xe0))
  await gone.client.ended()
  t.same(gone.client.received, [])
  const plain = await open5(port, { username: 'bob', password: 'plain text' })
  plain.send(auth(0x19, first('bob')))
  t.equal(await reason5(plain), 0x82, '[MQTT-4.12.0-7]')
})

test('mqtt.js proves itself and is told who the broker is', async t => {
  const { port } = await scramSite(t)
  let expected = ''
  const client: MqttClient = mqttConnect(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 5, clientId: 'js', reconnectPeriod: 0, manualConnect: true, properties: { authenticationMethod: METHOD, authenticationData: Buffer.from(first('ann')) }
  })
  t.teardown(async () => client.endAsync(true))
  client.handleAuth = (asked, done) => {
    const made = answer('ann', 'pencil', String(asked.properties?.authenticationData))
    expected = made.expected
    done(undefined, { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: METHOD, authenticationData: Buffer.from(made.final) } } satisfies IAuthPacket)
  }
  const connected = new Promise<unknown>((resolve, reject) => {
    client.once('connect', connack => resolve(String(connack.properties?.authenticationData)))
    client.once('error', reject)
  })
  client.connect()
  t.equal(await connected, expected)
})
