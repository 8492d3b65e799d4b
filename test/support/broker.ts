/** A broker on a free port, with everything in memory and everybody allowed, unless a test says otherwise. */
import type { Test } from 'tap'
import type { LimitsConfig, ListenerConfig, MqttConfig } from '../../src/config/model.ts'
import type { Gatekeeper, Rights } from '../../src/broker/auth/rights.ts'
import { type Broker, startBroker } from '../../src/broker/broker.ts'
import { LocalInterest } from '../../src/broker/local-interest.ts'
import type { SessionStore } from '../../src/broker/session-store.ts'
import { type Logger, silentLogger } from '../../src/logger.ts'
import { BrokerCounters } from '../../src/metrics/broker-counters.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import type { Relay } from '../../src/relay/relay.ts'
import { memoryStore } from './memory-store.ts'

export const testMqtt: MqttConfig = { maxPacketSize: 1024 * 1024, maxMqueueLen: 10_000, keepaliveMultiplier: 1.5, maxInflightWindow: 2048, versions: ['3.1', '3.1.1', '5.0'], maxTopicAlias: 32, serverReference: null, serverMoved: false, responseInformation: null }

export const testLimits: LimitsConfig = {
  maxConnections: 1000,
  maxConnectionsPerAddress: 1000,
  maxConnectRate: 10_000,
  maxConcurrentHandshakes: 100,
  connectTimeoutMs: 5000,
  partialFrameBytes: 16 * 1024 * 1024,
  maxSubscriptionsPerClient: 100,
  maxTopicLevels: 100,
  maxWillSize: 65_536,
  maxQueuedBytesPerSession: 64 * 1024 * 1024,
  maxSessions: 1000,
  sessionExpiryMs: 0,
  maxRetainedMessages: 10_000,
  maxRetainedBytes: 64 * 1024 * 1024,
  maxInboundQos2: 1000,
  maxOwedAcknowledgements: 10_000,
  maxSubscriberBacklogBytes: 4 * 1024 * 1024,
  maxKeepaliveSeconds: 0,
  qos0WaitMs: 1000
}

export const everything: Rights = { publish: () => true, subscribe: () => true, receive: () => true }

export function gatekeeperOf (rights: Rights, denyAction: 'ignore' | 'disconnect' = 'ignore'): Gatekeeper {
  return {
    authenticate: async () => ({ allow: true, rights }),
    exchange: () => null,
    denyAction,
    generation: 1,
    renew: () => ({ allow: true, rights }),
    onReplaced: () => () => {}
  }
}

export interface TestBrokerOptions {
  readonly mqtt?: Partial<MqttConfig>
  readonly limits?: Partial<LimitsConfig>
  readonly listeners?: readonly ListenerConfig[]
  readonly gatekeeper?: Gatekeeper
  readonly relay?: (interest: LocalInterest) => Relay
  readonly store?: (interest: LocalInterest) => SessionStore | Promise<SessionStore>
  readonly logger?: Logger
}

export interface TestBroker {
  readonly broker: Broker
  readonly counters: BrokerCounters
  readonly interest: LocalInterest
  /** Of the first listener. */
  readonly port: number
}

export function tcpListener (overrides: Partial<ListenerConfig> = {}): ListenerConfig {
  return { name: 'tcp', transport: 'tcp', host: '127.0.0.1', port: 0, path: '', tls: null, ...overrides }
}

/** Closed when the test ends. */
export async function brokerFor (t: Test, options: TestBrokerOptions = {}): Promise<TestBroker> {
  const counters = new BrokerCounters()
  const interest = new LocalInterest()
  const relay = options.relay?.(interest) ?? createRelay({ interest, maxTopicLevels: 100 })
  const broker = await startBroker({
    config: {
      listeners: options.listeners ?? [tcpListener()],
      mqtt: { ...testMqtt, ...options.mqtt },
      limits: { ...testLimits, ...options.limits }
    },
    relay,
    interest,
    gatekeeper: options.gatekeeper ?? gatekeeperOf(everything),
    store: await options.store?.(interest) ?? memoryStore(interest),
    counters,
    logger: options.logger ?? silentLogger,
  })
  t.teardown(() => broker.close(0))
  return { broker, counters, interest, port: broker.addresses[0]?.port ?? 0 }
}
