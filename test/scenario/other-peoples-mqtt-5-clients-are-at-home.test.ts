/** mqtt.js and the mosquitto clients speak MQTT 5 with the broker. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'

const run = promisify(execFile)

function hasMosquitto (): boolean {
  try {
    execFileSync('mosquitto_pub', ['--help'], { stdio: 'ignore' })
    return true
  } catch (thrown) {
    return thrown instanceof Error && 'status' in thrown && thrown.status !== null // it has no exit code 0 for help
  }
}

test('mqtt.js: properties, request and response, aliases both ways, QoS 2', async t => {
  const { port } = await brokerFor(t)
  const options = { protocolVersion: 5, reconnectPeriod: 0 } as const
  const asks = await connectAsync(`mqtt://127.0.0.1:${port}`, { ...options, autoAssignTopicAlias: true, properties: { topicAliasMaximum: 10, receiveMaximum: 5 } })
  const answers = await connectAsync(`mqtt://127.0.0.1:${port}`, { ...options, autoUseTopicAlias: true, properties: { topicAliasMaximum: 10 } })
  t.teardown(() => Promise.all([asks.endAsync(true), answers.endAsync(true)]))
  await answers.subscribeAsync('ask/#', { qos: 2, properties: { subscriptionIdentifier: 11 } })
  await asks.subscribeAsync('answer/for/me', { qos: 2 })
  answers.on('message', (_topic, payload, { properties }) => {
    t.match(properties, { subscriptionIdentifier: 11, contentType: 'text/plain' })
    answers.publish(properties?.responseTopic ?? '', payload.toString().toUpperCase(), { qos: 1, properties: { correlationData: properties?.correlationData ?? Buffer.alloc(0) } })
  })
  const got: string[] = []
  const all = new Promise<void>(resolve => asks.on('message', (_topic, payload, { properties }) => {
    got.push(`${payload.toString()} ${properties?.correlationData?.toString() ?? ''}`)
    if (got.length === 20) resolve()
  }))
  for (let i = 0; i < 20; i++) {
    await asks.publishAsync('ask/a/question', `q${i}`, { qos: 2, properties: { responseTopic: 'answer/for/me', correlationData: Buffer.from(`c${i}`), contentType: 'text/plain', userProperties: { a: ['1', '2'], b: '3' } } })
  }
  await all
  t.same(got, Array.from({ length: 20 }, (_, i) => `Q${i} c${i}`))
})

test('mosquitto_pub and mosquitto_sub -V 5', { skip: hasMosquitto() ? false : 'mosquitto_pub is not installed' }, async t => {
  const { port } = await brokerFor(t)
  const at = ['-V', '5', '-h', '127.0.0.1', '-p', String(port), '-q', '2']
  await run('mosquitto_pub', [...at, '-t', 'kept', '-m', 'hello', '-r', '-D', 'publish', 'user-property', 'k', 'v', '-D', 'publish', 'content-type', 'text/x', '-D', 'publish', 'message-expiry-interval', '100'])
  const { stdout } = await run('mosquitto_sub', [...at, '-t', 'kept', '-C', '1', '-W', '5', '-F', '%t %p %r %C %P %E'])
  t.match(stdout.trim(), /^kept hello 1 text\/x k:v (100|99)$/)
})
