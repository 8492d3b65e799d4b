import { test } from 'tap'
import { configOf, problemsOf, warningsOf } from '../../support/config-text.ts'

const beside = 'sidecar { server = "mqtt-tcp://127.0.0.1:1883" }\n'

test('it takes the place of listeners', async t => {
  t.equal(configOf('').sidecar, null)
  t.same(configOf(beside).listeners, [])
  t.match(configOf(beside).sidecar, { watchLimits: true, link: { name: 'sidecar', protoVer: 5, clientid: 'causeway-sidecar', cleanStart: false, tls: null, durability: 'remote' } })
  const both = `${beside}listeners.tcp.bind = "0.0.0.0:1883"\nauth { allow_anonymous = false }`
  t.same(configOf(both).listeners, [])
  t.same(warningsOf(both).map(line => line.split(' ')[0]), ['listeners', 'auth'], 'an unchanged nanomq.conf is taken, and what of it does nothing is said')
})

test('it may be elsewhere, with TLS', async t => {
  const text = 'sidecar { server = "tls+mqtt-tcp://broker:8883", ssl.cacertfile = "/ca.pem" }'
  t.match(configOf(text).sidecar?.link, { server: { secure: true, host: 'broker' }, tls: { cacertfile: '/ca.pem' } })
  t.match(problemsOf('sidecar { server = "tls+mqtt-tcp://broker:8883" }').join(), /sidecar\.ssl/)
  t.match(warningsOf('sidecar { server = "mqtt-tcp://broker:1883", username = u, password = p }').join(), /unencrypted/)
  t.same(warningsOf('sidecar { server = "mqtt-tcp://localhost:1883", username = u, password = p }'), [])
})

test('what can not be is refused', async t => {
  t.match(problemsOf('sidecar { }').join(), /sidecar\.server/)
  t.match(problemsOf('sidecar { server = "mqtt-tcp://127.0.0.1:1883", proto_ver = 4, password = p }').join(), /without username/)
  const named = `${beside}bridges.mqtt.sidecar { server = "mqtt-tcp://r:1883", forwards = [{ local_topic = a, remote_topic = a }] }`
  t.match(problemsOf(named).join(), /is called sidecar/)
})
