/** What `causeway check` prints: everything in force, everything odd, and never a secret. */
import { test } from 'tap'
import { renderReport, reportJson } from '../../../src/config/report.ts'
import { bridgeText, inspectText } from '../../support/config-text.ts'

const plain = { colour: false, width: 120 }

function render (text: string, options = plain): string {
  return renderReport(inspectText(text).report, options)
}

test('each key has its value, its source and its fate', async t => {
  const lines = render(bridgeText('keepalive = 30s\nname = x')).split('\n')
  const row = (key: string): string | undefined => lines.find(line => line.startsWith(`${key} `))?.replaceAll(/ +/g, ' ')
  t.equal(row('bridges.mqtt.b.keepalive'), 'bridges.mqtt.b.keepalive 30s test.conf:6:2 works')
  t.equal(row('bridges.mqtt.b.backoff_max'), 'bridges.mqtt.b.backoff_max 60s default works')
  t.equal(row('bridges.mqtt.b.name'), 'bridges.mqtt.b.name x test.conf:7:1 no effect')
  t.equal(row('bridges.mqtt.b.ssl.cacertfile'), 'bridges.mqtt.b.ssl.cacertfile "/site/ca.pem" test.conf:3:8 works')
  t.equal(row('listeners'), 'listeners tcp { bind = "0.0.0.0:1883" } default works')
  t.match(lines.at(-2), /^can be started on: no problem, 1 warning$/)
})

test('a problem is shown with its line, and its key is refused', async t => {
  const shown = render(bridgeText('proto_ver = 3'))
  t.match(shown, /bridges\.mqtt\.b\.proto_ver +3 +test\.conf:6:2 +refused/)
  t.match(shown, /problems \(1\)\n {2}bridges\.mqtt\.b\.proto_ver: .* {2}test\.conf:6:2\n {6} proto_ver = 3\n {6} \^\n {4}what to do: Write proto_ver = 4/)
  t.match(shown, /refused: 1 problem\n$/)
})

test('the width of the terminal is kept where it can be', async t => {
  const long = bridgeText(`clientid = ${'c'.repeat(200)}`)
  const table = (width: number): readonly string[] => render(long, { colour: false, width }).split('\n').filter(line => / works$/.test(line))
  t.ok(table(120).every(line => line.length <= 120), 'cut with an ellipsis')
  t.ok(table(120).some(line => line.includes('c…')))
  t.ok(table(400).some(line => line.includes('c'.repeat(200))))
})

test('colour is only colour', async t => {
  const text = bridgeText('proto_ver = 3\nname = x')
  // eslint-disable-next-line no-control-regex -- the escapes are what is looked for
  t.equal(render(text, { colour: true, width: 120 }).replaceAll(/\u001b\[\d+m/g, ''), render(text))
})

test('control characters can not reach the terminal', async t => {
  const shown = render('"a\u001b[31m" = 1\nbridges.mqtt."b\\u0007" { }')
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  t.notMatch(shown, /[\u0000-\u0009\u000b-\u001f]/)
})

test('JSON says the same', async t => {
  const { report } = inspectText(bridgeText('proto_ver = 3\nname = x'))
  const json: unknown = JSON.parse(JSON.stringify(reportJson(report)))
  t.match(json, {
    file: 'test.conf',
    ok: false,
    warnings: [{ key: 'bridges.mqtt.b.name', place: { file: 'test.conf', line: 7, column: 1 } }],
    problems: [{ key: 'bridges.mqtt.b.proto_ver', place: { line: 6 }, hint: 'Write proto_ver = 4' }]
  })
  const keys = (json as { keys: { key: string }[] }).keys
  t.equal(keys.length, report.entries.length)
  t.match(keys.find(({ key }) => key === 'bridges.mqtt.b.enable'), { value: 'true', source: 'default', place: null, fate: 'works' })
})

/** Each text holds the secret once, in a place where it is told in some way. */
const secret = 'hunter2hunter2'
const secretive: Readonly<Record<string, string>> = {
  'a password': bridgeText(`username = u\npassword = ${secret}`),
  'a password without a user name': bridgeText(`password = ${secret}`),
  'a password that is a list': bridgeText(`password = [${secret}]`),
  'a password that is a block': bridgeText(`password { x = ${secret} }`),
  'a misspelt password': bridgeText(`pasword = ${secret}`),
  'a badly misspelt password': bridgeText(`pw = ${secret}`),
  'an unknown block': `mine { inner { pw = ${secret}, x = 1 } }`,
  'a passphrase': bridgeText('', `key_password = ${secret}`),
  'a user': `auth.password { a = ${secret}, b = [x] }`,
  'a user in a wrong form': `auth.password = [${secret}]`,
  'a broken hash': `auth.password { a = "scrypt$${secret}" }`,
  'the URL of a remote': `bridges.mqtt.b { server = "mqtt-tcp://u:${secret}@h:1" }`,
  'the URL of a server': `auth.http_auth.auth_req { url = "http://u:${secret}@h/" }`,
  'a header': `auth.http_auth.auth_req { url = "http://h/", headers { X-Key = ${secret} }, nonsense = 1 }`,
  'a parameter': `auth.http_auth.auth_req { url = "http://h/", params { k = ${secret} } }`,
  'a name of one\'s own': `vars { k = ${secret}, l = [1] }`,
  'the HTTP interface': `http_server { password = ${secret} }`,
  'a webhook': `webhook { headers { k = ${secret} }, secret = ${secret}, ssl { key_password = ${secret} } }`,
  'a webhook whose path is a token': `webhook { url = "http://h/${secret}", nonsense = 1 }`,
  'a webhook whose URL has a password': `webhook { url = "http://u:${secret}@h/" }`,
  'a disabled bridge': `bridges.mqtt.b { enable = false, server = "mqtt-quic://u:${secret}@h:1", password = ${secret} }`,
  'a syntax error behind it': `auth.password { a = ${secret} \n b = = }`
}

test('no secret is ever shown, nor how long it is', async t => {
  for (const [name, text] of Object.entries(secretive)) {
    const shorter = text.replaceAll(secret, 'xY')
    const shown = (each: string): string => {
      try {
        const { report } = inspectText(each)
        return renderReport(report, plain) + JSON.stringify(reportJson(report)) + JSON.stringify(report.problems.map(problem => problem.excerpt))
      } catch (thrown) {
        return String(thrown)
      }
    }
    t.notMatch(shown(text), secret, name)
    const unplaced = (each: string): string => shown(each).replaceAll(/:\d+:\d+|"column":\d+| {2,}/g, '')
    t.equal(unplaced(text), unplaced(shorter), `${name}: its length shows nowhere`)
  }
})
