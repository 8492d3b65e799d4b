/** Conversations in MQTT 5 that are held with this broker and with mosquitto 2.0.11, and whether both answer the same. */
import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { brokerFor } from './broker.ts'
import { mosquittoMissing, startMosquitto } from './mosquitto.ts'
import { codes5, delivery5, open5, subscribe5 } from './packets-5.ts'
import { packet } from './packets.ts'
import { RawClient } from './raw-client.ts'

export type Conversation = (port: number) => Promise<readonly (string | number)[]>

/** Says bytes on a new connection, after CONNECT unless they are one; answers how the broker ends it, or that it goes on. */
export function ends (bytes: Buffer): Conversation {
  return async port => {
    const client = bytes[0] === 0x10 ? await RawClient.dial(port) : await open5(port, { clientId: 'wrong' })
    client.send(bytes, ...bytes[0] === 0x10 ? [] : [packet(0xc0)])
    const answered = (): boolean => client.received.some(({ type, body }) => type === 13 || (type === 2 && body[1] === 0))
    await client.until(() => client.closed || answered(), 'the end of the connection, or an answer')
    if (!client.closed && answered()) return ['goes on']
    return client.received.filter(({ type }) => type === 2 || type === 14).map(({ type, body }) => `${type === 2 ? 'CONNACK' : 'DISCONNECT'} 0x${(body[type === 2 ? 1 : 0] ?? 0).toString(16)}`)
  }
}

/** A subscriber that has these filters, and a sender. */
export async function pair (port: number, filters: readonly (readonly [string, number])[], ...properties: readonly (readonly number[])[]): Promise<{ five: RawClient, sender: RawClient, codes: number[] }> {
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, filters, ...properties))
  const codes = await codes5(five)
  return { five, codes, sender: await open5(port, { clientId: 'sender' }) }
}

/** What has come before the answer to PINGREQ, in order. */
export async function heard (client: RawClient, count: number): Promise<string[]> {
  await client.until(() => client.received.filter(({ type }) => type === 3).length >= count, `${count} messages`)
  client.send(packet(0xc0))
  await client.next(13)
  return client.received.filter(({ type }) => type === 3).map(one => {
    const { topic, payload, qos, retain, properties } = delivery5(one)
    return `${topic} ${payload} ${qos} ${retain ? 'retained ' : ''}${properties}`
  })
}

/** Ours and mosquitto's, with the reason. */
export type Differences = Readonly<Record<string, { readonly ours: readonly (string | number)[], readonly theirs: readonly (string | number)[], readonly why: string }>>

/** Other versions have other differences. */
const VERSION = '2.0.11'
const isOther = mosquittoMissing === false && !spawnSync('mosquitto', ['-h'], { encoding: 'utf8' }).stdout.includes(`version ${VERSION}`)

/** Why they can not be held; false: they can. */
export const mosquittoIsOther: string | false = isOther ? `mosquitto is not ${VERSION}` : mosquittoMissing

/** Where both answer differently, that must be known. */
export async function hold (t: Test, conversations: Readonly<Record<string, Conversation>>, differences: Differences): Promise<void> {
  const { port } = await brokerFor(t)
  const mosquitto = await startMosquitto(t)
  for (const [what, conversation] of Object.entries(conversations)) {
    const answers = await Promise.all([port, mosquitto.port].map(async each => conversation(each)))
    const [ours = [], theirs = []] = answers
    const known = differences[what]
    if (known === undefined) t.same(ours, theirs, what)
    else t.match({ ours, theirs }, { ours: known.ours, theirs: known.theirs }, `${what}: ${known.why}`)
  }
}
