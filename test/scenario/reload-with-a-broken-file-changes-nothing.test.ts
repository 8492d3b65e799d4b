import { test } from 'tap'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeText, listenerText, reloadSite } from '../support/reload-site.ts'
import { testPki } from '../support/certificates.ts'

test('whatever is wrong is said with its place, and what ran runs on', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const observer = await remote.observe('up/#')
  const good = listenerText + bridgeText('north', remote.port, 'forwards = [ { local_topic = "up/#", remote_topic = "" } ]')
  const site = await reloadSite(t, good)
  await site.isUp('north')
  const device = await site.device()
  const pki = await testPki(t)
  const halfCa = await pki.write('half.pem', pki.root.certPem.slice(0, 300))

  const broken: readonly (readonly [string, object])[] = [
    [good + 'limits {', { code: 'CW_CONFIG_SYNTAX', place: { line: 9 } }],
    [good + 'no_such_key = 1', { path: 'no_such_key', code: 'CW_CONFIG_INVALID' }],
    [good + 'limits { max_sessions = none_at_all }', { path: 'limits.max_sessions' }],
    [good + bridgeText('more', 1, `ssl { cacertfile = "${halfCa}" }`).replace('mqtt-tcp', 'tls+mqtt-tcp'), { code: /CW_TRUST/, message: /half\.pem/ }],
    [good.replace('mqtt-tcp', 'tls+mqtt-tcp').replace('clean_start', `ssl { cacertfile = "${pki.dir}/absent.pem" }\nclean_start`), { message: /absent\.pem/ }],
    [good + `listeners.ssl { bind = "127.0.0.1:0", certfile = "${halfCa}", keyfile = "${halfCa}" }`, { message: /half\.pem/ }]
  ]
  for (const [i, [text, problem]] of broken.entries()) {
    const outcome = await site.reload(text)
    t.match(outcome, { kind: 'invalid' }, JSON.stringify(outcome))
    t.match(outcome.kind === 'invalid' ? outcome.problems[0] : null, problem)
    await device.publishAsync('up/x', `${i}`, { qos: 1 })
  }
  await observer.received(broken.length)
  t.same(site.edge.bridges.map(({ name }) => name), ['north'])
  t.same([site.bridge('north').counters.connects, site.bridge('north').counters.takeOvers], [1, 0])
  t.equal(site.edge.addresses.length, 1)
  t.equal(site.log.filter(({ level, message }) => level === 'error' && message.includes('not valid')).length, broken.length)
  t.match(await site.reload(good), { kind: 'unchanged' })
})
