/**
 * What the broker relies on in Aedes beyond its manual, asked of the version that is installed: where another version behaves
 * otherwise, this fails before a device does.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { Aedes, type AedesOptions } from 'aedes'
import { type Test, test } from 'tap'
import { packageRoot } from '../../../src/package.ts'
import { connect, packet, publish, subscribe } from '../../support/packets.ts'
import { RawClient } from '../../support/raw-client.ts'

/** Aedes alone, by its own hooks. */
async function aedesFor (t: Test, options: Partial<AedesOptions>): Promise<{ aedes: Aedes, port: number }> {
  const aedes = await Aedes.createBroker(options)
  const server = createServer(socket => aedes.handle(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    await new Promise<void>(resolve => aedes.close(resolve))
    server.close()
  })
  return { aedes, port: (server.address() as AddressInfo).port }
}

const said = async (aedes: Aedes, message: object): Promise<void> => new Promise((resolve, reject) => {
  aedes.publish({ cmd: 'publish', dup: false, retain: false, ...message } as Parameters<Aedes['publish']>[0], error => error === undefined || (error as unknown) === null ? resolve() : reject(error))
})

test('it is the very version that the package asks for', t => {
  const asked = (JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { dependencies: { aedes: string } }).dependencies.aedes
  const require = createRequire(import.meta.url)
  const installed = (JSON.parse(readFileSync(require.resolve('aedes').replace(/aedes\.js$/, 'package.json'), 'utf8')) as { version: string }).version
  t.match(asked, /^\d+\.\d+\.\d+$/, 'an exact version')
  t.equal(installed, asked)
  t.end()
})

test('every delivery is asked about before it is written, live, queued and retained; a retained one by its missing broker id', async t => {
  const asked: { topic: string, brokerId: unknown, queued: boolean }[] = []
  const { aedes, port } = await aedesFor(t, {
    authorizeForward: (_client, delivery) => {
      asked.push({ topic: delivery.topic, brokerId: (delivery as { brokerId?: string }).brokerId ?? null, queued: (delivery as { messageId?: number }).messageId !== undefined })
      return delivery
    }
  })
  await said(aedes, { topic: 'kept', payload: Buffer.from('r'), qos: 1, retain: true })
  const first = await RawClient.open(port, { clientId: 'c', clean: false })
  first.send(subscribe(1, ['kept', 1], ['live', 1], ['queued', 1]))
  await first.granted()
  await first.delivery()
  await said(aedes, { topic: 'live', payload: Buffer.from('l'), qos: 1 })
  await first.delivery()
  first.destroy()
  if (aedes.connectedClients > 0) await once(aedes, 'clientDisconnect')
  await said(aedes, { topic: 'queued', payload: Buffer.from('q'), qos: 1 })
  const second = await RawClient.open(port, { clientId: 'c', clean: false })
  await second.until(() => second.deliveries().some(({ topic }) => topic === 'queued'), 'what was queued')
  t.ok(asked.some(({ topic, brokerId }) => topic === 'kept' && brokerId === null), 'retained: no broker id')
  t.ok(asked.some(({ topic, brokerId }) => topic === 'live' && brokerId === aedes.id), 'live: that of the broker')
  t.ok(asked.some(({ topic, brokerId, queued }) => topic === 'queued' && brokerId === aedes.id && queued), 'queued: with its packet identifier')
})

test('what the hook puts in place of the payload is written, to that client alone', async t => {
  const { aedes, port } = await aedesFor(t, {
    authorizeForward: (client, delivery) => {
      if (client.id === 'changed') delivery.payload = Buffer.from('other and longer')
      return delivery
    }
  })
  const clients = await Promise.all(['changed', 'as-it-is'].map(async clientId => RawClient.open(port, { clientId })))
  for (const client of clients) {
    client.send(subscribe(1, ['t', 1]))
    await client.granted()
  }
  for (const qos of [0, 1]) {
    await said(aedes, { topic: 't', payload: Buffer.from('first'), qos })
    t.same(await Promise.all(clients.map(async client => (await client.delivery()).payload)), ['other and longer', 'first'], `QoS ${qos}`)
  }
})

test('properties and expiry of a message reach the hook, live and retained by store', async t => {
  const seen: unknown[] = []
  const { aedes, port } = await aedesFor(t, {
    authorizeForward: (_client, delivery) => {
      const { properties, messageExpiry, clientId } = delivery as unknown as Record<string, unknown>
      seen.push([properties, messageExpiry, clientId])
      return delivery
    }
  })
  const client = await RawClient.open(port, { clientId: 'c' })
  client.send(subscribe(1, ['t', 0]))
  await client.granted()
  const raw = Buffer.from('raw')
  await said(aedes, { topic: 't', payload: Buffer.from('x'), qos: 0, properties: { raw }, messageExpiry: 7, clientId: 'publisher' })
  await client.delivery()
  t.same(seen, [[{ raw }, 7, 'publisher']])
})

test('a subscription without a packet identifier is answered by nobody, and calls back when it is live', async t => {
  const { aedes, port } = await aedesFor(t, {})
  const client = await RawClient.open(port, { clientId: 'c' })
  const [session] = Object.values((aedes as unknown as { clients: Record<string, { subscribe: (packet: object, done: (error?: Error) => void) => void }> }).clients)
  await new Promise<void>((resolve, reject) => session?.subscribe({ subscriptions: [{ topic: 't', qos: 1 }] }, error => error instanceof Error ? reject(error) : resolve()))
  await said(aedes, { topic: 't', payload: Buffer.from('x'), qos: 0 })
  t.match(await client.delivery(), { topic: 't' })
  t.same(client.received.filter(({ type }) => type === 9), [])
})

test('the will that is asked about is the one that CONNECT brought and preConnect added to; refused late, it is not published', async t => {
  const added = { raw: Buffer.from('raw') }
  const asked: unknown[] = []
  const refusals: ((error?: Error) => void)[] = []
  const { aedes, port } = await aedesFor(t, {
    preConnect: (_client, connecting, done) => {
      Object.assign((connecting as { will?: object }).will ?? {}, { properties: added })
      done(null, true)
    },
    authorizePublish: (client, message, done) => {
      if (client === null || message.topic !== 'will') return done(null)
      asked.push([(message as unknown as { properties?: object }).properties, message === (client as unknown as { will: unknown }).will])
      refusals.push(done)
    }
  })
  const watcher = await RawClient.open(port, { clientId: 'watcher' })
  watcher.send(subscribe(1, ['#', 0]))
  await watcher.granted()
  const client = await RawClient.open(port, { clientId: 'c', will: { topic: 'will', payload: 'gone' } })
  client.destroy()
  await once(aedes, 'clientDisconnect')
  await watcher.until(() => asked.length === 1, 'the question').catch(() => {})
  t.match(asked, [[added, true]])
  for (const refuse of refusals) refuse(new Error('later'))
  watcher.send(publish('end', ''))
  await watcher.until(() => watcher.deliveries().some(({ topic }) => topic === 'end'), 'the end')
  t.notOk(watcher.deliveries().some(({ topic }) => topic === 'will'))
})

test('CONNACK is written before clientReady', async t => {
  const { aedes, port } = await aedesFor(t, {})
  const client = await RawClient.dial(port)
  const ready = once(aedes, 'clientReady')
  client.send(connect({ clientId: 'c' }), packet(0xc0))
  await ready
  t.equal((await client.next(2)).body[1], 0)
  await client.next(13)
})
