/**
 * Twenty devices, QoS 1, a subscriber of everything that is connected, and a disk that takes its time: whatever is
 * acknowledged is delivered, and is on disk when it is acknowledged.
 */
import { test } from 'tap'
import { DiskWriter } from '../../src/broker/persistence/disk-writer.ts'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { SessionCounters } from '../../src/metrics/session-counters.ts'
import { silentLogger } from '../../src/logger.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { packet, publish, subscribe, u16 } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { MemoryDisk, storeOptions } from '../support/session-store.ts'

const DEVICES = 20
const MESSAGES = 100
const DISK_MS = 15

test('2,000 acknowledged, none lost', async t => {
  const disk = new MemoryDisk()
  disk.before = () => new Promise(resolve => setTimeout(resolve, DISK_MS))
  const counters = new SessionCounters()
  const journal = new DiskWriter({ backend: disk, logger: silentLogger, counters })
  t.teardown(() => journal.close())
  const { port } = await brokerFor(t, { store: interest => new SessionStore({ ...storeOptions(), interest, journal, counters }) })

  const away = await RawClient.open(port, { clientId: 'away', clean: false })
  away.send(subscribe(1, ['#', 1]))
  await away.granted()
  away.destroy()
  const subscriber = await RawClient.open(port, { clientId: 'all', clean: false })
  subscriber.send(subscribe(1, ['#', 1]))
  await subscriber.granted()
  t.teardown(() => subscriber.destroy())

  let onDiskWhenAcknowledged = 0
  const devices = await Promise.all(Array.from({ length: DEVICES }, async (_, n) => {
    const device = await RawClient.open(port, { clientId: `dev${n}` })
    t.teardown(() => device.destroy())
    for (let m = 1; m <= MESSAGES; m++) device.send(publish(`dev/${n}`, `${n} ${m}`, { qos: 1, id: m }))
    await device.until(() => device.ids(4).length >= 1, 'the first acknowledgement')
    const written = [...disk.content.keys()].filter(key => key.startsWith('q4:away')).length
    if (written > 0) onDiskWhenAcknowledged++
    await device.until(() => device.ids(4).length === MESSAGES, 'all acknowledgements')
    return device
  }))
  t.ok(devices.every(device => device.ids(4).every((id, at) => id === at + 1)), 'acknowledged in order')
  t.equal(onDiskWhenAcknowledged, DEVICES, 'no acknowledgement came before the first write')
  const queuedOnDisk = [...disk.content].filter(([key]) => key.startsWith('q4:away')).length
  t.equal(queuedOnDisk, DEVICES * MESSAGES, 'for who is away everything is on disk when it is acknowledged')

  await subscriber.until(() => subscriber.deliveries().length >= DEVICES * MESSAGES, 'all deliveries')
  const seen = subscriber.deliveries().map(({ payload }) => payload)
  t.equal(new Set(seen).size, DEVICES * MESSAGES, 'none lost')
  t.equal(seen.length, DEVICES * MESSAGES, 'none twice')
  for (let n = 0; n < DEVICES; n++) {
    const own = seen.filter(payload => payload.startsWith(`${n} `)).map(payload => Number(payload.split(' ')[1]))
    t.ok(own.every((m, at) => m === at + 1), `in the order of device ${n}`)
  }
  subscriber.send(...subscriber.deliveries().map(({ id }) => packet(0x40, u16(id))))
  await eventually('what is acknowledged waits no more', () => counters.queuedMessages === DEVICES * MESSAGES)
  t.ok(disk.batches.length < DEVICES * MESSAGES / 4, `written together: ${disk.batches.length} batches`)
})
