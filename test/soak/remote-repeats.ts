/**
 * A plain client in the place of the bridge: how many messages of QoS 2 does mosquitto send again after it has sent PUBREL for them, when
 * it was restarted twice [MQTT-4.3.3-1]? 2.0.11, with its default of 20 in flight: 60 of 80.
 *
 *     npm run test:soak:remote
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startMosquitto } from '../support/mosquitto.ts'
import { packet, subscribe, u16 } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const [PUBLISH, PUBREL] = [3, 6]
const QUIET_MS = 800
const cleanings: (() => unknown)[] = []
const remote = await startMosquitto({ teardown: clean => { cleanings.unshift(clean) } })

async function open (): Promise<RawClient> {
  return RawClient.open(remote.port, { clientId: 'plain', clean: false })
}

/** Answers all PUBLISHes with PUBREC. @returns identifiers that were released then */
async function receive (client: RawClient): Promise<number[]> {
  await sleep(QUIET_MS)
  for (const { id } of client.deliveries()) client.send(packet(0x50, u16(id)))
  await sleep(QUIET_MS)
  return client.ids(PUBREL)
}

/** Restarts the remote and completes what it still has released. */
async function afterRestart (): Promise<RawClient> {
  await remote.stop()
  await remote.start()
  const client = await open()
  await sleep(QUIET_MS)
  for (const id of client.ids(PUBREL)) client.send(packet(0x70, u16(id)))
  client.received.length = 0
  return client
}

const first = await open()
first.send(subscribe(1, ['t', 2]))
await first.granted()
const publisher = await remote.observe(null)
for (let i = 0; i < 100; i++) await publisher.client.publishAsync('t', `${i}`, { qos: 2 })
await receive(first)
const second = await afterRestart()
const released = new Set(await receive(second))
const third = await afterRestart()
await sleep(QUIET_MS)
const again = third.received.filter(({ type }) => type === PUBLISH).length
process.stdout.write(`${again} of ${released.size} messages came again as PUBLISH after their PUBREL\n`)
third.destroy()
for (const clean of cleanings) await clean()
