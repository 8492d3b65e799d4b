/** Re-authentication [MQTT 5.0, section 4.12.1]: on an open connection, after a reload, and in time. */
import { test } from 'tap'
import { makeScramSecret } from '../../src/broker/auth/scram-secret.ts'
import { authConfig } from '../support/auth-config.ts'
import { codes5, next5, publish5, reason5, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'
import { AUTH, METHOD, answer, auth, first, proofIn, signIn } from '../support/scram-client.ts'
import { challenged, entered, refusedWith, scramSite, scramUsers } from '../support/scram-site.ts'

test('an exchange that is not carried on ends in time, before CONNACK and after', async t => {
  const { port } = await scramSite(t, { connectTimeoutMs: 300 })
  const { client } = await challenged(port, 'ann')
  const open = await entered(port, 'ann', 'pencil', { clientId: 'open' })
  open.send(auth(0x19, first('ann')))
  await open.next(AUTH)
  t.equal(await reason5(open), 0x87)
  await client.ended()
  t.same(client.received, [])
})

test('an open connection proves itself again, and what it sends meanwhile goes on [MQTT-4.12.1-1]', async t => {
  const { port } = await scramSite(t)
  const client = await entered(port, 'ann', 'pencil')
  client.send(subscribe5(1, [['t', 0]]))
  await codes5(client)
  for (let i = 0; i < 2; i++) {
    client.send(auth(0x19, first('ann')), publish5('t', 'meanwhile'))
    const { data } = proofIn(await client.next(AUTH), 1)
    t.match(await next5(client), { payload: 'meanwhile' })
    const { final, expected } = answer('ann', 'pencil', data)
    client.send(auth(0x18, final))
    const done = await client.next(AUTH)
    t.equal(done.body[0], 0)
    t.same(proofIn(done, 1), { method: METHOD, data: expected })
  }
  client.send(auth(0x19, first('ann')))
  const { data } = proofIn(await client.next(AUTH), 1)
  client.send(auth(0x18, answer('ann', 'wrong', data).final))
  t.equal(await reason5(client), 0x87, '[MQTT-4.12.1-2]')

  const another = await entered(port, 'ann', 'pencil')
  another.send(auth(0x19, first('bob')))
  const challenge = proofIn(await another.next(AUTH), 1).data
  another.send(auth(0x18, answer('bob', 'plain text', challenge).final))
  t.equal(await reason5(another), 0x87, 'as another user')
  for (const [frame, what] of [[auth(0x18, 'x'), 'not begun'], [auth(0x19, first('ann'), 'PLAIN'), 'another method']] as const) {
    const wrong = await entered(port, 'ann', 'pencil')
    wrong.send(frame)
    t.equal(await reason5(wrong), 0x82, what)
  }
})

test('a reload binds who proved itself, and who is about to', async t => {
  const { port, gatekeeper } = await scramSite(t)
  const bob = await entered(port, 'bob', 'plain text', { clientId: 'bob' })
  const ann = await entered(port, 'ann', 'pencil', { clientId: 'ann' })
  const half = await challenged(port, 'ann', { clientId: 'half' })
  const [, , old] = await scramUsers()
  gatekeeper.replace(authConfig({ allowAnonymous: false, users: [{ username: 'ann', password: await makeScramSecret('other') }, { username: 'bob', password: 'plain text' }, ...(old === undefined ? [] : [old])] }))
  t.equal(await reason5(ann), 0x87)
  half.client.send(auth(0x18, answer('ann', 'pencil', half.challenge).final))
  t.equal(await refusedWith(half.client), '008700')
  bob.send(subscribe5(1, [['t', 0]]))
  t.same(await codes5(bob), [0])
  await entered(port, 'ann', 'other')
  gatekeeper.replace(authConfig({ allowAnonymous: true }))
  t.equal(await reason5(bob), 0x87, 'users are gone, and with them the method')
  const late = await RawClient.dial(port)
  late.send(signIn('ann'))
  t.equal(await refusedWith(late), '008c00')
})
