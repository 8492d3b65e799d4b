/** Which limits a reload brings into force, and which need a restart. The compiler asks for a row where a limit is new. */
import type { LimitsConfig, MqttConfig } from '../config/model.ts'
import { isSame } from './same-meaning.ts'

type Treatment = 'live' | 'fixed'

const limits: { readonly [P in keyof LimitsConfig]: Treatment } = {
  maxConnections: 'live',
  maxConnectionsPerAddress: 'live',
  maxConnectRate: 'live',
  maxConcurrentHandshakes: 'live',
  connectTimeoutMs: 'live',
  maxWillSize: 'live',
  maxSubscriberBacklogBytes: 'live',
  maxOwedAcknowledgements: 'live',
  maxKeepaliveSeconds: 'live',
  qos0WaitMs: 'live',
  // stores and tables were made with these
  partialFrameBytes: 'fixed',
  maxSubscriptionsPerClient: 'fixed',
  maxTopicLevels: 'fixed',
  maxQueuedBytesPerSession: 'fixed',
  maxSessions: 'fixed',
  sessionExpiryMs: 'fixed',
  maxRetainedMessages: 'fixed',
  maxRetainedBytes: 'fixed',
  maxInboundQos2: 'fixed'
}

const mqtt: { readonly [P in keyof MqttConfig]: Treatment } = {
  keepaliveMultiplier: 'live',
  maxInflightWindow: 'live',
  maxPacketSize: 'fixed',
  versions: 'fixed',
  maxTopicAlias: 'live',
  serverReference: 'live',
  serverMoved: 'live',
  responseInformation: 'live',
  maxMqueueLen: 'fixed'
}

export function fixedLimits (before: LimitsConfig, after: LimitsConfig): (keyof LimitsConfig)[] {
  return (Object.keys(limits) as (keyof LimitsConfig)[]).filter(key => limits[key] === 'fixed' && before[key] !== after[key])
}

export function fixedMqtt (before: MqttConfig, after: MqttConfig): (keyof MqttConfig)[] {
  return (Object.keys(mqtt) as (keyof MqttConfig)[]).filter(key => mqtt[key] === 'fixed' && !isSame(before[key], after[key]))
}
