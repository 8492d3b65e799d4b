/** What the tables of mqtt-5.0/ refuse, said to a broker: it answers with the reason code, says nothing more and closes. */
import { test } from 'tap'
import type { AuthenticationExchange, Gatekeeper, ProvenUser } from '../../src/broker/auth/rights.ts'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { packet } from '../support/packets.ts'
import { alias, open5, publish5, reason5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'
import { property } from '../support/scram-client.ts'
import { auth } from './mqtt-5.0/auth.ts'
import { connect } from './mqtt-5.0/connect.ts'
import { control } from './mqtt-5.0/control.ts'
import { publish } from './mqtt-5.0/publish.ts'
import { CHALLENGED, MAX_PACKET, METHOD, RECEIVE_MAXIMUM, type Sequence, WRONG, sequences } from './mqtt-5.0/sequences.ts'
import { statements } from './mqtt-5.0/statements.ts'
import { subscribe } from './mqtt-5.0/subscribe.ts'
import { type Vector5, frameOf } from './mqtt-5.0/vector.ts'

const TABLES: Readonly<Record<string, readonly Vector5[]>> = { connect, publish, subscribe, control, auth }
const CONNACK = 2
const DISCONNECT = 14
const PUBREC = 5
const AUTH = 15
const AT_ONCE = 16

const somebody: ProvenUser = { username: 'somebody', stored: '' }

function exchange (): AuthenticationExchange {
  return {
    next: async data => {
      const said = data.toString()
      if (said === CHALLENGED) return { kind: 'challenge', data: Buffer.from('then') }
      return said === WRONG ? { kind: 'refused', busy: false, username: null, reason: 'wrong' } : { kind: 'proven', data: Buffer.alloc(0), user: somebody }
    }
  }
}

const gatekeeper: Gatekeeper = { ...gatekeeperOf(everything), exchange: method => method === METHOD ? exchange() : null }

const rules = { gatekeeper, mqtt: { maxPacketSize: MAX_PACKET }, limits: { maxInboundQos2: RECEIVE_MAXIMUM } }

/** All that is said after the connection was opened, in short, without AUTH, and PUBREC for what was well said. */
function lastWords (client: RawClient): string[] {
  return client.received.filter(({ type }) => type !== PUBREC && type !== AUTH)
    .map(({ type, body }) => `${type} 0x${(body[type === CONNACK ? 1 : 0] ?? 0).toString(16)}${type === CONNACK && body[0] !== 0 ? ' present' : ''}`)
}

async function saidTo (port: number, { opened, earlier, says }: Pick<Sequence, 'opened' | 'earlier' | 'says'>, clientId: string): Promise<string[]> {
  if (earlier !== undefined) {
    const before = await open5(port, { ...opened, clientId })
    before.send(...earlier)
    await before.ended()
  }
  const client = opened === null ? await RawClient.dial(port) : await open5(port, { ...opened, clientId })
  client.send(...says)
  await client.ended()
  return lastWords(client)
}

async function inTurns<T> (all: readonly T[], work: (one: T, index: number) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += AT_ONCE) await Promise.all(all.slice(i, i + AT_ONCE).map(async (one, j) => work(one, i + j)))
}

for (const [table, vectors] of Object.entries(TABLES)) {
  const refused = vectors.filter(vector => vector.refused !== undefined)
  test(`${table}: ${refused.length} that are refused`, async t => {
    const { port } = await brokerFor(t, rules)
    const properties = [property(0x15, METHOD), property(0x16, 'right')]
    await inTurns(refused, async (vector, i) => {
      const first = vectors === connect
      const words = await saidTo(port, { opened: first ? null : { properties }, says: [frameOf(vector)] }, `w${i}`)
      t.same(words, [`${first ? CONNACK : DISCONNECT} 0x${(vector.refused ?? 0).toString(16)}`], vector.name)
    })
  })
}

test('what can be taken is taken, and the connection goes on', async t => {
  const { port } = await brokerFor(t, rules)
  const taken = [...publish, ...subscribe, ...control].filter(({ refused, first }) => refused === undefined && first >> 4 !== DISCONNECT)
  await inTurns(taken, async (vector, i) => {
    const client = await open5(port, { clientId: `w${i}` })
    client.send(frameOf(vector), packet(0xc0))
    await client.next(13)
    t.notOk(client.closed, vector.name)
    client.destroy()
  })
})

test('sequences', async t => {
  const { port } = await brokerFor(t, rules)
  await inTurns(sequences, async (sequence, i) => {
    const words = await saidTo(port, sequence, `s${i}`)
    t.same(words, sequence.answer === null ? [] : [`${sequence.answer[0]} 0x${sequence.answer[1].toString(16)}`], sequence.name)
  })
})

test('a topic alias where the broker takes none [MQTT-3.2.2-18]', async t => {
  const { port } = await brokerFor(t, { mqtt: { maxTopicAlias: 0 } })
  const client = await open5(port)
  client.send(publish5('a', 'x', { properties: [alias(1)] }))
  t.equal(await reason5(client), 0x94)
})

test('each says which statement it breaks, and each statement is broken by one', async t => {
  const names = [...Object.values(TABLES).flat().filter(({ refused }) => refused !== undefined), ...sequences].map(({ name }) => name)
  t.ok(names.length >= 200, `${names.length} that are refused`)
  const cited = new Set(['3.2.2-18'])
  for (const name of names) {
    t.match(name, /\[(MQTT-)?\d\.\d+/, name)
    for (const [, number = ''] of name.matchAll(/\[MQTT-([\d.]+-\d+)\]/g)) {
      t.ok(number in statements, `${number} is one`)
      cited.add(number)
    }
  }
  t.same(Object.keys(statements).filter(number => !cited.has(number)), [])
})
