import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { listenerText, poolText, reloadSite } from '../support/reload-site.ts'
import { SteadyDevice } from '../support/steady-device.ts'

for (const durability of ['memory', 'spool'] as const) {
  test(`reloads change the number of links under load, with durability = ${durability}: nothing is lost, each device is heard in order`, { skip: mosquittoMissing }, async t => {
    // with more under way than it may have mosquitto 2.0.11 hands messages on out of order
    const remote = await startMosquitto(t, { config: ['max_inflight_messages 0'] })
    const observer = await remote.observe('up/#')
    const spool = (dir: string): string => durability === 'spool' ? `spool { dir = "${dir}/spool" }` : ''
    const text = (dir: string, links: number): string => `${listenerText}${spool(dir)}${poolText(remote.port, links)}`
    const said = (words: string): number => remote.log.filter(line => line.includes(words)).length
    const site = await reloadSite(t, dir => text(dir, 1))
    const bridge = site.bridge('north')
    await site.isUp('north')
    const { port = 0 } = site.edge.addresses[0] ?? {}
    const devices = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => new SteadyDevice(port, name, i % 2 === 0 ? 1 : 2))
    for (const links of [3, 2, 4, 1, 2]) {
      t.match(await site.reload(text(site.dir, links)), { kind: 'applied', changes: [{ part: 'bridges.mqtt.north', what: 'another number of links' }] })
      await eventually('all of them are up', () => bridge.figures.links.all === links && bridge.figures.links.up === links)
      await sleep(100)
    }
    await Promise.all(devices.map(async device => device.finish()))
    await eventually('all is with the remote', () => bridge.queued === 0, 10_000)
    for (const { name, qos, acknowledged } of devices) {
      const sent = Math.max(...acknowledged) + 1
      const numbers = (): number[] => observer.messages.filter(({ topic }) => topic === `up/${name}`).map(({ payload }) => Number(payload))
      await eventually(`all of ${name} has arrived`, () => new Set(numbers()).size === sent, 10_000)
      const heard = numbers()
      const first = [...new Set(heard)]
      t.same(first, first.toSorted((a, b) => a - b), `${name}: in order`)
      if (qos === 2) t.equal(heard.length, sent, `${name}: each once`)
    }
    await eventually('links that are not wanted any more have gone', () => ['north-3', 'north-4'].every(id => said(` as ${id} (`) > 0 && said(` as ${id} (`) === said(`Client ${id} disconnected`)))
    t.equal(bridge.counters.disconnects, 0)
    t.same(site.log.filter(({ level }) => level === 'warn'), [])
  })
}
