/**
 * What is noted of a QoS 2 handshake belongs to one session at one server. Where the bridge finds itself at another after a restart, a message
 * that the first had acknowledged half way is new there, also when that server has a session of an earlier time for us.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { EdgeProcess } from '../support/crash-run.ts'
import { disconnect, publish, pubrec, pubrel, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { scriptedRemote, type as packetType } from '../support/scripted-remote.ts'

const PUBREC = 5
const PUBREL = 6

function conf (dir: string, edgePort: number, remotePort: number): string {
  return `
    listeners.tcp.bind = "127.0.0.1:${edgePort}"
    spool.dir = "${dir}/spool"
    bridges.mqtt.north {
      server = "mqtt-tcp://127.0.0.1:${remotePort}", clientid = north-1, clean_start = false, backoff_max = 200ms
      forwards = [{ local_topic = "up/#", remote_topic = "" }]
    }`
}

test('killed at PUBREC, and started with another server', { timeout: 30_000 }, async t => {
  const first = await scriptedRemote(t)
  const second = await brokerFor(t)
  // the other server knows us from before: CONNACK says that a session is present
  const earlier = await RawClient.open(second.port, { clientId: 'north-1', clean: false })
  earlier.send(subscribe(1, ['something', 1]))
  await earlier.granted()
  earlier.send(disconnect())
  await earlier.ended()
  const observer = await RawClient.open(second.port, { clientId: 'observer' })
  observer.send(subscribe(1, ['up/#', 2]))
  await observer.granted()

  const edge: EdgeProcess = await EdgeProcess.make(t, { remotePort: first.port, text: dir => conf(dir, 0, first.port) })
  const use = async (port: number): Promise<void> => writeFile(join(edge.dir, 'edge.conf'), conf(edge.dir, edge.port, port))
  await use(first.port)
  await edge.start()
  const before = await first.connection()
  await before.accept()
  const device = await RawClient.open(edge.port, { clientId: 'dev', clean: false })
  device.send(publish('up/a', 'important', { qos: 2, id: 7 }), publish('up/a', 'second', { qos: 2, id: 8 }))
  await device.until(() => device.ids(PUBREC).length === 2, 'both PUBRECs')
  const frame = await before.next(packetType.PUBLISH)
  before.send(pubrec(frame.readUInt16BE(2 + 2 + 'up/a'.length)))
  const released = await before.next(packetType.PUBREL)
  await edge.kill()

  await edge.start()
  const again = await first.connection()
  await again.accept(true)
  t.same(await again.next(packetType.PUBREL), released, 'the same server is asked to go on')
  t.same(again.frames.filter(each => each.includes('important')), [], 'and gets no second copy')
  await edge.kill()

  await use(second.port)
  await edge.start()
  await observer.until(() => observer.deliveries().length === 2, 'both messages at the other server')
  t.match(observer.deliveries()[0], { topic: 'up/a', payload: 'important', qos: 2 })
  observer.send(...observer.deliveries().map(({ id }) => pubrec(id)))
  await observer.until(() => observer.ids(PUBREL).length === 2, 'both PUBRELs')
  // the device goes on with the first, and has lost its memory of the second: under its identifier comes a new message
  const returned = await RawClient.open(edge.port, { clientId: 'dev', clean: false })
  returned.send(publish('up/a', 'important', { qos: 2, id: 7, dup: true }), pubrel(7), publish('up/a', 'third', { qos: 2, id: 8 }))
  await observer.until(() => observer.deliveries().length === 3, 'the next message')
  t.same(observer.deliveries().map(({ payload }) => payload), ['important', 'second', 'third'], 'what the device repeats is not taken again, and what is new is')
  for (const one of [earlier, observer, device, returned]) one.destroy()
})
