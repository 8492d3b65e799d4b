import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type MqttClient, connectAsync } from 'mqtt'
import { type Test, test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { type Edge, startEdge } from '../../src/edge.ts'
import type { Logger } from '../../src/logger.ts'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { type Material, type TestPki, testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'

interface Site {
  readonly edge: Edge
  readonly log: readonly LogLine[]
  /** Puts another client CA in its place and waits until it is in use. */
  readonly rotate: (content: string) => Promise<void>
  readonly device: (of: TestPki, material: Material | null, scheme?: string) => Promise<MqttClient>
}

async function site (t: Test, server: TestPki, clients: string, key: string): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-recheck-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const ca = join(dir, 'clients.pem')
  await writeFile(ca, clients)
  const tls = `certfile = "${server.server.certFile}", keyfile = "${server.server.keyFile}", cacertfile = "${ca}", verify_peer = true${key}`
  await writeFile(join(dir, 'edge.conf'), `listeners.ssl { bind = "127.0.0.1:0", ${tls} }\nlisteners.wss { bind = "127.0.0.1:0", ${tls} }\n`)
  const { config } = loadConfig({ file: join(dir, 'edge.conf'), cwd: dir, environment: {} })
  const log: LogLine[] = []
  const logger: Logger = keepingLogger(log)
  const edge = await startEdge({ config, logger, stateDir: null })
  t.teardown(async () => edge.close(500))
  let generation = 1
  return {
    edge,
    log,
    async rotate (content) {
      await writeFile(`${ca}.new`, content)
      await rename(`${ca}.new`, ca)
      generation++
      await eventually('the new CA is in use', () => edge.trust.every(({ status }) => status.generation === generation))
    },
    async device (of, material, scheme = 'mqtts') {
      const port = edge.addresses.find(({ transport }) => transport === (scheme === 'wss' ? 'wss' : 'tls'))?.port ?? 0
      const client = await connectAsync(`${scheme}://localhost:${port}/mqtt`, {
        ca: server.root.certPem, reconnectPeriod: 0, ...(material === null ? {} : { cert: material.certPem, key: material.keyPem })
      }, false)
      client.on('error', () => {})
      t.teardown(async () => client.endAsync(true))
      return client
    }
  }
}

test('on_rotate = recheck: who leads to a CA of now stays, who does not is dropped and not let in again', async t => {
  const old = await testPki(t, { name: 'Old' })
  const next = await testPki(t, { name: 'Next' })
  const { edge, log, rotate, device } = await site(t, old, old.root.certPem + next.root.certPem, ', on_rotate = recheck')
  const [leaving, leavingByWebSocket, staying, bare] = [await device(old, old.client), await device(old, old.client, 'wss'), await device(next, next.client), await device(old, null)]
  await rotate(next.root.certPem)
  await eventually('the old CA is gone, and its devices', () => !leaving.connected && !leavingByWebSocket.connected)
  const told = (kind: string): LogLine[] => log.filter(({ message }) => message.includes(kind))
  await eventually('it is told of both listeners', () => told('connected devices are dropped').length === 2)
  t.match(told('connected devices are dropped'), [{ dropped: 1 }, { dropped: 1 }])
  t.match(edge.trust.find(({ name }) => name === 'ssl')?.history.at(-1), { step: 'cut over', reason: '1 of 3 connected devices are dropped: the CAs of now do not accept their certificates' })
  await staying.publishAsync('x', 'still here', { qos: 1 })
  await bare.publishAsync('x', 'never had one', { qos: 1 })
  await t.rejects(device(old, old.client), 'nor is it let in again')
})

test('on_rotate = keep, the default: later handshakes only', async t => {
  const old = await testPki(t, { name: 'Old' })
  const next = await testPki(t, { name: 'Next' })
  const { rotate, device } = await site(t, old, old.root.certPem, '')
  const connected = await device(old, old.client)
  await rotate(next.root.certPem)
  await t.rejects(device(old, old.client))
  await connected.publishAsync('x', 'still here', { qos: 1 })
})
