/** CONNECT as the configuration wants it, in the words of mqtt.js. */
import type { IClientOptions } from 'mqtt'
import type { BridgeConfig, ConnProperties, WillConfig, WillProperties } from '../../config/model.ts'
import { willOf } from './presence.ts'
import { SubscribeIds } from './subscribe-ids.ts'

/** What an MQTT 5 remote may have under way to us: the brake on the downlink. */
const RECEIVE_MAXIMUM = 1000
/** A session that does not expire. */
const NEVER = 0xffffffff

/** @param maximumPacketSize the largest packet that is read */
export function connectOptions (config: BridgeConfig, clientId: string, maximumPacketSize: number): IClientOptions {
  const { protoVer } = config
  const will = willOf(config, clientId)
  return {
    protocolId: 'MQTT',
    protocolVersion: protoVer,
    clientId,
    // who has no name has no session to go on with; it lasts as long all the same, and is found by the name that is assigned
    clean: config.cleanStart || clientId === '',
    keepalive: config.keepaliveSeconds,
    connectTimeout: config.connectTimeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // for a sidecar: beside a broker of our own it is off already (broker/edge-broker.ts)
    writeCache: false,
    messageIdProvider: new SubscribeIds(),
    ...present({ username: config.username, password: config.password }),
    ...(will === null ? {} : { will: inWordsOfMqttJs(will, protoVer) }),
    ...(protoVer === 5 ? { properties: connectProperties(config.connProperties, config.cleanStart, maximumPacketSize) } : {})
  }
}

function connectProperties (given: ConnProperties | null, cleanStart: boolean, maximumPacketSize: number): NonNullable<IClientOptions['properties']> {
  return {
    receiveMaximum: given?.receiveMaximum ?? RECEIVE_MAXIMUM,
    maximumPacketSize,
    ...present({
      // a session of MQTT 5 ends with its connection unless it is asked for longer
      sessionExpiryInterval: given?.sessionExpirySeconds ?? (cleanStart ? null : NEVER),
      requestResponseInformation: given?.requestResponseInformation === true ? true : null,
      requestProblemInformation: given?.requestProblemInformation === false ? false : null,
      userProperties: pairs(given?.userProperties)
    })
  }
}

function inWordsOfMqttJs (will: WillConfig, level: 4 | 5): NonNullable<IClientOptions['will']> {
  const { topic, payload, qos, retain, properties } = will
  return { topic, payload: Buffer.from(payload), qos, retain, ...(level === 5 && properties !== null ? { properties: ofWill(properties) } : {}) }
}

function ofWill (given: WillProperties): NonNullable<NonNullable<IClientOptions['will']>['properties']> {
  return present({
    payloadFormatIndicator: given.payloadFormatIndicator,
    messageExpiryInterval: given.messageExpirySeconds,
    contentType: given.contentType,
    responseTopic: given.responseTopic,
    correlationData: given.correlationData === null ? null : Buffer.from(given.correlationData),
    willDelayInterval: given.willDelaySeconds,
    userProperties: pairs(given.userProperties)
  })
}

/** null: there are none. */
export function pairs (properties: Readonly<Record<string, string>> | undefined): Record<string, string> | null {
  return properties === undefined || Object.keys(properties).length === 0 ? null : { ...properties }
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> }

/** Without what is null. */
export function present<T extends object> (values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Present<T>
}
