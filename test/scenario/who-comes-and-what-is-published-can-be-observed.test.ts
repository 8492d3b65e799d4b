import { test } from 'tap'
import { connectAsync } from 'mqtt'
import { adminFor } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'

test('devices are told of as they come, are refused and go', async t => {
  const { edge, mqttPort } = await adminFor(t, 'auth { allow_anonymous = false, password { ada = lovelace } }')
  const seen: string[] = []
  const leave = edge.onDevice(event => seen.push(`${event.device.clientId} ${event.kind}${event.kind === 'disconnected' ? ` ${event.orderly}` : ''}`))
  const url = `mqtt://127.0.0.1:${mqttPort}`
  const login = { username: 'ada', password: 'lovelace', reconnectPeriod: 0 }
  await (await connectAsync(url, { ...login, clientId: 'polite' })).endAsync()
  const rude = await connectAsync(url, { ...login, clientId: 'rude', protocolVersion: 5 })
  rude.stream.destroy()
  await t.rejects(connectAsync(url, { ...login, password: 'wrong', clientId: 'stranger' }))
  await eventually('all three are told of', () => seen.length === 5)
  t.same([...seen].sort(), ['polite connected', 'polite disconnected true', 'rude connected', 'rude disconnected false', 'stranger refused'])
  leave()
  await (await connectAsync(url, { ...login, clientId: 'later' })).endAsync()
  t.equal(seen.length, 5, 'nobody is told any more')
})

test('a message is seen once, whoever else wants it, and $SYS only when asked for', async t => {
  const { edge, mqttPort } = await adminFor(t)
  const seen: [string, string, string | null][] = []
  const leave = edge.observe(['#', 'a/+', 'a/b'], ({ topic, payload, clientId }) => seen.push([topic, String(payload), clientId]))
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { clientId: 'p', reconnectPeriod: 0 })
  await client.publishAsync('a/b', '1', { qos: 1 })
  await client.publishAsync('a/b', '2', { qos: 0 })
  await client.publishAsync('c', '3', { qos: 2 })
  await edge.publish({ topic: '$SYS/x', payload: Buffer.from('4'), qos: 0, retain: false }, null)
  await edge.publish({ topic: 'e', payload: Buffer.from('5'), qos: 0, retain: false }, null)
  t.same(seen, [['a/b', '1', 'p'], ['a/b', '2', 'p'], ['c', '3', 'p'], ['e', '5', null]])
  leave()
  await client.publishAsync('a/b', '6', { qos: 1 })
  t.equal(seen.length, 4)
  await client.endAsync()
})
