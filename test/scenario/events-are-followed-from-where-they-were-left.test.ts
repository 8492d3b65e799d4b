/** Server-sent events: what changes as it changes, what was missed after a break, and a bound on those who follow. */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { test } from 'tap'
import { adminFor, type AdminRig } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'

const bridge = 'bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, backoff_max = 1h, forwards = [{ local_topic = "up/#", remote_topic = "" }] }'

interface Followed {
  readonly status: number
  readonly type: string
  /** All that came: id, kind and what it says. */
  readonly events: () => readonly { readonly id: number, readonly kind: string, readonly data: Record<string, unknown> }[]
  readonly leave: () => void
}

async function follow ({ admin }: AdminRig, path = '/api/v1/events', headers: Readonly<Record<string, string>> = {}): Promise<Followed> {
  const asked: ClientRequest = request({ socketPath: admin.controlSocket ?? '', path, headers, agent: false }).end()
  const [response] = await once(asked, 'response') as [IncomingMessage]
  asked.on('error', () => {})
  response.on('error', () => {})
  let text = ''
  response.on('data', (chunk: Buffer) => { text += chunk.toString() })
  return {
    status: response.statusCode ?? 0,
    type: String(response.headers['content-type']),
    events: () => [...text.matchAll(/^id: (\d+)\nevent: (\w+)\ndata: (.*)\n\n/gm)].map(([, id = '', kind = '', data = '']) => ({ id: Number(id), kind, data: JSON.parse(data) as Record<string, unknown> })),
    leave: () => asked.destroy()
  }
}

async function turn ({ ask }: AdminRig, on: boolean): Promise<void> {
  await ask('/api/v4/bridges/switch/north', { method: 'POST', body: { data: { bridge_switch: on } } })
}

test('what changes is told as it changes, and after a break what was missed', async t => {
  const rig = await adminFor(t, bridge)
  const first = await follow(rig)
  t.match(first, { status: 200, type: /^text\/event-stream/ })
  t.same(first.events(), [], 'nothing of before')
  await turn(rig, true)
  await eventually('it fails', () => first.events().some(({ data }) => (data['state'] as { name: string }).name === 'waiting'))
  const told = first.events()
  t.same([...told].map(({ id }) => id).sort((a, b) => a - b), told.map(({ id }) => id), 'in order')
  t.match(told.at(-1), { kind: 'bridge', data: { bridge: 'north', at: Number, state: { name: 'waiting', reason: { code: 'CW_BRIDGE_UNREACHABLE', hint: String } } } })
  first.leave()
  await turn(rig, false)

  const last = told.at(-1)?.id ?? 0
  const again = await follow(rig, '/api/v1/events', { 'last-event-id': String(last) })
  await eventually('it is told', () => again.events().some(({ data }) => (data['state'] as { name: string }).name === 'disabled'))
  t.ok(again.events().every(({ id }) => id > last), 'and nothing twice')
  const other = await follow(rig, '/api/v1/events', { 'last-event-id': '1000000' })
  await eventually('the process that said that id was another one', () => other.events().length >= told.length)
  const recent = await follow(rig, '/api/v1/events?recent=true')
  await eventually('all that is kept', () => recent.events().length >= told.length)
  for (const each of [again, other, recent]) each.leave()
})

test('thirty-two may follow; another one may when one has left', async t => {
  const rig = await adminFor(t, bridge)
  const all = await Promise.all(Array.from({ length: 32 }, async () => follow(rig)))
  t.ok(all.every(({ status }) => status === 200))
  t.match(await rig.ask('/api/v1/events'), { status: 503, json: { code: 102, message: /32 followers/ } })
  all[0]?.leave()
  let next: Followed | null = null
  for (let i = 0; i < 100 && next?.status !== 200; i++) next = await follow(rig)
  t.equal(next?.status, 200)
  next?.leave()
  for (const { leave } of all) leave()
})
