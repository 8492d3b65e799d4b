import { test } from 'tap'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

const up = 'forwards = [ { local_topic = "up/#", remote_topic = "" } ]'

test('a bridge is added, another changed: the one between keeps its connection, and so do devices', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('#')
  const site = await reloadSite(t, listenerText + bridgeText('same', remote.port, up) + bridgeText('other', remote.port, 'keepalive = 60s'))
  await site.isUp('same')
  await site.isUp('other')
  const device = await site.device()
  let isClosed = false
  device.once('close', () => { isClosed = true })

  // other lines, other order, other words for the same: the same bridge
  const outcome = await site.reload(listenerText + bridgeText('other', remote.port, 'keepalive = 30s') + '\n\n' +
    bridgeText('added', remote.port, 'forwards = [ { local_topic = "up/#", remote_topic = "", prefix = "copy/" } ]') + bridgeText('same', remote.port, `# a remark\n${up}\nkeepalive = 1m`))
  t.match(outcome, {
    kind: 'applied',
    changes: [
      { part: 'bridges.mqtt.added', what: 'started' },
      { part: 'bridges.mqtt.other', what: 'another connection takes over', keys: [{ key: 'bridges.mqtt.other.keepalive', before: '60s', after: '30s' }] }
    ]
  })
  await site.isUp('added')
  t.equal(site.bridge('same').counters.connects, 1)
  t.equal(site.bridge('same').counters.takeOvers, 0)
  t.equal(site.bridge('other').counters.connects, 1)
  t.equal(site.bridge('other').counters.takeOvers, 1, 'made before broken')
  t.equal(site.bridge('other').counters.disconnects, 0)

  await device.publishAsync('up/1', 'x', { qos: 1 })
  const topics = (await observer.received(2)).map(({ topic }) => topic).sort()
  t.same(topics, ['copy/up/1', 'up/1'])
  t.notOk(isClosed)
  t.same(await site.edge.reload(), { kind: 'unchanged' })
})
