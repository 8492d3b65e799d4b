import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import type { RotationStep } from '../../src/trust/rotation-state.ts'
import type { TrustReport } from '../../src/reload/trust-files.ts'
import { testPki } from '../support/certificates.ts'
import type { TestPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { listenerText, reloadSite, type Site } from '../support/reload-site.ts'

interface TwoServers {
  readonly site: Site
  readonly first: Mosquitto
  readonly second: Mosquitto
  readonly put: (content: string) => Promise<void>
  readonly report: () => TrustReport
  /** The last one of that name. */
  readonly step: (name: RotationStep['step']) => RotationStep | undefined
  /** What each server said in the last step of that name. */
  readonly said: (name: RotationStep['step']) => readonly string[]
}

async function twoServers (t: Test, pki: TestPki): Promise<TwoServers> {
  const [first, second] = [await startMosquitto(t, { pki }), await startMosquitto(t, { pki })]
  const site = await reloadSite(t, dir => `${listenerText}
bridges.mqtt.north {
  server = "tls+mqtt-tcp://localhost:${first.tlsPort}"
  hybrid_bridging = true
  hybrid_servers = [ "tls+mqtt-tcp://localhost:${second.tlsPort}" ]
  clientid = "of-two"
  clean_start = false
  backoff_max = 100ms
  ssl { cacertfile = "${join(dir, 'ca.pem')}" }
  forwards = [ { local_topic = "up/#", remote_topic = "" } ]
}`)
  const put = async (content: string): Promise<void> => {
    await writeFile(join(site.dir, 'ca.new'), content)
    await rename(join(site.dir, 'ca.new'), join(site.dir, 'ca.pem'))
    await site.edge.checkTrust()
  }
  const report = (): TrustReport => {
    const [found] = site.edge.trust
    if (found === undefined) throw new Error('no bridge has TLS')
    return found
  }
  const step = (name: RotationStep['step']): RotationStep | undefined => report().history.findLast(each => each.step === name)
  await put(pki.root.certPem)
  await site.isUp('north')
  return { site, first, second, put, report, step, said: name => step(name)?.servers?.map(({ server, verdict }) => `${server.slice(-5)} ${verdict}`) ?? [] }
}

async function moveTo (server: Mosquitto, pki: TestPki): Promise<void> {
  await server.stop()
  await server.configure({ pki })
  await server.start()
}

test('one that would be lost holds new files back, one that is not there does not', { skip: mosquittoMissing }, async t => {
  const old = await testPki(t)
  const next = await testPki(t, { name: 'Next' })
  const { site, first, second, put, report, step, said } = await twoServers(t, old)
  const [one, two] = [first.tlsPort, second.tlsPort]

  await put(old.root.certPem + next.root.certPem)
  t.match(report().status, { generation: 2, last: { result: 'proven', reason: '' } })
  t.same(said('proven'), [`${one} accepted`, `${two} accepted`])

  await moveTo(second, next)
  await put(next.root.certPem)
  t.match(report().status, { generation: 2, stage: { name: 'staged', reason: { message: new RegExp(`localhost:${one} `) } } }, 'the connected one refuses')
  t.same(said('refused'), [`${one} refused`, `${two} accepted`])

  await put(old.root.certPem)
  t.match(report().status, { generation: 2, stage: { name: 'staged', reason: { message: new RegExp(`localhost:${two} `) } } }, 'there would be nothing to fail over to')
  t.same(said('refused'), [`${one} accepted`, `${two} refused`])
  t.equal(site.bridge('north').state.name, 'up')

  await second.stop()
  await site.edge.checkTrust()
  t.match(report().status, { generation: 3, last: { result: 'proven', reason: new RegExp(`localhost:${two} `) } }, 'and it is said that nothing is known of it')
  t.same(said('proven'), [`${one} accepted`, `${two} unreachable`])

  await second.start()
  await put(old.root.certPem + old.intermediate.certPem)
  t.match(report().status, { generation: 4, last: { result: 'proven' } }, 'it was lost before: no reason to wait')
  t.match(step('proven')?.reason, /as with the files in use/)
})

test('the server that the link is at decides, in a trial of files and of settings alike', { skip: mosquittoMissing }, async t => {
  const old = await testPki(t)
  const next = await testPki(t, { name: 'Next' })
  const { site, first, second, put, report, said } = await twoServers(t, old)
  await first.stop()
  await eventually('it has failed over', () => site.bridge('north').state.name === 'up' && site.bridge('north').server.port === second.tlsPort)

  await put(next.root.certPem)
  t.match(report().status, { generation: 1, stage: { name: 'staged', reason: { message: new RegExp(`localhost:${second.tlsPort} `) } } })
  t.same(said('refused'), [`${first.tlsPort} unreachable`, `${second.tlsPort} refused`])
  await put(old.root.certPem + next.root.certPem)
  t.same(said('proven'), [`${first.tlsPort} unreachable`, `${second.tlsPort} accepted`])

  const outcome = await site.edge.changeBridge({ kind: 'set', name: 'north', settings: { keepalive: '30s' } })
  t.equal(outcome.kind, 'applied', 'the first server is down, and was not asked')
  t.equal(site.bridge('north').state.name, 'up')
  t.equal(site.bridge('north').server.port, second.tlsPort)
})
