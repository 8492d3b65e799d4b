/** `causeway trust status`, `commit` and `abort`, on an edge whose new CA file the remote does not go with. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { adminFor } from '../support/admin.ts'
import { testPki } from '../support/certificates.ts'
import { cli } from '../support/cli-run.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('what waits is shown with its reason, tried again, given up, and forced', { skip: mosquittoMissing }, async t => {
  const [pki, next] = [await testPki(t), await testPki(t, { name: 'Next' })]
  const remote = await startMosquitto(t, { pki })
  const file = await pki.write('watched.pem', pki.root.certPem)
  const { edge, dir } = await adminFor(t, `bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.tlsPort}", clientid = n, backoff_max = 100ms, ssl { cacertfile = "${file}" }, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const trust = async (...args: string[]) => cli(['trust', ...args, '--socket', join(dir, 'control.sock')])
  const status = () => edge.trust[0]?.status
  await eventually('the link', () => edge.bridges[0]?.state.name === 'up')
  t.match(await trust('status'), { code: 0, out: /^bridge north: generation 1, settled for \d+ s, [0-9a-f]{16}…\n$/ })

  await writeFile(file, next.root.certPem)
  t.match(await trust('check'), { code: 1, out: /^bridge north: generation 1, staged for \d+ s, [^]*\n {2}localhost:\d+ .*\(CW_TLS_UNKNOWN_CA\)\n {2}what to do: / })
  const { code, out } = await trust('status', '--json')
  t.equal(code, 1)
  t.match(JSON.parse(out), [{ kind: 'bridge', name: 'north', generation: 1, stage: 'staged', candidate: /^[0-9a-f]{64}$/, reason: { code: 'CW_TLS_UNKNOWN_CA' }, history: [{ step: 'detected' }] }])

  t.match(await trust('commit'), { code: 1, out: /staged/, err: /tried again and refuses; with --force/ })
  t.equal(status()?.generation, 1)
  t.match(await trust('abort'), { code: 0, out: /generation 1, aborted/ })
  t.equal(edge.bridges[0]?.state.name, 'up')
  t.match(await trust('commit', '--force'), { code: 1, err: /no files wait for a decision/ }, 'an operator has given it up: it has to be named')
  t.match(await trust('commit', 'bridge', 'north', '--force'), { code: 0, out: /generation 2/ })
  await eventually('the link is ended', () => edge.bridges[0]?.state.name === 'waiting')

  await writeFile(file, pki.root.certPem)
  t.match(await trust('check'), { code: 0, out: /generation 3, settled/ }, 'accepted by the trial')
  await eventually('the link', () => edge.bridges[0]?.state.name === 'up')
  await writeFile(file, next.root.certPem)
  t.equal((await trust('check')).code, 1)
  t.match(await trust('commit', '--force'), { code: 0, out: /generation 4/ }, 'all that is staged')
  t.match(status()?.last, { result: 'forced', reason: 'an operator said so' })
  t.match(await cli(['trust', 'status', '--socket', join(dir, 'nobody.sock')]), { code: 1, err: /no running edge answers/ })
})
