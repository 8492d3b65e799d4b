import { networkInterfaces } from 'node:os'
import { test } from 'tap'
import { scriptedRemote } from '../support/scripted-remote.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'

const tcp = { nodelay: true, keepalive: true, keepidleMs: 1000, bindInterface: null }
const [loopback] = Object.entries(networkInterfaces()).find(([, addresses]) => addresses?.some(each => each.internal && each.family === 'IPv4')) ?? []

test('by its name', { skip: loopback === undefined ? 'no loopback interface' : false }, async t => {
  const remote = await scriptedRemote(t)
  rig(t, bridgeConfig(remote.port, { tcp: { ...tcp, bindInterface: loopback ?? '' } }))
  const connection = await remote.connection()
  await connection.accept()
  t.equal(connection.socket.remoteAddress, '127.0.0.1')
})

test('an interface that is not there is said, and tried again', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { tcp: { ...tcp, bindInterface: 'gone0' } }))
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_UNREACHABLE', message: /bind_interface = gone0 has no IPv4 address now/ } })
  t.equal(remote.count, 0, 'and no other way is taken')
})
