import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'

const up = 'forwards = [ { local_topic = "up/#", remote_topic = "" } ]'

test('a bridge that a reload takes away has not been disconnected; one whose remote goes has', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const other = await startMosquitto(t)
  const site = await reloadSite(t, listenerText + bridgeText('north', remote.port, up) + bridgeText('south', other.port, up))
  await site.isUp('north')
  await site.isUp('south')
  const [north, south] = [site.bridge('north'), site.bridge('south')]
  await site.reload(listenerText + bridgeText('south', other.port, up))
  t.equal(north.state.name, 'stopped')
  t.match(north.counters, { connects: 1, disconnects: 0, connectFailures: 0 })

  await other.stop()
  await eventually('it is noticed', () => south.state.name === 'waiting')
  t.match(south.counters, { connects: 1, disconnects: 1 })
})
