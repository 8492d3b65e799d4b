import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

function text (port: number, forward: string): string {
  return listenerText + bridgeText('north', port, `max_send_queue_len = 1\n  forwards = [ ${forward} ]`)
}

test('a reload renames what a full bridge has not taken yet', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('#')
  const site = await reloadSite(t, text(remote.port, '{ local_topic = "up/#", remote_topic = "" }'))
  await site.isUp('north')
  const device = await site.device()
  remote.freeze()
  await device.publishAsync('up/x', 'taken', { qos: 1 })
  const second = device.publishAsync('up/x', 'waits', { qos: 1 })
  await eventually('it waits', () => site.bridge('north').counters.queueFull === 1)
  await site.reload(text(remote.port, '{ local_topic = "up/#", remote_topic = "", prefix = "new/" }'))
  remote.thaw()
  await second
  await observer.received(2)
  t.same(observer.messages.map(({ topic, payload }) => `${topic} ${payload.toString()}`), ['up/x taken', 'new/up/x waits'])
})

test('a reload that takes the rule away lets the publisher go on at once', async t => {
  const site = await reloadSite(t, text(1, '{ local_topic = "up/#", remote_topic = "" }'))
  const device = await site.device()
  await device.publishAsync('up/x', 'taken', { qos: 1 })
  const second = device.publishAsync('up/x', 'waits', { qos: 1 })
  await eventually('it waits', () => site.bridge('north').counters.queueFull === 1)
  await site.reload(text(1, '{ local_topic = "other/#", remote_topic = "" }'))
  await second
  t.equal(site.bridge('north').queued, 1)
})
