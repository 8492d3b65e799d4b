import { join } from 'node:path'
import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { cli } from '../support/cli-run.ts'
import { run } from '../support/command.ts'
import { issue, revocationList } from '../support/issued.ts'
import { ocspReply } from '../support/ocsp.ts'
import { tlsRemote } from '../support/tls-remote.ts'

test('every remote is dialled with the files of now, or with a candidate', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const remote = await tlsRemote(t, pki.server)
  const conf = await pki.write('edge.conf', `
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.port}", clientid = c, ssl { cacertfile = "${pki.caFile}" } }
`)
  const good = await run(t, ['trust', 'verify', '--conf', conf])
  t.equal(good.code, 0, good.err)
  t.match(good.out, /^north {2}tls\+mqtt-tcp:\/\/localhost:\d+ {2}accepted\n/)

  const bad = await run(t, ['trust', 'verify', '--conf', conf, '--candidate', stranger.caFile, '--json'])
  t.equal(bad.code, 1)
  t.match(JSON.parse(bad.out), [{ bridge: 'north', verdict: 'refused', code: 'CW_TLS_UNKNOWN_CA', cacertfile: stranger.caFile }])

  const broken = await run(t, ['trust', 'verify', '--conf', conf, '--candidate', await pki.write('broken.pem', 'no certificate')])
  t.equal(broken.code, 1)
  t.match(broken.out, /invalid[^]*broken\.pem:1/)
  t.equal(remote.heard, 0, 'not a byte of MQTT')

  const crl = await run(t, ['trust', 'inspect', await pki.write('list.crl', revocationList({ by: issue({ cn: 'Root', ca: true }) }))])
  t.match(crl, { code: 0, out: /list\.crl:1 {2}revocation list\nissuer +CN=Root\nabout +every certificate[^]*revoked +0 certificates\nvalid +\d{4}-.* \(6 days left\)/ })

  const shown = await run(t, ['trust', 'inspect', join(pki.dir, 'ca.pem'), '--json'])
  t.equal(shown.code, 0)
  t.match(JSON.parse(shown.out), [{ subject: /Test Root/ }])
})

test('exit codes: 0 all is well, 1 it is not, 2 it could not be asked like that', async t => {
  const pki = await testPki(t)
  const broken = await pki.write('broken.pem', 'no certificate')
  const wrong = await pki.write('wrong.conf', 'bridges.mqtt.north { servr = "mqtt-tcp://localhost:1" }')
  const absent = await pki.write('absent.conf', `bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:1", clientid = c, ssl { cacertfile = "${pki.caFile}" } }`)
  const codes: readonly (readonly [code: number, out: RegExp, err: RegExp, ...args: string[]])[] = [
    [0, /^.*server\.pem:1 {2}leaf\nsubject +CN=localhost\nissuer +CN=Test Intermediate.*\nnames +DNS:localhost.*\nkey +EC prime256v1\nserial[^]*\nvalid +\S+ to \S+ \(29 days left\)\nSHA-256 [^]*problem +expires on[^]*2 certificates: 1 CA, 1 leaf/, /^$/, 'inspect', pki.server.certFile],
    [1, /^$/, /no BEGIN CERTIFICATE in it[^]*what to do[^]*CW_TRUST_PEM_INVALID/, 'inspect', broken],
    [1, /^$/, /does not exist/, 'inspect', join(pki.dir, 'nobody.pem')],
    [2, /^$/, /missing required argument/, 'inspect'],
    [1, /^north .* unreachable\n/, /^$/, 'verify', '--conf', absent],
    [2, /^$/, /wrong\.conf:1:\d+: bridges\.mqtt\.north\.servr/, 'verify', '--conf', wrong],
    [2, /^$/, /there is no configuration/, 'verify', '--conf', join(pki.dir, 'nobody.conf')],
    [2, /^$/, /unknown option/, 'verify', '--candidat', broken]
  ]
  for (const [code, out, err, ...args] of codes) t.match(await cli(['trust', ...args]), { code, out, err }, args.join(' '))
})

test('the proof of OCSP is told, and that there is none where soft lets it pass', async t => {
  const pki = await testPki(t)
  const root = issue({ cn: 'Root', ca: true })
  const server = issue({ cn: 'localhost', names: ['localhost'], by: root, ocspUrl: 'http://127.0.0.1:1/' })
  const material = { certPem: server.sent, keyPem: server.key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  const [stapling, silent] = [await tlsRemote(t, material, { staple: ocspReply({ about: server }) }), await tlsRemote(t, material)]
  const ca = await pki.write('ocsp-ca.pem', root.pem)
  const bridge = (name: string, port: number): string => `bridges.mqtt.${name} { server = "tls+mqtt-tcp://localhost:${port}", clientid = c, ssl { cacertfile = "${ca}", ocsp = direct, ocsp_fail = soft } }\n`
  const conf = await pki.write('ocsp.conf', bridge('proven', stapling.port) + bridge('unproven', silent.port))
  const { code, out } = await run(t, ['trust', 'verify', '--conf', conf])
  t.equal(code, 0)
  t.match(out, /proven .* accepted\n.*\n {2}OCSP: CN=localhost is good until \d{4}/)
  t.match(out, /unproven .* accepted\n.*\n {2}warning: whether CN=localhost is revoked is not known from http:\/\/127\.0\.0\.1:1\//)
})
