/** What CONNECT says decides the version; `mqtt.versions` restricts it on every listener. */
import { test } from 'tap'
import { brokerFor, tcpListener } from '../support/broker.ts'
import { configOf, problemsOf } from '../support/config-text.ts'
import { connect } from '../support/packets.ts'
import { connect5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

const connects = { 3.1: connect({ name: 'MQIsdp', level: 3 }), '3.1.1': connect(), '5.0': connect5() }
/** CONNACK of each version that says: not this one. */
const refused = { 3.1: '0001', '3.1.1': '0001', '5.0': '008400' }

test('all of them side by side, or those that are listed', async t => {
  for (const [text, served] of [['', ['3.1', '3.1.1', '5.0']], ['mqtt.versions = ["5.0"]', ['5.0']], ['mqtt.versions = ["3.1.1"]', ['3.1.1']], ['mqtt.versions = ["3.1", "5.0"]', ['3.1', '5.0']]] as const) {
    const { broker } = await brokerFor(t, { mqtt: { versions: configOf(text).mqtt.versions }, listeners: [tcpListener(), tcpListener({ name: 'second' })] })
    t.equal(broker.addresses.length, 2)
    for (const { port } of broker.addresses) {
      for (const version of ['3.1', '3.1.1', '5.0'] as const) {
        const client = await RawClient.dial(port)
        client.send(connects[version])
        const answer = (await client.next(2)).body.toString('hex')
        if ((served as readonly string[]).includes(version)) t.match(answer, /^0000/, `${version} with ${text}`)
        else {
          t.equal(answer, refused[version], `${version} with ${text}`)
          await client.ended()
        }
        client.destroy()
      }
    }
  }
})

test('a version that there is not, or none at all, is not accepted in the file', async t => {
  for (const text of ['["3.0"]', '["5"]', '[]', '"5.0.1"']) t.not(problemsOf(`mqtt.versions = ${text}`).length, 0, text)
})
