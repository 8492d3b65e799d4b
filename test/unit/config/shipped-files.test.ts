/** Every file in config/ can be started on as it is. */
import { readdirSync } from 'node:fs'
import { test } from 'tap'
import { loadConfig } from '../../../src/config/load.ts'
import { packageRoot } from '../../../src/package.ts'

const folder = new URL('config/', packageRoot)
const cwd = '/site'

function load (name: string, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof loadConfig> {
  return loadConfig({ file: new URL(name, folder).pathname, cwd, environment })
}

test('nothing in them is refused or warned of', async t => {
  const names = readdirSync(folder).filter(name => name.endsWith('.conf'))
  t.ok(names.length >= 4)
  // what is only meant to be run with its variables gets them
  const environment = { CAUSEWAY_STATE: '/s', CAUSEWAY_DEMO_PORT: '1', CAUSEWAY_DEMO_REMOTE_PORT: '2' }
  for (const name of names) t.same(load(name, environment).report.warnings, [], name)
})

test('the quickstart, with its defaults', async t => {
  const { config } = load('quickstart.conf')
  t.match(config.listeners, [{ host: '127.0.0.1', port: 1883 }])
  t.match(config.bridges, [{ name: 'demo', cleanStart: false, server: { secure: true, host: 'localhost', port: 8883 }, tls: { cacertfile: '/site/.causeway/certs/ca.pem' } }])
  t.match(config.bridges[0]?.forwards, [{ localTopic: 'demo/#', remoteTopic: '' }])
  t.match(config.bridges[0]?.subscription, [{ remoteTopic: 'cmd/#', localTopic: '', subscribeQos: 1 }])
})

test('the quickstart, told where', async t => {
  const { config } = load('quickstart.conf', { CAUSEWAY_DEMO_PORT: '11883', CAUSEWAY_DEMO_REMOTE_PORT: '18883', CAUSEWAY_STATE: '/tmp/state' })
  t.match(config.listeners, [{ port: 11_883 }])
  t.match(config.bridges, [{ server: { port: 18_883 }, tls: { cacertfile: '/tmp/state/certs/ca.pem' } }])
})

test('the others have what they are named for', async t => {
  t.match(load('tls-bridge.conf').config.bridges, [{ tls: { certfile: null } }])
  const { config } = load('mutual-tls.conf', { EDGE_KEY_PASSWORD: 's' })
  t.match(config.listeners, [{ tls: { verifyPeer: true, failIfNoPeerCert: true } }])
  t.match(config.bridges, [{ tls: { certfile: '/etc/causeway/edge-1.pem', keyPassword: 's' } }])
  t.equal(load('mutual-tls.conf').config.bridges[0]?.tls?.keyPassword, null)
  t.match(load('two-bridges.conf').config.bridges, [{ required: true, durability: 'remote' }, { required: false, durability: 'memory' }])
})
