/** `transparent = true`: subscriptions of devices are passed on to the remote, and given up there when nobody here holds them any more. */
import { test } from 'tap'
import type { MqttClient } from 'mqtt'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import type { Mosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

function heard (device: MqttClient): string[] {
  const came: string[] = []
  device.on('message', (topic, payload) => came.push(`${topic}=${payload.toString()}`))
  return came
}

/** Filters that the bridge holds at the remote, as its log has them. */
function held ({ log }: Mosquitto): string[] {
  const filters = new Set<string>()
  for (const line of log) {
    const [, filter] = /^\d+: \t(.+) \(QoS \d\)$/.exec(line) ?? []
    const [, gone] = /^\d+: \t(\S+)$/.exec(line) ?? []
    if (filter !== undefined) filters.add(filter)
    else if (gone !== undefined) filters.delete(gone)
  }
  return [...filters].sort()
}

for (const protoVer of [4, 5] as const) {
  test(`what a device asks for comes, once, and no longer than one is there, MQTT ${protoVer === 4 ? '3.1.1' : '5'}`, { skip: mosquittoMissing }, async t => {
    const remote = await startMosquitto(t)
    const site = await reloadSite(t, `${listenerText}\n${bridgeText('north', remote.port, `proto_ver = ${protoVer}, transparent = true, forwards = [{ local_topic = "#", remote_topic = "#" }]`)}`)
    const there = await remote.observe('#')
    await there.client.publishAsync('room/1/temp', 'kept', { qos: 1, retain: true })
    await site.isUp('north')
    const [first, second] = [await site.device(), await site.device()]
    const [atFirst, atSecond] = [heard(first), heard(second)]
    await first.subscribeAsync('room/#', { qos: 1 })
    await eventually('what the remote retains comes', () => atFirst.length === 1)
    await second.subscribeAsync('room/1/temp', { qos: 0 })
    await second.subscribeAsync('hall/+', { qos: 0 })
    await eventually('it is asked for', () => held(remote).includes('hall/+'))
    t.same(held(remote).filter(filter => filter !== '#'), ['hall/+', 'room/#'], 'room/# covers the other')
    await there.client.publishAsync('room/1/temp', '21', { qos: 1 })
    await there.client.publishAsync('hall/light', 'on', { qos: 1 })
    await there.client.publishAsync('cellar', 'nobody asks', { qos: 1 })
    await eventually('both have theirs', () => atFirst.includes('room/1/temp=21') && atSecond.includes('hall/light=on') && atSecond.includes('room/1/temp=21'))
    await first.publishAsync('room/2', 'from here', { qos: 1 })
    await eventually('it is at the remote', () => there.messages.some(({ payload }) => payload.toString() === 'from here'))
    await first.unsubscribeAsync('room/#')
    await eventually('the narrow one is asked for in its place', () => held(remote).join() === '#,hall/+,room/1/temp')
    await second.endAsync()
    await eventually('nothing is held any more', () => held(remote).join() === '#')
    t.same(atFirst, ['room/1/temp=kept', 'room/1/temp=21', 'room/2=from here'], 'each once, and what was sent here does not come back')
    t.equal(site.bridge('north').counters.connects, 1)
  })
}

test('a stored session counts while its device is away, one that observes does not, and rules cover what they name', async t => {
  const remote = await scriptedRemote(t)
  const site = await reloadSite(t, `${listenerText}\n${bridgeText('north', remote.port, 'transparent = true, subscription = [{ remote_topic = "cmd/#", local_topic = "", qos = 1 }]')}`)
  t.teardown(site.edge.observe(['#'], () => {}))
  const device = await site.device({ clientId: 'stored', clean: false })
  await device.subscribeAsync(['cmd/x', 'own/x'], { qos: 1 })
  await device.endAsync()
  const connection = await remote.connection()
  await connection.accept()
  const asked: string[] = []
  while (!asked.includes('own/x')) {
    const subscribe = await connection.next(type.SUBSCRIBE)
    const before = asked.length
    for (let at = 4; at < subscribe.length; at += 3 + subscribe.readUInt16BE(at)) asked.push(subscribe.toString('utf8', at + 2, at + 2 + subscribe.readUInt16BE(at)))
    connection.send([0x90, 2 + asked.length - before, ...subscribe.subarray(2, 4), ...Array<number>(asked.length - before).fill(1)])
  }
  t.same(asked.sort(), ['cmd/#', 'own/x'], 'neither # nor what cmd/# covers')
})

test('a thousand filters at once are asked for in packets that every remote takes', async t => {
  const remote = await scriptedRemote(t)
  const site = await reloadSite(t, `${listenerText}\n${bridgeText('north', remote.port, 'transparent = true')}`)
  const connection = await remote.connection()
  await connection.accept()
  await site.isUp('north')
  for (let i = 0; i < 1010; i += 101) {
    const device = await site.device()
    for (let n = i; n < i + 101; n++) device.subscribe(`sensor/${n}`, { qos: 0 })
  }
  let filters = 0
  while (filters < 1000) {
    const subscribe = await connection.next(type.SUBSCRIBE)
    const count = subscribe.toString('latin1').split('sensor/').length - 1
    t.ok(count <= 8)
    filters += count
    connection.send([0x90, 2 + count, ...subscribe.subarray(2, 4), ...Array<number>(count).fill(2)])
  }
  t.equal(filters, 1000)
  await eventually('it is said', () => site.log.some(({ level, message }) => level === 'warn' && message.startsWith('devices subscribe to more filters')))
})
