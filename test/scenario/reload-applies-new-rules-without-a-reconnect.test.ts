import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

test('forwards and subscription change on the connection that is up', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('#')
  const text = (up: string, down: string): string => listenerText + bridgeText('north', remote.port, `
    forwards = [ { local_topic = "${up}/#", remote_topic = "" } ]
    subscription = [ { remote_topic = "${down}/#", local_topic = "", qos = 1 } ]`)
  const site = await reloadSite(t, text('old', 'down-old'))
  await site.isUp('north')
  const device = await site.device()
  await device.subscribeAsync(['down-old/#', 'down-new/#'], { qos: 1 })
  await device.publishAsync('old/1', 'a', { qos: 1 })
  await device.publishAsync('new/1', 'nobody wants it yet', { qos: 1 })
  await observer.received(1)

  t.match(await site.reload(text('new', 'down-new')), { kind: 'applied', changes: [{ part: 'bridges.mqtt.north', what: 'rules, on the connection that is up' }] })
  await device.publishAsync('old/2', 'nobody wants it any more', { qos: 1 })
  await device.publishAsync('new/2', 'b', { qos: 1 })
  await observer.received(2)
  t.same(observer.messages.map(({ topic }) => topic), ['old/1', 'new/2'])

  await eventually('the remote has heard of it', () => remote.log.some(line => line.includes('Received UNSUBSCRIBE from north')))
  const arrived = new Promise<string>(resolve => device.once('message', topic => resolve(topic)))
  await observer.client.publishAsync('down-old/1', 'not any more', { qos: 1 })
  await observer.client.publishAsync('down-new/1', 'c', { qos: 1 })
  t.equal(await arrived, 'down-new/1')
  const { counters } = site.bridge('north')
  t.same([counters.connects, counters.takeOvers, counters.disconnects], [1, 0, 0])
})
