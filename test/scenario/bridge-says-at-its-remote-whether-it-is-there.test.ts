/** `notifications`: the remote keeps whether the bridge is there: after a start, a loss, a take-over, a clean stop, and past a backlog. */
import { test } from 'tap'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const TOPIC = 'sites/north/n%2F1'
const says = 'notifications { topic = "sites/{name}/{clientid}", online = here, offline = gone }'
const up = 'forwards = [{ local_topic = "up/#", remote_topic = "" }]'

for (const [version, session] of [[4, 'clean_start = false'], [5, 'clean_start = true']] as const) {
  test(`what is kept at the remote is true: MQTT ${version}, ${session}`, { skip: mosquittoMissing }, async t => {
    const [remote, other] = await Promise.all([startMosquitto(t), startMosquitto(t)])
    const proxy = await tcpProxy(t, remote.port)
    const text = (port: number, more: string): string => listenerText + bridgeText('north', port, `${says}\n${up}\n${more}`).replace('clientid = "north"', `clientid = "n/1"\n  proto_ver = ${version}`).replace('clean_start = false', session)
    const site = await reloadSite(t, text(proxy.port, ''))
    const [watcher, there] = await Promise.all([remote.observe('sites/#'), other.observe('sites/#')])
    const said = (of: typeof watcher): string[] => of.messages.filter(({ topic }) => topic === TOPIC).map(({ payload }) => payload.toString())
    await site.isUp('north')
    await eventually('it is there', () => said(watcher).at(-1) === 'here')

    proxy.cut()
    await eventually('the will is published, and it is there again', () => said(watcher).join() === 'here,gone,here')

    t.match(await site.reload(text(proxy.port, 'keepalive = 50s')), { kind: 'applied' })
    await eventually('another connection has taken over', () => site.bridge('north').counters.takeOvers === 1)
    await eventually('the one before is gone, and this one is there', () => said(watcher).at(-1) === 'here' && said(watcher).length >= 4)

    t.match(await site.reload(text(other.port, '')), { kind: 'applied' })
    await eventually('the other remote is told', () => said(there).at(-1) === 'here')
    await eventually('and so is this one', () => said(watcher).at(-1) === 'gone')

    await site.edge.close(500)
    await eventually('a clean stop leaves no will, and is told', () => said(there).at(-1) === 'gone')
    const late = await other.observe('sites/#')
    await late.received(1)
    t.match(late.messages[0], { topic: TOPIC, retain: true })
    t.equal(late.messages[0]?.payload.toString(), 'gone')
  })
}

test('a backlog does not make it late', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const proxy = await tcpProxy(t, remote.port)
  const site = await reloadSite(t, listenerText + bridgeText('north', proxy.port, `${says}\n${up}`))
  await site.isUp('north')
  const watcher = await remote.observe('#')
  proxy.cut(true)
  await eventually('it is gone', () => watcher.messages.at(-1)?.payload.toString() === 'gone')
  const device = await site.device()
  await Promise.all(Array.from({ length: 500 }, async (_, i) => device.publishAsync(`up/${i}`, 'x', { qos: 1 })))
  const before = watcher.messages.length
  proxy.accept()
  await eventually('all is there', () => watcher.messages.filter(({ topic }) => topic.startsWith('up/')).length === 500, 15_000)
  t.match(watcher.messages[before], { topic: 'sites/north/north', retain: false })
  t.equal(watcher.messages[before]?.payload.toString(), 'here', 'it comes before what waited')
})

test('a connection that leaves does not deny the one that has come, whatever its client id and address', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const otherWay = await tcpProxy(t, remote.port)
  const text = (port: number, clientId: string): string => listenerText +
    bridgeText('north', port, `notifications { topic = "sites/{name}" }\n${up}`).replace('clientid = "north"', `clientid = ${clientId}`)
  const site = await reloadSite(t, text(remote.port, 'one'))
  const watcher = await remote.observe('sites/#')
  const said = (): string => watcher.messages.map(({ payload }) => payload.toString()).join()
  await site.isUp('north')
  await eventually('it is there', () => said() === 'online')
  t.match(await site.reload(text(remote.port, 'two')), { kind: 'applied' })
  await eventually('it is there still', () => said() === 'online,online,online')
  t.match(await site.reload(text(otherWay.port, 'three')), { kind: 'applied' })
  await eventually('it is there in the end', () => said().endsWith('offline,online'))
  t.equal(said(), 'online,online,online,online,offline,online')
})

test('what can not be is refused', async t => {
  const conf = (more: string): string => listenerText + bridgeText('north', 1883, `${up}\n${more}`)
  t.match(configOf(conf(says)).bridges[0]?.notifications, { topic: 'sites/{name}/{clientid}', online: 'here', offline: 'gone', qos: 1, retain: true })
  t.throws(() => configOf(conf(`${says}\nwill { topic = a, payload = b }`)), /together with will/)
  t.throws(() => configOf(conf('notifications { topic = "a/{site}" }')), /only \{name\} and \{clientid\}/)
  t.throws(() => configOf(conf('notifications { topic = "a/+" }')), /without wildcards/)
  t.throws(() => configOf(conf('notifications { online = x }')), /topic/)
})
