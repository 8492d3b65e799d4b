/** The local broker, the remote and Causeway itself fail, each in its turn, while messages flow both ways. */
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { EdgeProcess } from '../support/crash-run.ts'
import { eventually } from '../support/eventually.ts'
import { type Mosquitto, mosquittoMissing, type Observer, startMosquitto } from '../support/mosquitto.ts'
import { sidecarSite, sidecarText } from '../support/sidecar-site.ts'

/** Publishes `count` messages with QoS 1 and 2 in turn, and waits until the broker has acknowledged them. */
async function publish (broker: Mosquitto, prefix: string, count: number): Promise<string[]> {
  const { client } = await broker.observe(null)
  const topics = Array.from({ length: count }, (_, i) => `${prefix}/${i}`)
  await Promise.all(topics.map(async (topic, i) => client.publishAsync(topic, topic, { qos: i % 2 === 0 ? 1 : 2 })))
  await client.endAsync()
  return topics
}

/** Each once at least, those of QoS 2 (the odd ones) once. */
function judge (observer: Observer, topics: readonly string[]): { missing: string[], twice: string[] } {
  const seen = observer.messages.map(({ topic }) => topic)
  return {
    missing: topics.filter(topic => !seen.includes(topic)),
    twice: topics.filter((topic, i) => i % 2 === 1 && seen.filter(each => each === topic).length > 1)
  }
}

async function arrived (observer: Observer, topics: readonly string[]): Promise<void> {
  await eventually(`all have arrived: ${topics[0] ?? ''}`, () => judge(observer, topics).missing.length === 0, 10_000)
}

const both = { forwards: 'up/#', subscription: 'down/#' } as const
/** As docs/guide/sidecar.md has it. With its default mosquitto throws away what these publishers are acknowledged for. */
const roomy = { config: ['max_inflight_messages 1000'] } as const

test('each link fails and comes back by itself, and the other one goes on', { skip: mosquittoMissing }, async t => {
  const local = await startMosquitto(t, roomy)
  const remote = await startMosquitto(t, roomy)
  const { edge } = await sidecarSite(t, local, { remote, ...both })
  await remote.keep('observer', 'up/#')
  await local.keep('observer', 'down/#')

  const early = await publish(remote, 'down/early', 20)
  await remote.stop()
  await eventually('the remote is missed', () => edge.bridges[0]?.state.name !== 'up')
  const up = await publish(local, 'up/remote-away', 40)
  t.equal(edge.sidecar?.link.state.name, 'up', 'the local link does not mind')
  await remote.start()
  const there = await remote.observe(null, { clientId: 'observer', clean: false })
  await arrived(there, up)

  await local.stop()
  await eventually('the local broker is missed', () => edge.sidecar?.link.state.name !== 'up')
  const down = await publish(remote, 'down/local-away', 40)
  t.equal(edge.bridges[0]?.state.name, 'up', 'the bridge does not mind')
  await local.start()
  const here = await local.observe(null, { clientId: 'observer', clean: false })
  await arrived(here, [...early, ...down])
  const after = await publish(local, 'up/after', 10)
  await arrived(there, after)
  t.same([...judge(there, up).twice, ...judge(there, after).twice, ...judge(here, [...early, ...down]).twice], [], 'QoS 2 once')
  t.ok((edge.sidecar?.link.counters.connects ?? 0) >= 2)
})

test('kill -9 of Causeway loses nothing in either direction, with a remote over TLS', { skip: mosquittoMissing, timeout: 60_000 }, async t => {
  const pki = await testPki(t)
  const local = await startMosquitto(t, roomy)
  const remote = await startMosquitto(t, { pki, ...roomy })
  await remote.keep('observer', 'up/#')
  await local.keep('observer', 'down/#')
  const edge = await EdgeProcess.make(t, { remotePort: remote.tlsPort, text: dir => sidecarText(local, { remote, pki, ...both, more: `spool.dir = "${dir}/spool"` }) })
  await edge.start()
  const there = await remote.observe(null, { clientId: 'observer', clean: false })
  const here = await local.observe(null, { clientId: 'observer', clean: false })
  await arrived(there, await publish(local, 'up/first', 2))
  await arrived(here, await publish(remote, 'down/first', 2))
  const publishing = Promise.all([publish(local, 'up/then', 200), publish(remote, 'down/then', 200)])
  await Promise.all([there.received(10), here.received(10)])
  await edge.kill()
  const [up, down] = await publishing
  await edge.start()
  await Promise.all([arrived(there, up), arrived(here, down)])
  t.same(judge(there, up).twice, [], 'upwards QoS 2 comes once')
  const text = edge.log.join('')
  t.notMatch(text, /CW_BRIDGE_PROTOCOL|foresaw/)
})
