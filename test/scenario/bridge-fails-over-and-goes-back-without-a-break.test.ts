import { test } from 'tap'
import type { Test } from 'tap'
import type { BridgeConfig } from '../../src/config/model.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import type { Rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import type { Observer } from '../support/mosquitto.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import type { RemoteConnection, ScriptedRemote } from '../support/scripted-remote.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const also = (...ports: readonly number[]): Pick<BridgeConfig, 'hybridServers'> => ({
  hybridServers: ports.map(port => ({ secure: false, host: '127.0.0.1', port, url: `mqtt-tcp://127.0.0.1:${port}` }))
})

/** A bridge that its first server has refused and its second lets in. */
async function atSecondOf (t: Test): Promise<{ north: Rig, first: ScriptedRemote, served: RemoteConnection }> {
  const [first, second] = [await scriptedRemote(t), await scriptedRemote(t)]
  const north = rig(t, bridgeConfig(first.port, { ...also(second.port), noLocalV4: false, subscription: [downRule('cmd/#', '')] }))
  const asked = await first.connection()
  await asked.next(type.CONNECT)
  asked.send([0x20, 2, 0, 3])
  const served = await second.connection()
  await served.accept(true)
  const subscribe = await served.next(type.SUBSCRIBE)
  served.send([0x90, 3, ...subscribe.subarray(2, 4), 2])
  await north.reaches('up')
  return { north, first, served }
}

/** Sends a message of QoS 2, through to PUBCOMP. */
async function command (t: Test, by: RemoteConnection, packetId: number): Promise<void> {
  by.send(publishFrame({ topic: 'cmd/do', payload: `${packetId}`, qos: 2, packetId }))
  t.same([...await by.next(type.PUBREC)], [0x50, 2, 0, packetId])
  by.send([0x62, 2, 0, packetId])
  t.same([...await by.next(type.PUBCOMP)], [0x70, 2, 0, packetId])
}

for (const protoVer of [4, 5] as const) {
  test(`to the second server and back, both ways, MQTT ${protoVer === 4 ? '3.1.1' : '5'}`, { skip: mosquittoMissing }, async t => {
    const [first, second] = [await startMosquitto(t), await startMosquitto(t)]
    const way = await tcpProxy(t, first.port)
    const [atFirst, atSecond] = [await first.observe('up/#'), await second.observe('up/#')]
    const north = rig(t, bridgeConfig(way.port, { protoVer, ...also(second.port), subscription: [downRule('cmd/#', '')] }))
    const states: string[] = []
    north.bridge.onState(({ name }) => states.push(name))
    let sent = 0
    const offer = (count: number): void => {
      for (let i = 0; i < count; i++, sent++) north.offer({ topic: `up/q${sent % 2 + 1}`, payload: String(sent), qos: sent % 2 === 0 ? 1 : 2 })
    }
    const arrived = (): number => new Set([...atFirst.messages, ...atSecond.messages].map(({ payload }) => payload.toString())).size
    const commanded = async (by: Observer, what: string): Promise<void> => {
      await by.client.publishAsync('cmd/do', what, { qos: 2 })
      await eventually(`${what} has come`, () => north.landed.some(({ payload }) => payload.toString() === what))
    }

    await north.reaches('up')
    offer(20)
    await atFirst.received(20)
    await commanded(atFirst, 'from the first')
    way.cut(true)
    offer(20)
    await north.reaches('waiting')
    await north.reaches('up')
    t.equal(north.bridge.server.port, second.port)
    offer(20)
    await eventually('all is through', () => arrived() === sent)
    await eventually('the subscription', () => second.log.some(line => line.includes('Sending SUBACK to bridge-under-test')))
    await commanded(atSecond, 'from the second')

    states.length = 0
    way.accept()
    await eventually('it is back', () => {
      offer(1)
      return north.bridge.server.port === way.port
    })
    offer(20)
    await eventually('all is through', () => arrived() === sent)
    await commanded(atFirst, 'from the first again')
    t.same(states.filter(name => name !== 'up'), [], 'the link was up all the time')
    t.same([north.bridge.counters.connects, north.bridge.counters.disconnects, north.bridge.counters.takeOvers], [2, 1, 1])
    await eventually('the second is told', () => second.log.some(line => line.includes('Received DISCONNECT from bridge-under-test')))
  })
}

test('a first server that lets in and answers nothing takes nothing from the second', { skip: mosquittoMissing }, async t => {
  const mute = await scriptedRemote(t)
  const second = await startMosquitto(t)
  const observer = await second.observe('up/#')
  const north = rig(t, bridgeConfig(mute.port, { ...also(second.port), connectTimeoutMs: 200, noLocalV4: false }))
  await north.reaches('up')
  for (let i = 0; i < 3; i++) {
    const asked = await mute.connection()
    await asked.next(type.CONNECT)
    north.offer({ topic: 'up/a', payload: `${i}`, qos: 1 })
    await observer.received(i + 1)
    if (i > 0) t.notOk(asked.socket.destroyed, 'while the first has not answered')
  }
  t.same([north.bridge.counters.connects, north.bridge.counters.takeOvers], [1, 0])
})

test('all servers are tried in turn, the first one first', { skip: mosquittoMissing }, async t => {
  const [first, second] = [await scriptedRemote(t), await scriptedRemote(t)]
  const third = await startMosquitto(t)
  const north = rig(t, bridgeConfig(first.port, { ...also(second.port, third.port), noLocalV4: false }))
  for (const remote of [first, second]) {
    const asked = await remote.connection()
    await asked.next(type.CONNECT)
    asked.send([0x20, 2, 0, 3])
  }
  await north.reaches('up')
  t.equal(north.bridge.server.port, third.port)
  t.equal(north.bridge.counters.connectFailures, 2)
})

test('what the second server still sends when the link has gone back is taken once, and acknowledged there', async t => {
  const { north, first, served } = await atSecondOf(t)
  served.send(publishFrame({ topic: 'cmd/do', payload: 'begun', qos: 2, packetId: 5 }))
  await served.next(type.PUBREC)
  const back = await first.connection()
  await back.accept()
  await eventually('it is back', () => north.bridge.server.port === first.port)
  served.send([0x62, 2, 0, 5])
  await served.next(type.PUBCOMP)
  // the same packet id is another message at another server
  await Promise.all([command(t, served, 7), command(t, back, 7)])
  await served.next(type.DISCONNECT)
  t.same(north.landed.map(({ payload }) => payload.toString()).sort(), ['7', '7', 'begun'])
})

test('a first server that lets in and breaks off takes nothing from the second', async t => {
  const { north, first, served } = await atSecondOf(t)
  north.offer({ topic: 'up/a', payload: 'under way', qos: 1 })
  const [, , ...rest] = await served.next(type.PUBLISH)
  const back = await first.connection()
  await back.accept()
  await served.next(type.PINGREQ) // the link gets ready to leave
  back.socket.destroy()
  await command(t, served, 7)
  served.send([0x40, 2, ...rest.slice(6, 8)])
  await first.connection() // it is tried again
  north.offer({ topic: 'up/a', payload: 'new', qos: 1 })
  t.match((await served.next(type.PUBLISH)).toString('latin1'), 'new')
  t.same([north.bridge.counters.connects, north.bridge.counters.disconnects, north.bridge.counters.takeOvers], [1, 0, 0])
  t.ok(north.log.some(({ level, message }) => level === 'warn' && message.startsWith('link can not go back')))
})
