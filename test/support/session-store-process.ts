/** A process that stores and says what is safe, until somebody kills it. Its directory is the first argument. */
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import { storeOptions } from './session-store.ts'

const { store } = await openSessionStore(storeOptions({ persistence: { dir: process.argv[2] ?? '' } }))
const packet = (n: number, over: object = {}) => ({
  cmd: 'publish', brokerId: 'child', brokerCounter: n, topic: 'a/b', payload: Buffer.from(`message ${n}`), qos: 1, retain: false, dup: false, ...over
} as const)

await store.addSubscriptions({ id: 'dev' }, [{ topic: 'a/#', qos: 1 }, { topic: 'q0', qos: 0 }])
await store.putWill({ id: 'dev' }, { topic: 'gone', payload: Buffer.from([0, 255]), qos: 1, retain: false })
await store.incomingStorePacket({ id: 'dev' }, { ...packet(1), qos: 2, messageId: 42 })
for (let n = 1; ; n++) {
  await store.storeRetained(packet(n, { topic: `state/${n % 10}`, retain: true }))
  await store.outgoingEnqueueCombi([{ clientId: 'dev' }], packet(n))
  await new Promise<void>(resolve => store.settled(() => resolve()))
  process.stdout.write(`${n}\n`)
}
