import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { readPublish } from '../support/publish-frames.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

test('cut, reset, stalled, corrupted and slow: everything arrives, QoS 2 once, in order', { skip: mosquittoMissing }, async t => {
  for (const protoVer of [4, 5] as const) {
    const remote = await startMosquitto(t)
    const observer = await remote.observe('up/#')
    const proxy = await tcpProxy(t, remote.port)
    const north = rig(t, bridgeConfig(proxy.port, { protoVer, noLocalV4: false, keepaliveSeconds: 1, connectTimeoutMs: 1000 }))
    let sent = 0
    const offer = (count: number): void => {
      for (let i = 0; i < count; i++, sent++) north.offer({ topic: `up/q${sent % 2 + 1}`, payload: String(sent), qos: sent % 2 === 0 ? 1 : 2 })
    }
    const lost = async (): Promise<void> => {
      await north.reaches('waiting')
      await north.reaches('up')
      offer(20)
    }
    await north.reaches('up')
    offer(20)
    proxy.cut()
    await lost()
    proxy.reset()
    await lost()
    proxy.stall()
    offer(20)
    await north.reaches('waiting')
    t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_LINK_DEAD' } }, 'a half open connection is found out')
    proxy.resume()
    await north.reaches('up')
    proxy.corruptNext('down')
    await lost()
    proxy.delay(20)
    offer(20)
    t.equal(await north.bridge.drain(5000), true)

    for (const topic of ['up/q1', 'up/q2']) {
      const numbers = observer.messages.filter(message => message.topic === topic).map(({ payload }) => Number(payload))
      const first = numbers.filter((number, i) => numbers.indexOf(number) === i)
      t.equal(first.length, sent / 2, `${topic}: none lost with MQTT ${protoVer}`)
      t.same(first, [...first].sort((a, b) => a - b), `${topic}: in order`)
      if (topic === 'up/q2') t.same(numbers, first, 'QoS 2 once')
    }
  }
})

test('a remote that lets nobody in from the start is tried again, with growing pauses, until it does', async t => {
  const remote = await scriptedRemote(t)
  const proxy = await tcpProxy(t, remote.port)
  proxy.cut(true)
  const north = rig(t, bridgeConfig(proxy.port, { noLocalV4: false }))
  while (proxy.connections < 5) await north.reaches('waiting').then(async () => north.reaches('dialling'))
  t.equal(north.bridge.counters.connects, 0)
  t.equal(north.log.filter(line => line.level === 'warn').length < 5, true, 'and not each time a line')
  north.offer({ topic: 'up/a', payload: 'waits', qos: 1 })
  proxy.accept()
  const connection = await remote.connection()
  await connection.accept()
  t.equal(readPublish(await connection.next(type.PUBLISH)).payload, 'waits')
})
