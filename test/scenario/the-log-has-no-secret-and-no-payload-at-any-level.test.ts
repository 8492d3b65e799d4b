/** An edge that says all there is to say, down to trace, while everything goes wrong that has to do with a password, a token or a payload. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { createLogger } from '../../src/logger.ts'
import { adminFor } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { connect, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { startReceiver } from '../support/receiver.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

/** In each value that must not be seen. */
const MARK = /s3cret/
/** Moves the cursor, ends the line, turns the text around. */
const HOSTILE = 'd\u001b[2J\n{"level":"fatal","msg":"forged"}\u009b\u202e'

for (const readable of [false, true]) {
  test(readable ? 'readable lines' : 'lines of JSON', async t => {
    const written: string[] = []
    const logger = createLogger({ level: 'trace', readable, out: { write: line => written.push(line) } })
    const [remote, receiver] = [await scriptedRemote(t), await startReceiver(t)]
    receiver.answer = 500
    const text = `listeners.tcp.bind = "127.0.0.1:0"
      auth { allow_anonymous = false, password { ada = s3cret-of-ada } }
      http_server { port = 0, username = ada, password = s3cret-of-http }
      webhook { url = "http://127.0.0.1:${receiver.port}/s3cret-of-url", headers { Authorization = "Bearer s3cret-of-header" }, secret = "s3cret-of-sixteen", events = [{ event = on_message_publish, topic = "#" }, { event = on_client_connack }] }
      bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${remote.port}", clientid = n, username = u, password = s3cret-of-bridge, backoff_max = 100ms, will { topic = gone, payload = s3cret-of-will }
        forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "down/#", local_topic = "" }] }`
    const { ask, mqttPort, edge, dir } = await adminFor(t, text, logger)

    const refused = await remote.connection()
    await refused.next(type.CONNECT)
    refused.send([0x20, 2, 0, 5])
    const link = await remote.connection()
    await link.accept()
    const asked = await link.next(type.SUBSCRIBE)
    link.send([0x90, 3, asked.readUInt8(2), asked.readUInt8(3), 0], publish('down/a', 's3cret-payload'))

    const wrong = await RawClient.dial(mqttPort)
    wrong.send(connect({ clientId: HOSTILE, username: 'ada', password: 's3cret-guess' }))
    await wrong.ended()
    const device = await RawClient.open(mqttPort, { clientId: HOSTILE, username: 'ada', password: 's3cret-of-ada', will: { topic: 'gone', payload: 's3cret-will' } })
    device.send(subscribe(1, ['#', 1]), publish('up/a', 's3cret-payload', { qos: 1, id: 7 }), publish('here', 's3cret-payload', { retain: true }))
    await link.next(type.PUBLISH)
    await receiver.received(1)
    device.send(publish('a/#', 's3cret-payload')) // no topic to publish to: the connection ends
    await device.ended()

    await ask('/api/v4/brokers', { login: 'ada:s3cret-guess' })
    await ask('/api/v4/brokers', { by: 'http', headers: { authorization: 'Bearer s3cret-token' } })
    await ask('/api/v4/mqtt/publish', { method: 'POST', login: 'ada:s3cret-of-http', body: { topic: 'up/#', payload: 's3cret-payload' } })
    await ask('/api/v4/bridges', { method: 'POST', body: { south: { server: 'mqtt-tcp://127.0.0.1:1', clientid: 's', username: 'u', password: 's3cret-of-south', will: { topic: 'a/#', payload: 's3cret-of-will' } } } })
    await writeFile(join(dir, 'edge.conf'), `${text}\nalerts { url = "http://127.0.0.1:1/", secret = s3cret }\n`)
    t.equal((await edge.reload()).kind, 'invalid', 'a secret that is too short')

    await eventually('what went wrong is said', () => ['CW_BRIDGE_REFUSED', 'wrong password', 'could not be delivered', 'not valid', 'broke the protocol'].every(word => written.some(line => line.includes(word))))
    logger.sumUp()
    t.ok(written.length > 10, `${written.length} lines`)
    for (const line of written) {
      t.notMatch(line, MARK)
      // eslint-disable-next-line no-control-regex -- these are what is looked for; a readable line has its own colours, and cause and hint below it
      t.notMatch(readable ? line.replace(/\u001b\[\d+m|\n {13}/g, '').trimEnd() : line.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
    }
  })
}
