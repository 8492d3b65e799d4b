import { parser } from 'mqtt-packet'
import type { IConnectPacket, ISubscribePacket, Packet } from 'mqtt-packet'
import { test } from 'tap'
import type { WillConfig } from '../../src/config/model.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'

function read (frame: Buffer): Packet | undefined {
  const reader = parser({ protocolVersion: 5 })
  const found: Packet[] = []
  reader.on('packet', packet => { found.push(packet) })
  reader.parse(frame)
  return found[0]
}

const will: WillConfig = {
  topic: 'site/gone',
  payload: 'bye',
  qos: 1,
  retain: true,
  properties: {
    payloadFormatIndicator: true,
    messageExpirySeconds: 60,
    contentType: 'text/plain',
    responseTopic: 'site/who',
    correlationData: 'c7',
    willDelaySeconds: 5,
    userProperties: { site: '17' }
  }
}

test('will, CONNECT and SUBSCRIBE carry them', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, {
    protoVer: 5,
    will,
    connProperties: {
      sessionExpirySeconds: 3600, receiveMaximum: 7, maximumPacketSize: 5000, requestProblemInformation: false, requestResponseInformation: true, userProperties: { a: '1' }
    },
    subProperties: { identifier: 21, userProperties: { b: '2' } },
    subscription: [downRule('cmd/#', '')]
  }))
  const connection = await remote.connection()
  const connect = read(await connection.accept(false, 5)) as IConnectPacket
  t.match(connect.properties, {
    sessionExpiryInterval: 3600, receiveMaximum: 7, maximumPacketSize: 5000, requestProblemInformation: false, requestResponseInformation: true, userProperties: { a: '1' }
  })
  t.match(connect.will, { topic: 'site/gone', qos: 1, retain: true })
  t.match(connect.will?.properties, {
    payloadFormatIndicator: true, messageExpiryInterval: 60, contentType: 'text/plain', responseTopic: 'site/who', correlationData: Buffer.from('c7'), willDelayInterval: 5, userProperties: { site: '17' }
  })
  const subscribe = read(await connection.next(type.SUBSCRIBE)) as ISubscribePacket
  t.match(subscribe.properties, { subscriptionIdentifier: 21, userProperties: { b: '2' } })
  t.match(subscribe.subscriptions, [{ topic: 'cmd/#', nl: true }])
  await north.bridge.stop()
})

test('a remote of 3.1.1 gets none', async t => {
  const remote = await scriptedRemote(t)
  rig(t, bridgeConfig(remote.port, { will }))
  const connection = await remote.connection()
  const connect = await connection.accept()
  t.equal(connect.includes('site/gone'), true)
  t.equal(connect.includes('text/plain'), false)
})
