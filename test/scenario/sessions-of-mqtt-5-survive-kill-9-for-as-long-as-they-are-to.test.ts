/** A real process that is killed with SIGKILL: sessions of MQTT 5 go on until they expire, with what waits for them; those that expired are swept at the start. */
import { setTimeout as delay } from 'node:timers/promises'
import { t as all, test } from 'tap'
import { EdgeProcess } from '../support/crash-run.ts'
import { packet } from '../support/packets.ts'
import { RETAIN_AS_PUBLISHED, codes5, disconnect5, expiry, hex, next5, open5, publish5, sessionExpiry, subscribe5, userProperty } from '../support/packets-5.ts'

all.setTimeout(60_000)

const LONG = sessionExpiry(300)
const SHORT = sessionExpiry(1)

test('kill -9 between disconnecting and coming back', async t => {
  const edge = await EdgeProcess.make(t, { remotePort: 0, text: (dir, port) => `listeners.tcp.bind = "127.0.0.1:${port}"\npersistence.dir = "${dir}/sessions"\nlimits.max_connect_rate = 1000` })
  await edge.start()
  for (const [clientId, connected, left] of [['long', LONG, []], ['short', SHORT, []], ['shortened', LONG, [SHORT]], ['ended', sessionExpiry(0), []]] as const) {
    const client = await open5(edge.port, { clientId, properties: [connected] })
    client.send(subscribe5(1, [['q/#', 1 | RETAIN_AS_PUBLISHED]], [0x0b, 9]))
    t.same(await codes5(client), [1])
    client.send(disconnect5(0, ...left))
    await client.ended()
  }
  const connected = await open5(edge.port, { clientId: 'connected', properties: [LONG] })
  connected.send(subscribe5(1, [['q/#', 1]]))
  await codes5(connected)
  const sender = await open5(edge.port, { clientId: 'sender' })
  sender.send(publish5('q/kept', 'good', { qos: 1, id: 1, retain: true, properties: [expiry(300), userProperty('b', '1'), userProperty('a', '2')] }),
    publish5('q/over', 'expires', { qos: 1, id: 2, properties: [expiry(1)] }))
  for (let i = 0; i < 2; i++) await sender.next(4)
  await edge.kill()
  await delay(1100) // what is tested is the passing of time
  await edge.start()
  t.match(edge.log.join(''), /"sessions":2,"msg":"sessions were offline too long and are forgotten"/, 'swept at the start')
  const present = async (clientId: string): Promise<number | undefined> => {
    const client = await open5(edge.port, { clientId, clean: false })
    client.destroy()
    return client.connack.body[0]
  }
  for (const clientId of ['short', 'shortened', 'ended']) t.equal(await present(clientId), 0, clientId)
  const properties = hex(userProperty('b', '1'), userProperty('a', '2'))
  for (const [clientId, last] of [['long', '0b09'], ['connected', '']] as const) {
    const client = await open5(edge.port, { clientId, clean: false, properties: [LONG] })
    t.equal(client.connack.body[0], 1, clientId)
    const got = await next5(client)
    t.match(got, { topic: 'q/kept', payload: 'good', qos: 1, retain: clientId === 'long', properties: new RegExp(`^02000001..${properties}${last}$`) })
    t.ok(Number.parseInt(got.properties.slice(2, 10), 16) < 300, 'counted down')
    client.send(packet(0xc0))
    await client.next(13)
    t.same(client.received, [], 'and nothing that is over')
  }
  const late = await open5(edge.port, { clientId: 'late' })
  late.send(subscribe5(1, [['q/#', 0]]))
  t.match(await next5(late), { topic: 'q/kept', retain: true, properties: new RegExp(`^02000001..${properties}$`) }, 'the retained message has its properties')
})
