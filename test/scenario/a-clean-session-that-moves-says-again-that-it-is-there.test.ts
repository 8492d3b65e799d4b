/** `clean_start = true`, NanoMQ's default: what a rotation of the CA file means for the birth message, the subscriptions and what waits. */
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridged, trustSite } from '../support/trust-site.ts'

for (const version of [4, 5]) {
  test(`the birth message comes again after the will, and nothing is lost on the way up: MQTT ${version}`, { skip: mosquittoMissing }, async t => {
    const [pki, next] = [await testPki(t), await testPki(t, { name: 'Next' })]
    const remote = await startMosquitto(t, { pki })
    const watcher = await remote.observe('#')
    const site = await trustSite(t, { 'ca.pem': pki.root.certPem }, path => bridged(remote.tlsPort)(path).replace('clean_start = false', `clean_start = true
  proto_ver = ${version}
  notifications { topic = "sites/{name}", online = here, offline = gone }
  subscription = [ { remote_topic = "cmd/#", local_topic = "", qos = 1 } ]`))
    const said = (): string => watcher.messages.filter(({ topic }) => topic === 'sites/north').map(({ payload }) => payload.toString()).join()
    const commands: string[] = []
    site.edge.observe(['cmd/#'], ({ payload }) => commands.push(payload.toString()))
    await site.isUp()
    await eventually('it is there', () => said() === 'here')

    let sent = 0
    const load = setInterval(() => { void site.edge.publish({ topic: 'up/n', payload: Buffer.from(String(sent++)), qos: 1, retain: false }, null) }, 2)
    await site.put('ca.pem', pki.root.certPem + next.root.certPem)
    await eventually('the link has moved', () => site.edge.bridges[0]?.counters.takeOvers === 1)
    clearInterval(load)
    await eventually('it says so again', () => /^here,.*here$/.test(said()))
    if (said().includes('gone')) t.match(said(), /gone(,here)+$/, 'the word of the new connection is the last')
    t.equal(watcher.messages.filter(({ topic }) => topic === 'sites/north').at(-1)?.payload.toString(), 'here')

    await eventually('all is there', () => new Set(watcher.messages.filter(({ topic }) => topic === 'up/n').map(({ payload }) => payload.toString())).size === sent)
    await eventually('the subscription is made again', () => remote.log.filter(line => line.includes('Sending SUBACK to rotating')).length >= 2)
    await watcher.client.publishAsync('cmd/x', 'go', { qos: 1 })
    await eventually('a command comes down once', () => commands.length > 0)
    t.same(commands, ['go'])
    t.match(site.edge.bridges[0]?.counters, { connects: 1, disconnects: 0 })
  })
}
