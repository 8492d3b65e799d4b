import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

test('once while it is down, once while it is up', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const proxy = await tcpProxy(t, remote.port)
  proxy.cut(true)
  const north = rig(t, bridgeConfig(proxy.port))
  await north.reaches('waiting')
  await north.bridge.reconfigure({ config: bridgeConfig(proxy.port, { keepaliveSeconds: 50 }), rules: false, link: { trust: null } })
  proxy.accept()
  await north.reaches('up')
  await north.bridge.reconfigure({ config: bridgeConfig(proxy.port, { keepaliveSeconds: 40 }), rules: false, link: { trust: null } })
  t.equal(north.bridge.counters.takeOvers, 1)
  await eventually('the connection of now has the settings of now', () => remote.log.some(line => line.includes('k40')))
})
