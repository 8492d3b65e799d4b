/** Messages of a remote enter as those of a privileged client: no access rule stops them, and no subscriber that does not read holds up the acknowledgement. */
import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { publish, subscribe } from '../support/packets.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { RawClient } from '../support/raw-client.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'
import { type RemoteConnection, type ScriptedRemote, scriptedRemote, type } from '../support/scripted-remote.ts'

const subscription = 'subscription = [{ remote_topic = "cmd/#", local_topic = "", qos = 1 }]'

/** Accepts the bridge and grants its subscription. */
async function accepted (remote: ScriptedRemote): Promise<RemoteConnection> {
  const connection = await remote.connection()
  await connection.accept()
  const subscribed = await connection.next(type.SUBSCRIBE)
  connection.send([0x90, 3, ...subscribed.subarray(2, 4), 1])
  return connection
}

test('rules that let nobody publish do not stop it, and let no device publish', async t => {
  const remote = await scriptedRemote(t)
  const site = await reloadSite(t, `${listenerText}
    auth { allow_anonymous = true, no_match = deny, acl.rules = [{ permit = allow, action = subscribe, topics = ["cmd/#"] }] }
    ${bridgeText('north', remote.port, subscription)}`)
  const connection = await accepted(remote)
  const port = site.edge.addresses[0]?.port ?? 0
  const device = await RawClient.open(port, { clientId: 'device' })
  device.send(subscribe(1, ['cmd/#', 1]))
  await device.granted()
  device.send(publish('cmd/by-a-device', 'x', { qos: 1, id: 1 }))
  await device.next(4)
  connection.send(publishFrame({ topic: 'cmd/do', payload: 'go', qos: 1, packetId: 7 }))
  t.same([...await connection.next(type.PUBACK)], [0x40, 2, 0, 7])
  await device.until(() => device.deliveries().length > 0, 'the command')
  t.same(device.deliveries().map(({ topic, payload }) => [topic, payload]), [['cmd/do', 'go']])
})

test('a subscriber that does not read holds up no acknowledgement to the remote', async t => {
  const remote = await scriptedRemote(t)
  const site = await reloadSite(t, `${listenerText}
    limits { max_subscriber_backlog_bytes = 200KB }
    ${bridgeText('north', remote.port, subscription)}`)
  const connection = await accepted(remote)
  const port = site.edge.addresses[0]?.port ?? 0
  const [deaf, well] = [await RawClient.open(port, { clientId: 'deaf' }), await RawClient.open(port, { clientId: 'well' })]
  for (const client of [deaf, well]) {
    client.send(subscribe(1, ['cmd/#', 0]))
    await client.granted()
  }
  deaf.stream.pause()
  const payload = 'x'.repeat(20_000)
  const acknowledged: number[] = []
  for (let packetId = 1; packetId <= 500; packetId++) {
    connection.send(publishFrame({ topic: 'cmd/do', payload, qos: 1, packetId }))
    acknowledged.push((await connection.next(type.PUBACK)).readUInt16BE(2))
  }
  t.same([acknowledged.length, acknowledged.at(-1)], [500, 500])
  await eventually('the other has them all', () => well.deliveries().length === 500)
  t.ok(site.edge.counters.broker.deliveryDroppedQos0 > 0, 'what the deaf one does not take is dropped for it alone')
})
