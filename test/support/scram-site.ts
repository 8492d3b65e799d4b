/** A broker that asks for SCRAM-SHA-256, and clients that have come so far in an exchange with it. */
import type { Test } from 'tap'
import { AuthGatekeeper } from '../../src/broker/auth/gatekeeper.ts'
import { makeScramSecret } from '../../src/broker/auth/scram-secret.ts'
import { makeScryptHash } from '../../src/broker/auth/scrypt-hash.ts'
import { silentLogger } from '../../src/logger.ts'
import { authConfig } from './auth-config.ts'
import { type LogLine, keepingLogger } from './bridge-rig.ts'
import { brokerFor } from './broker.ts'
import type { Connect5 } from './packets-5.ts'
import { RawClient } from './raw-client.ts'
import { AUTH, METHOD, answer, auth, proofIn, signIn } from './scram-client.ts'

/** Stored as SCRAM, as plain text, and as scrypt, which can not be used here. */
export const scramUsers = async (): Promise<{ username: string, password: string }[]> => [
  { username: 'ann', password: await makeScramSecret('pencil') },
  { username: 'bob', password: 'plain text' },
  { username: 'old', password: await makeScryptHash('scrypt') }
]

/** Has said who it wants to be, and is asked to prove it. */
export async function challenged (port: number, username: string, options: Connect5 = {}): Promise<{ client: RawClient, challenge: string }> {
  const client = await RawClient.dial(port)
  client.send(signIn(username, options))
  const asked = await client.next(AUTH)
  if (asked.body[0] !== 0x18) throw new Error('AUTH that does not ask on') // [MQTT-4.12.0-2]
  return { client, challenge: proofIn(asked, 1).data }
}

/** CONNACK of one that is not let in, as hexadecimal digits. */
export async function refusedWith (client: RawClient): Promise<string> {
  const { body } = await client.next(2)
  await client.ended()
  return body.toString('hex')
}

/** Has proven itself, and the broker itself to it. */
export async function entered (port: number, username: string, password: string, options: Connect5 = {}): Promise<RawClient> {
  const { client, challenge } = await challenged(port, username, options)
  const { final, expected } = answer(username, password, challenge)
  client.send(auth(0x18, final))
  const connack = await client.next(2)
  if (connack.body[1] !== 0) throw new Error(`CONNACK ${connack.body[1] ?? -1}`)
  const said = proofIn(connack, 2)
  if (said.method !== METHOD || said.data !== expected) throw new Error('the broker did not prove itself')
  return client
}

export async function scramSite (t: Test, limits = {}): Promise<{ port: number, gatekeeper: AuthGatekeeper, log: LogLine[] }> {
  const log: LogLine[] = []
  const gatekeeper = new AuthGatekeeper(authConfig({ allowAnonymous: false, users: await scramUsers() }), { logger: silentLogger })
  t.teardown(() => gatekeeper.close())
  const { port } = await brokerFor(t, { gatekeeper, limits, logger: keepingLogger(log) })
  return { port, gatekeeper, log }
}
