/** From a file to a configuration: which file, frozen through and through, all faults in one error. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { missingFiles, withMissingFiles } from '../../../src/config/certificate-files.ts'
import { ineffectiveVariables, readEnvironment } from '../../../src/config/environment.ts'
import { ConfigError, ConfigInvalidError } from '../../../src/config/errors.ts'
import { ConfigSyntaxError } from '../../../src/config/hocon/read.ts'
import { inspectConfig, loadConfig } from '../../../src/config/load.ts'
import { locateConfig } from '../../../src/config/locate.ts'
import { bridgeText } from '../../support/config-text.ts'

function frozen (value: unknown): boolean {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
}

test('a configuration is frozen through and through, and so is its report', async t => {
  const cwd = t.testdir({ 'a.conf': bridgeText('subscription = [{ remote_topic = c, local_topic = "" }]') + '\nauth { password { a = b }, http_auth.auth_req { url = "http://x", params { u = "%u" } } }' })
  const { config, report } = loadConfig({ file: 'a.conf', cwd, environment: {} })
  t.ok(frozen(config))
  t.ok(frozen(report))
  t.equal(config.file, join(cwd, 'a.conf'))
  t.equal(report.file, 'a.conf')
  t.same(report.files, [join(cwd, 'a.conf')])
  t.throws(() => { Object.assign(config.mqtt, { maxPacketSize: 1 }) }, TypeError)
  t.equal(config.bridges[0]?.tls?.cacertfile, join(cwd, 'ca.pem'), 'relative to the working directory')
})

test('a second load is not touched by the first', async t => {
  const cwd = t.testdir({ 'a.conf': '' })
  const options = { file: 'a.conf', cwd, environment: {} }
  t.same(loadConfig(options).config, loadConfig(options).config)
})

test('all that is refused is in one error', async t => {
  const cwd = t.testdir({ 'a.conf': 'mqtt.max_mqueue_len = x\nbridges.mqtt.b { proto_ver = 3 }\n' })
  const thrown = t.throws(() => loadConfig({ file: 'a.conf', cwd, environment: {} }))
  t.ok(thrown instanceof ConfigInvalidError && thrown instanceof ConfigError)
  if (!(thrown instanceof ConfigInvalidError)) return
  t.equal(thrown.code, 'CW_CONFIG_INVALID')
  t.same(thrown.message.split('\n').map(line => line.trim().slice(0, 42)), [
    'a.conf: 3 problems',
    'a.conf:1:6: mqtt.max_mqueue_len: must be a',
    'a.conf:2:14: bridges.mqtt.b.server: is mis',
    'a.conf:2:18: bridges.mqtt.b.proto_ver: MQT'
  ])
  t.equal(thrown.report.problems.length, 3)
})

test('a text that is not HOCON: an error to those who load, a problem to those who inspect', async t => {
  const cwd = t.testdir({ 'a.conf': 'mqtt {\n max = \n}}\n' })
  const options = { file: 'a.conf', cwd, environment: {} }
  t.ok(t.throws(() => loadConfig(options)) instanceof ConfigSyntaxError)
  const { config, report } = inspectConfig(options)
  t.equal(config, null)
  t.equal(report.problems.length, 1)
  t.equal(report.problems[0]?.place?.file, 'a.conf')
  t.ok(report.problems[0]?.excerpt.includes('^'))
  t.notMatch(report.problems[0]?.message, /a\.conf/, 'the place is apart')
})

test('a file that is not there is an error to both', async t => {
  const options = { file: 'none.conf', cwd: t.testdir({}), environment: {} }
  t.throws(() => loadConfig(options), { code: 'CW_CONFIG_UNREADABLE' })
  t.throws(() => inspectConfig(options), { code: 'CW_CONFIG_UNREADABLE' })
})

test('what stands in included files has its place there', async t => {
  const cwd = t.testdir({ 'a.conf': 'include "b.conf"\n', 'b.conf': '\nmqtt.max_mqueue = 5\n' })
  const { report } = inspectConfig({ file: 'a.conf', cwd, environment: {} })
  t.match(report.problems, [{ path: 'mqtt.max_mqueue', place: { file: 'b.conf', line: 2, column: 6 }, hint: 'Did you mean "max_mqueue_len"?' }])
  t.equal(report.files.length, 2)
})

test('which file', async t => {
  const both = { CAUSEWAY_CONF: 'c.conf', NANOMQ_CONF_PATH: '/n.conf' }
  t.same(locateConfig('x.conf', '/site', both), { file: '/site/x.conf', by: '--conf' })
  t.same(locateConfig(undefined, '/site', both), { file: '/site/c.conf', by: 'CAUSEWAY_CONF' })
  t.same(locateConfig('', '/site', { CAUSEWAY_CONF: '', NANOMQ_CONF_PATH: '/n.conf' }), { file: '/n.conf', by: 'NANOMQ_CONF_PATH' })
  t.same(locateConfig(undefined, '/site', {}), { file: '/etc/nanomq.conf', by: 'default' })
})

test('variables that configure NanoMQ in a container are named, since they do nothing here', async t => {
  t.same(ineffectiveVariables({ NANOMQ_TLS_ENABLE: 'true', NANOMQ_CONF_PATH: '/x', PATH: '/bin', NANOMQ_LOG_LEVEL: 'debug' }), ['NANOMQ_LOG_LEVEL', 'NANOMQ_TLS_ENABLE'])
  const cwd = t.testdir({ 'a.conf': '' })
  t.match(loadConfig({ file: 'a.conf', cwd, environment: { NANOMQ_TLS_ENABLE: 'true' } }).report.warnings, [{ path: '', message: /NANOMQ_TLS_ENABLE has no effect/ }])
  t.equal(readEnvironment()['PATH'], process.env['PATH'])
  t.ok(Object.isFrozen(readEnvironment()))
})

test('certificate files that can not be read are problems at the keys that name them', async t => {
  const cwd = t.testdir({ 'ca.pem': 'x', dir: {} })
  writeFileSync(join(cwd, 'a.conf'), bridgeText('', 'certfile = dir\nkeyfile = none.pem') + '\nbridges.mqtt.off { enable = false, server = "tls+mqtt-tcp://h:1", ssl.cacertfile = none }')
  const { config, report } = loadConfig({ file: 'a.conf', cwd, environment: {} })
  t.match(missingFiles(config, report), [
    { path: 'bridges.mqtt.b.ssl.certfile', place: { line: 4, column: 2 }, message: /is a directory/ },
    { path: 'bridges.mqtt.b.ssl.keyfile', place: { line: 5, column: 1 }, message: /can not be read: ENOENT/ }
  ])
  const checked = withMissingFiles(config, report)
  t.equal(checked.problems.length, 2)
  t.match(checked.entries.filter(entry => entry.fate === 'refused').map(entry => entry.path), ['bridges.mqtt.b.ssl.certfile', 'bridges.mqtt.b.ssl.keyfile'])
})
