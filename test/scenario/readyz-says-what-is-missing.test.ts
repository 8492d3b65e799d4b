/** `/healthz` says that the process lives; `/readyz` that devices can come in and, where that is asked for, that each required bridge is up. */
import { test } from 'tap'
import { adminFor } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { scriptedRemote } from '../support/scripted-remote.ts'

const http = (ready: string): string => `http_server { port = 0, username = ada, password = lovelace, ready = ${ready} }\n`
const bridge = (name: string, port: number, more = ''): string => `bridges.mqtt.${name} { server = "mqtt-tcp://127.0.0.1:${port}", clientid = ${name}, ${more} }\n`

test('with ready = bridges it waits for each bridge that is required and enabled', async t => {
  const remote = await scriptedRemote(t)
  const { ask, edge } = await adminFor(t, http('bridges') + bridge('north', remote.port) + bridge('spare', 1, 'required = false') + bridge('off', 1, 'enable = false'))
  t.match(await ask('/readyz', { by: 'http' }), { status: 503, json: { status: 'not ready', waiting: ['bridges'] } })
  t.match(await ask('/healthz', { by: 'http' }), { status: 200, json: { status: 'ok' } })
  const link = await remote.connection()
  await link.accept()
  await eventually('north is up', () => edge.bridges[0]?.state.name === 'up')
  t.match(await ask('/readyz', { by: 'http' }), { status: 200, json: { status: 'ready' } })
  link.socket.destroy()
  await eventually('north is down', () => edge.bridges[0]?.state.name !== 'up')
  t.equal((await ask('/readyz', { by: 'http' })).status, 503, 'and again when it is gone')
})

test('with ready = listeners a link that is down is nothing that devices wait for', async t => {
  const { ask } = await adminFor(t, http('listeners') + bridge('north', 1))
  t.match(await ask('/readyz', { by: 'http' }), { status: 200, json: { status: 'ready' } })
})
