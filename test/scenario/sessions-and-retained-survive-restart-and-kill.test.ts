/** On a real disk: an orderly restart, kill -9 at any moment, a second process, damage, another version. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, stat, writeFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import type { PublishPacket } from '../../src/broker/persistence/packet.ts'
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import type { OpenStore } from '../../src/broker/persistence/stored-state.ts'
import type { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { generousLimits, storeOptions } from '../support/session-store.ts'
import { nodeArguments } from '../../src/package.ts'

async function directory (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-store-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const open = (dir: string, over: Parameters<typeof storeOptions>[0] = {}): Promise<OpenStore> => openSessionStore(storeOptions({ persistence: { dir }, ...over }))
const settled = (store: SessionStore): Promise<void> => new Promise(resolve => store.settled(() => resolve()))
const dev = { id: 'dev' }

function packet (brokerCounter: number, over: Partial<PublishPacket> = {}): PublishPacket {
  return { cmd: 'publish', brokerId: 'one', brokerCounter, topic: 'a/b', payload: Buffer.from(`message ${brokerCounter}`), qos: 1, retain: false, dup: false, ...over }
}

async function all<Item> (stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

const queued = async (store: SessionStore): Promise<string[]> =>
  (await all(store.outgoingStream(dev) as AsyncIterable<{ cmd: string, messageId?: number, payload?: Buffer }>)).map(one => one.cmd === 'pubrel' ? `pubrel ${one.messageId}` : String(one.payload))

test('an orderly restart: subscriptions, queue in order, releases, retained, will, QoS 2 identifiers', async t => {
  const dir = await directory(t)
  const first = await open(dir)
  await first.store.addSubscriptions(dev, [{ topic: 'a/#', qos: 1, nl: true, subscriptionIdentifier: 7 }, { topic: 'q0', qos: 0 }, { topic: 'gone', qos: 1 }])
  await first.store.addSubscriptions({ id: 'dev2' }, [{ topic: 'x', qos: 2 }])
  await first.store.removeSubscriptions(dev, ['gone'])
  for (let n = 1; n <= 12; n++) await first.store.outgoingEnqueueCombi([{ clientId: 'dev' }], packet(n, { qos: 2 }))
  await first.store.outgoingUpdate(dev, packet(1, { qos: 2, messageId: 100 }))
  await first.store.outgoingUpdate(dev, { cmd: 'pubrel', messageId: 100 })
  await first.store.outgoingUpdate(dev, packet(2, { qos: 2, messageId: 101 }))
  await first.store.outgoingUpdate(dev, packet(3, { qos: 2, messageId: 102 }))
  await first.store.outgoingClearMessageId(dev, { messageId: 102 })
  await first.store.storeRetained(packet(20, { topic: 'r/1', retain: true, payload: Buffer.from([0, 1, 255]), properties: { raw: Buffer.from([9, 0, 1, 9]) } }))
  await first.store.storeRetained(packet(21, { topic: 'r/2', retain: true }))
  await first.store.storeRetained(packet(22, { topic: 'r/2', retain: true, payload: Buffer.alloc(0) }))
  await first.store.putWill(dev, { topic: 'w', payload: Buffer.from('bye'), qos: 1, retain: true })
  await first.store.putWill({ id: 'dev2' }, { topic: 'w', payload: 'never', qos: 1, retain: true })
  await first.store.delWill({ id: 'dev2' })
  await first.store.incomingStorePacket(dev, packet(30, { qos: 2, messageId: 5 }))
  await first.store.incomingStorePacket(dev, packet(31, { qos: 2, messageId: 6 }))
  await first.store.incomingDelPacket(dev, { messageId: 6 })
  await first.close()

  const interest: string[] = []
  const second = await open(dir, { interest: { stored: (id, filter) => interest.push(`${id} ${filter}`), dropped () {} } })
  const { store } = second
  t.strictSame(await store.subscriptionsByClient(dev), [{ topic: 'a/#', qos: 1, nl: true, subscriptionIdentifier: 7 }, { topic: 'q0', qos: 0 }])
  t.match(await store.subscriptionsByTopic('a/b'), [{ clientId: 'dev', topic: 'a/#', qos: 1, nl: true }])
  t.strictSame(interest.sort(), ['dev a/#', 'dev2 x'])
  t.strictSame(await queued(store), ['pubrel 100', 'message 2', ...Array.from({ length: 9 }, (_, n) => `message ${n + 4}`)])
  const again = packet(0, { ...(await all(store.outgoingStream(dev) as AsyncIterable<PublishPacket>))[1] })
  t.equal(again.messageId, 101, 'the identifier it had')
  await store.outgoingUpdate(dev, again)
  t.equal(again.dup, true)
  const [retained, ...others] = await all(store.createRetainedStream('r/#') as AsyncIterable<PublishPacket>)
  t.strictSame(others, [])
  t.strictSame([...Buffer.from(retained?.payload ?? '')], [0, 1, 255])
  t.strictSame(retained?.properties, { raw: Buffer.from([9, 0, 1, 9]) })
  t.match(await store.getWill(dev), { topic: 'w', payload: Buffer.from('bye'), qos: 1, retain: true })
  t.equal((await all(store.streamWill({ 'a living broker': 1 }))).length, 1, 'a will of the last run is to be published')
  await store.incomingGetPacket(dev, { messageId: 5 })
  await t.rejects(store.incomingGetPacket(dev, { messageId: 6 }))
  t.match(second.store.counters, { sessions: 2, subscriptions: 3, queuedMessages: 11, retainedMessages: 1, wills: 1 })

  await store.cleanSubscriptions(dev)
  await second.close()
  const third = await open(dir)
  t.strictSame(await queued(third.store), [])
  t.strictSame(await third.store.subscriptionsByClient(dev), [])
  t.match(third.store.counters, { sessions: 1, subscriptions: 1, queuedMessages: 0, queuedBytes: 0 })
  await third.close()
})

test('the directory is this user\'s alone', async t => {
  const dir = await directory(t)
  const { close } = await open(join(dir, 'deep', 'er'))
  t.equal((await stat(join(dir, 'deep', 'er', 'sessions'))).mode & 0o777, 0o700)
  await close()
})

test('kill -9 at any moment: nothing that was said to be safe is lost', async t => {
  const dir = await directory(t)
  for (const after of [1, 40]) {
    await rm(join(dir, 'sessions'), { recursive: true, force: true })
    const child = spawn(process.execPath, [...nodeArguments(new URL('../support/session-store-process.ts', import.meta.url)), dir], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = 0
    let rest = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) said = Number(line)
      if (said >= after) child.kill('SIGKILL')
    })
    await once(child, 'close')
    t.ok(said >= after, `${said} were safe`)

    const { store, close } = await open(dir)
    const found = await queued(store)
    t.ok(found.length >= said && found.length <= said + 1, `${found.length} are there`)
    t.strictSame(found, found.map((_, n) => `message ${n + 1}`), 'in order')
    const retained = await all(store.createRetainedStream('state/+') as AsyncIterable<PublishPacket>)
    const newest = Math.max(...retained.map(({ payload }) => Number(String(payload).slice('message '.length))))
    t.ok(newest >= said && newest <= said + 1)
    t.match(await store.subscriptionsByClient(dev), [{ topic: 'a/#' }, { topic: 'q0' }])
    t.match(await store.getWill(dev), { payload: Buffer.from([0, 255]) })
    await store.incomingGetPacket(dev, { messageId: 42 })
    await close()
  }
})

test('two at once, damage, another version, no permission: said clearly', async t => {
  const dir = await directory(t)
  const first = await open(dir)
  await first.store.storeRetained(packet(1, { retain: true }))
  await settled(first.store)
  await t.rejects(open(dir), { code: 'CW_PERSISTENCE_LOCKED', hint: /another|other/i })
  await first.close()

  const files = join(dir, 'sessions')
  const manifest = (await readdir(files)).find(name => name.startsWith('MANIFEST')) ?? ''
  await writeFile(join(files, manifest), 'torn')
  await t.rejects(open(dir), { code: 'CW_PERSISTENCE_CORRUPT', hint: /backup/ })

  const other = await directory(t)
  const { LevelBackend } = await import('../../src/broker/persistence/disk.ts')
  const write = async (operations: Parameters<InstanceType<typeof LevelBackend>['write']>[0]): Promise<void> => {
    const backend = new LevelBackend(other)
    await backend.open()
    await backend.write(operations)
    await backend.close()
  }
  await write([{ type: 'put', key: '!version', value: Buffer.from('1') }, { type: 'put', key: 'q3:dev0000000000000001', value: Buffer.from('nonsense') }])
  await t.rejects(open(other), { code: 'CW_PERSISTENCE_CORRUPT' })
  await write([{ type: 'put', key: '!version', value: Buffer.from('99') }])
  await t.rejects(open(other), { code: 'CW_PERSISTENCE_VERSION', message: /99/ })
  await write([{ type: 'del', key: '!version' }])
  await t.rejects(open(other), { code: 'CW_PERSISTENCE_VERSION' })

  const blocked = await directory(t)
  await writeFile(join(blocked, 'sessions'), 'a file in the way')
  await t.rejects(open(blocked), { code: 'CW_PERSISTENCE_OPEN', hint: /directory/ })
  await mkdir(join(blocked, 'fine'))
  await (await open(join(blocked, 'fine'))).close()
})

test('sessions expire by the time they were offline, over a restart too', async t => {
  const dir = await directory(t)
  let now = 1_000_000
  const over = { limits: { ...generousLimits, sessionExpiryMs: 1_000 }, now: () => now }
  const first = await open(dir, over)
  await first.store.addSubscriptions(dev, [{ topic: 'a', qos: 1 }])
  await first.store.addSubscriptions({ id: 'online' }, [{ topic: 'a', qos: 1 }])
  first.store.sessions.disconnected('dev')
  now += 600
  first.store.sessions.expire()
  t.equal(first.store.counters.sessions, 2)
  await first.close()
  now += 600
  const second = await open(dir, over)
  second.store.sessions.expire()
  t.strictSame([second.store.counters.sessions, second.store.counters.sessionsExpired], [1, 1], 'who was connected at the end is offline since the start')
  second.store.sessions.connected('online')
  now += 2_000
  second.store.sessions.expire()
  t.equal(second.store.counters.sessions, 1, 'a connected session does not expire')
  second.store.sessions.disconnected('online')
  now += 2_000
  second.store.sessions.expire()
  t.match(second.store.counters, { sessions: 0, subscriptions: 0, queuedMessages: 0, queuedBytes: 0 })
  await second.close()
})
