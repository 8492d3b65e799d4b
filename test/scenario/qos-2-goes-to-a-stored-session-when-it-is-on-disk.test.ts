/** The device remembers identifiers over the end of this process: what it was sent must be known then. */
import { test } from 'tap'
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import { brokerFor } from '../support/broker.ts'
import { pingreq, pubrec, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { MemoryDisk, storeOptions } from '../support/session-store.ts'

/** A disk that takes nothing until it is told to. */
class HeldDisk extends MemoryDisk {
  #open: (() => void) | null = null

  hold (): void {
    const opened = new Promise<void>(resolve => { this.#open = resolve })
    this.before = async () => opened
  }

  letGo (): void {
    this.before = () => Promise.resolve()
    this.#open?.()
  }
}

/** Everything sent before was read, and what it caused at once has come. */
async function settled (client: RawClient): Promise<void> {
  client.send(pingreq())
  await client.next(13)
}

test('PUBLISH waits for the disk, with QoS 1 behind it and QoS 0 not; PUBREL waits too', async t => {
  const disk = new HeldDisk()
  const { broker, port } = await brokerFor(t, { store: async interest => (await openSessionStore(storeOptions({ interest, backend: disk }))).store })
  const device = await RawClient.open(port, { clientId: 'dev', clean: false })
  device.send(subscribe(1, ['#', 2]))
  await device.granted()
  disk.hold()
  for (const qos of [2, 1, 0] as const) broker.deliver({ topic: 't', payload: Buffer.from(`of ${qos}`), qos, retain: false, bridge: 'north' }, () => {})
  await device.until(() => device.deliveries().length > 0, 'QoS 0')
  await settled(device)
  t.same(device.deliveries().map(({ payload }) => payload), ['of 0'])
  disk.letGo()
  await device.until(() => device.deliveries().length === 3, 'the others')
  t.same(device.deliveries().map(({ payload }) => payload), ['of 0', 'of 2', 'of 1'])
  const { id } = device.deliveries()[1] ?? { id: 0 }
  t.ok([...disk.content].some(([key, value]) => key.startsWith('q') && value.includes(`"messageId":${id}`)), 'with its identifier')

  disk.hold()
  device.send(pubrec(id))
  await settled(device)
  await new Promise(resolve => setTimeout(resolve, 20))
  t.same(device.ids(6), [])
  disk.letGo()
  await device.next(6)
  t.ok([...disk.content].some(([key, value]) => key.startsWith('q') && value.includes('"cmd":"pubrel"')))
})
