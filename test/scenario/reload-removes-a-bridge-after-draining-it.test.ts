import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

const up = 'forwards = [ { local_topic = "up/#", remote_topic = "" } ]'

test('what waits in a removed bridge reaches its remote first; what comes then is not for it', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('up/#')
  const site = await reloadSite(t, listenerText + bridgeText('north', remote.port, up))
  await site.isUp('north')
  const device = await site.device()
  remote.freeze()
  for (let i = 0; i < 200; i++) await device.publishAsync('up/x', `${i}`, { qos: 1 })
  const north = site.bridge('north')
  t.ok(north.queued > 0)
  const removed = site.reload(listenerText)
  await eventually('it is taken away', () => site.edge.bridges.length === 0)
  await device.publishAsync('up/x', 'too late', { qos: 1 })
  remote.thaw()
  t.match(await removed, { kind: 'applied', changes: [{ part: 'bridges.mqtt.north', what: 'removed' }] })
  await observer.received(200)
  t.same(observer.messages.map(({ payload }) => payload.toString()), Array.from({ length: 200 }, (_, i) => `${i}`))
  t.equal(north.state.name, 'stopped')
})

test('a bridge gets another name: the one goes before the other dials with the same client id, and no message is between them', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('up/#')
  const site = await reloadSite(t, listenerText + bridgeText('north', remote.port, up))
  await site.isUp('north')
  const device = await site.device()
  let sent = 0
  const over = new AbortController()
  const loading = (async () => {
    while (!over.signal.aborted) await device.publishAsync('up/x', `${sent++}`, { qos: 1 })
  })()
  await site.reload(listenerText + bridgeText('renamed', remote.port, up).replace('clientid = "renamed"', 'clientid = "north"'))
  await site.isUp('renamed')
  over.abort()
  await loading
  await observer.received(sent)
  t.equal(new Set(observer.messages.map(({ payload }) => payload.toString())).size, sent)
  t.equal(site.bridge('renamed').counters.connects, 1, 'nobody took the session from it')
})

test('a queue that can not be sent stays on disk, and is told of', async t => {
  const text = (dir: string, more: string): string => `${listenerText}spool { dir = "${dir}/spool" }\n${more}`
  const site = await reloadSite(t, dir => text(dir, bridgeText('north', 1, up)))
  const device = await site.device()
  for (let i = 0; i < 10; i++) await device.publishAsync('up/x', `${i}`, { qos: 1 })
  await site.reload(text(site.dir, ''))
  await eventually('it is told', () => site.log.some(({ message, messages }) => message.includes('stay on disk') && messages === 10))
  t.match(await site.reload(text(site.dir, bridgeText('north', 1, up))), { kind: 'applied' })
  t.equal(site.bridge('north').queued, 10, 'found again')
})
