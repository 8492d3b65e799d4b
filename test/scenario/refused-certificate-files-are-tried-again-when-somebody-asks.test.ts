/** SIGHUP, `causeway reload`, `causeway trust check` and a request: files that wait are tried at once, not only after the next pause. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { adminFor } from '../support/admin.ts'
import { testPki, type TestPki } from '../support/certificates.ts'
import { cli } from '../support/cli-run.ts'
import { Command } from '../support/command.ts'
import { eventually } from '../support/eventually.ts'
import { type Mosquitto, mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

interface Place {
  /** First that of the remote now, then that of after. */
  readonly pkis: readonly [TestPki, TestPki]
  readonly remote: Mosquitto
  readonly file: string
  readonly conf: string
}

async function place (t: Test): Promise<Place> {
  const pkis = [await testPki(t), await testPki(t, { name: 'Next' })] as const
  const [pki] = pkis
  const remote = await startMosquitto(t, { pki })
  const file = await pki.write('watched.pem', pki.root.certPem)
  return { pkis, remote, file, conf: `bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.tlsPort}", clientid = n, backoff_max = 100ms, ssl { cacertfile = "${file}" }, forwards = [{ local_topic = "up/#", remote_topic = "" }] }` }
}

async function serve (remote: Mosquitto, pki: TestPki): Promise<void> {
  await remote.stop()
  await remote.configure({ pki })
  await remote.start()
}

test('SIGHUP', { skip: mosquittoMissing }, async t => {
  const { pkis: [pki, next], remote, file, conf } = await place(t)
  const edge = new Command(t, ['start', '--conf', await pki.write('edge.conf', `listeners.tcp.bind = "127.0.0.1:0"\n${conf}`)])
  await edge.prints(/"msg":"link is up"/)
  await writeFile(file, next.root.certPem)
  await edge.prints(/refused by a trial connection/)
  await serve(remote, next)
  const asked = performance.now()
  edge.signal('SIGHUP')
  await edge.prints(/"result":"proven".*"msg":"certificate files are in use"/)
  t.ok(performance.now() - asked < 4000, 'the next pause is five seconds')
})

test('a verb, a request', { skip: mosquittoMissing }, async t => {
  const { pkis, remote, file, conf } = await place(t)
  const { edge, dir, ask } = await adminFor(t, conf)
  const status = () => edge.trust[0]?.status
  await eventually('the link', () => edge.bridges[0]?.state.name === 'up')
  const socket = join(dir, 'control.sock')
  const ways = [
    ['causeway reload', async () => cli(['reload', '--socket', socket])],
    ['causeway trust check', async () => cli(['trust', 'check', '--socket', socket])],
    ['POST', async () => ask('/api/v1/trust/check', { method: 'POST' })]
  ] as const
  for (const [i, [what, look]] of ways.entries()) {
    const to = pkis[(i + 1) % 2] ?? pkis[0]
    await eventually('the link', () => edge.bridges[0]?.state.name === 'up')
    await writeFile(file, to.root.certPem)
    await eventually('it waits', () => status()?.stage.name === 'staged')
    await serve(remote, to)
    await look()
    t.match(status(), { generation: i + 2, stage: { name: 'settled' }, last: { result: 'proven' } }, what)
  }
})
