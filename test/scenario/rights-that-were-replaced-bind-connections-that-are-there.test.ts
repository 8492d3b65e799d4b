import { test } from 'tap'
import type { Answer, Gatekeeper, Rights } from '../../src/broker/auth/rights.ts'
import { brokerFor, everything } from '../support/broker.ts'
import { pingreq, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

/** A gatekeeper whose rights a test replaces. */
class ReplaceableGatekeeper implements Gatekeeper {
  readonly denyAction = 'ignore'
  generation = 1
  #answer: Answer = { allow: true, rights: everything }
  readonly #calls = new Set<() => void>()

  async authenticate (): Promise<Answer> { return this.#answer }
  exchange (): null { return null }
  renew (): Answer { return this.#answer }

  onReplaced (call: () => void): () => void {
    this.#calls.add(call)
    return () => { this.#calls.delete(call) }
  }

  replace (answer: Answer): void {
    this.#answer = answer
    this.generation++
    for (const call of this.#calls) call()
  }
}

const only = (allowed: string): Rights => ({
  publish: entry => entry.name === allowed,
  subscribe: filter => filter === allowed ? true : Promise.resolve(false),
  receive: topic => topic === allowed
})

test('subscriptions, deliveries and messages are judged anew', async t => {
  const gatekeeper = new ReplaceableGatekeeper()
  const { port, counters, interest } = await brokerFor(t, { gatekeeper })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['a', 0], ['b', 0]))
  await client.granted()
  gatekeeper.replace({ allow: true, rights: only('b') })
  client.send(publish('a', 'x', { qos: 1, id: 1 }), publish('b', 'x', { qos: 1, id: 2 }))
  t.match(await client.delivery(), { topic: 'b' })
  await client.until(() => client.ids(4).length === 2, 'acknowledgements')
  t.equal(counters.publishDenied, 1)
  t.notOk(interest.wants('a'))
  t.ok(interest.wants('b'))
})

test('who may not be here any more has to go', async t => {
  const gatekeeper = new ReplaceableGatekeeper()
  const { port } = await brokerFor(t, { gatekeeper })
  const client = await RawClient.open(port)
  gatekeeper.replace({ allow: false, returnCode: 4, reason: 'its user is gone' })
  await client.ended()
  t.same(client.deliveries(), [], 'the connection is closed without another word')
})

test('a message is withheld from who may not receive it, and its session lives', async t => {
  const gatekeeper = new ReplaceableGatekeeper()
  const { port } = await brokerFor(t, { gatekeeper })
  gatekeeper.replace({ allow: true, rights: { ...everything, receive: topic => topic !== 'secret' } })
  const client = await RawClient.open(port, { clientId: 'persistent', clean: false })
  client.send(subscribe(1, ['#', 1]))
  await client.granted()
  client.send(publish('secret', '1', { qos: 1, id: 1 }), publish('open', '2', { qos: 1, id: 2 }), pingreq())
  t.match(await client.delivery(), { topic: 'open' })
  await client.next(13)
  t.same(client.deliveries(), [])
  client.destroy()
  const back = await RawClient.open(port, { clientId: 'persistent', clean: false })
  t.match(await back.delivery(), { topic: 'open', dup: true }, 'it was not acknowledged')
  back.send(pingreq())
  await back.next(13)
  t.same(back.deliveries(), [], 'what was withheld did not wait either')
})
