/** The self-test at the start has teeth: where what keeps sessions changes what it is to write, MQTT 5 is refused, and the others are served. */
import { createRequire } from 'node:module'
import { test } from 'tap'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { brokerFor } from '../support/broker.ts'
import { packet, publish, subscribe } from '../support/packets.ts'
import { connect5, open5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

type Write = (packet: { cmd: string, payload: Buffer }, ...rest: unknown[]) => unknown

/** The very module that Aedes writes with. */
const require = createRequire(createRequire(import.meta.url).resolve('aedes'))
const library = require('mqtt-packet') as { writeToStream: Write }

/** What another version of it might do. */
const changes: Readonly<Record<string, (payload: Buffer) => Buffer>> = {
  'takes the property block away': payload => payload.subarray(-'payload'.length),
  'takes the payload for text': payload => Buffer.from(payload.toString('latin1').replaceAll('&', '')),
  'orders the properties': payload => Buffer.concat([payload.subarray(0, 1), payload.subarray(8, 15), payload.subarray(1, 8), payload.subarray(15)])
}

for (const [what, change] of Object.entries(changes)) {
  test(`it ${what}`, async t => {
    const write = library.writeToStream
    library.writeToStream = (written, ...rest) => write(written.cmd === 'publish' ? { ...written, payload: change(written.payload) } : written, ...rest)
    t.teardown(() => { library.writeToStream = write })
    const log: LogLine[] = []
    const { port } = await brokerFor(t, { logger: keepingLogger(log) })
    t.match(JSON.stringify(log), /MQTT 5 is not served: a message of its own did not come through/)
    const five = await RawClient.dial(port)
    five.send(connect5())
    t.same([...(await five.next(2)).body], [0, 0x84, 0])
    await five.ended()
    library.writeToStream = write
    const four = await RawClient.open(port)
    four.send(subscribe(1, ['t', 1]), publish('t', 'x'))
    t.match(await four.delivery(), { payload: 'x' })
  })
}

test('it changes nothing: MQTT 5 is served, and the log says nothing of it', async t => {
  const log: LogLine[] = []
  const { port } = await brokerFor(t, { logger: keepingLogger(log) })
  const five = await open5(port)
  five.send(packet(0xc0))
  await five.next(13)
  t.notMatch(JSON.stringify(log), /not served/)
})
