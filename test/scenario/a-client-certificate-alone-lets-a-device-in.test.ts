/** `allow_anonymous = false` with neither users nor a server: who shows a certificate of the listener's CA comes in, by its name. */
import { once } from 'node:events'
import { connect as dialTls } from 'node:tls'
import { test } from 'tap'
import { startEdge } from '../../src/edge.ts'
import { silentLogger } from '../../src/logger.ts'
import { type Material, testPki } from '../support/certificates.ts'
import { configOf } from '../support/config-text.ts'
import { connect, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

test('a certificate stands for a user, and rules know it by its common name', async t => {
  const pki = await testPki(t)
  const config = configOf(`
    listeners.tcp { bind = "127.0.0.1:0" }
    listeners.ssl { bind = "127.0.0.1:0", certfile = "${pki.server.certFile}", keyfile = "${pki.server.keyFile}", cacertfile = "${pki.caFile}", verify_peer = true, fail_if_no_peer_cert = true }
    auth {
      allow_anonymous = false
      no_match = deny
      acl.rules = [{ permit = allow, username = device, action = pubsub, topics = ["own/#"] }]
    }`)
  const edge = await startEdge({ config, logger: silentLogger, stateDir: null })
  t.teardown(() => edge.close(0))
  const [plain = 0, secure = 0] = edge.addresses.map(({ port }) => port)
  const dial = (material: Material): RawClient =>
    new RawClient(dialTls({ host: '127.0.0.1', port: secure, ca: pki.root.certPem, servername: 'localhost', cert: material.certPem, key: material.keyPem }))

  const device = dial(pki.client)
  device.send(connect({ clientId: 'pump' }), subscribe(1, ['own/#', 1], ['others/#', 1]), publish('own/x', Buffer.from('1'), { qos: 1, id: 2 }))
  t.equal((await device.next(2)).body[1], 0)
  t.same(await device.granted(), [1, 0x80], 'what the rules allow to its name')
  t.equal((await device.delivery()).topic, 'own/x')

  const nobody = await RawClient.dial(plain)
  nobody.send(connect({ clientId: 'nobody' }))
  t.equal((await nobody.next(2)).body[1], 5, 'without a certificate: not authorized')

  const stranger = await testPki(t)
  const refused = dial(stranger.client)
  await once(refused.stream, 'close')
  t.same(refused.received, [], 'with another\'s certificate: no handshake')
})
