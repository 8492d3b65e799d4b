/** A bridge on a relay of its own, without a broker: messages are offered as frames, what comes down is kept. */
import { EventEmitter, once } from 'node:events'
import type { BridgeConfig } from '../../src/config/model.ts'
import { startBridge } from '../../src/bridge/bridge.ts'
import type { Bridge } from '../../src/bridge/bridge.ts'
import type { BridgeOptions } from '../../src/bridge/bridge-options.ts'
import type { BridgeStateName } from '../../src/bridge/bridge-state.ts'
import type { Logger } from '../../src/logger.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import type { BridgeRelay } from '../../src/relay/bridge-relay.ts'
import type { LocalMessage } from '../../src/relay/local-delivery.ts'
import type { Receipts } from '../../src/relay/receipts.ts'
import { Admission } from '../../src/relay/relay.ts'
import { noDemands } from '../../src/trust/peer/demands.ts'
import { createTrustSnapshot } from '../../src/trust/snapshot.ts'
import type { TestPki, TestScope } from './certificates.ts'
import { publishFrame, viewOf } from './publish-frames.ts'
import type { PlainPublish } from './publish-frames.ts'

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

export interface Rig {
  readonly bridge: Bridge
  readonly relay: BridgeRelay
  readonly log: readonly LogLine[]
  /** What came from the remote; its `done` has been called unless `hold` is set. */
  readonly landed: LocalMessage[]
  /** While set, deliveries wait; call what is in it to let one go. */
  hold: ((error?: Error) => void)[] | null
  /** Offers a message as a device does; false when it was refused as full. */
  readonly offer: (message: PlainPublish, receipts?: { receipts: Receipts, slot: number }) => boolean
  /** Waits for a state; at once when it is there. */
  readonly reaches: (name: BridgeStateName) => Promise<void>
  readonly landedCount: (count: number) => Promise<readonly LocalMessage[]>
}

export function bridgeConfig (port: number, more: Partial<BridgeConfig> = {}): BridgeConfig {
  return {
    name: 'north',
    enable: true,
    server: { secure: more.tls != null, host: '127.0.0.1', port, url: `${more.tls == null ? '' : 'tls+'}mqtt-tcp://127.0.0.1:${port}` },
    hybridServers: [],
    protoVer: 4,
    clientid: 'bridge-under-test',
    links: 1,
    keepaliveSeconds: 60,
    cleanStart: false,
    username: null,
    password: null,
    noLocalV4: true,
    backoffMaxMs: 50,
    maxSendQueueLen: 10_000,
    maxSendQueueBytes: 16 * 1024 * 1024,
    maxInflight: null,
    maxInflightQos2: null,
    required: true,
    durability: 'memory',
    spool: null,
    tls: null,
    tcp: { nodelay: true, keepalive: false, keepidleMs: 0, bindInterface: null },
    rateLimit: { up: null, down: null },
    connectTimeoutMs: 2000,
    ackTimeoutMs: 60_000,
    retryQos0: false,
    spoolQos0: false,
    forwardBridged: false,
    maxHops: null,
    transparent: false,
    topicAlias: 0,
    setAsideAfter: 3,
    deadLetterTopic: null,
    will: null,
    notifications: null,
    connProperties: null,
    subProperties: null,
    forwards: [rule('up/#', '')],
    subscription: [],
    ...more
  }
}

export function rule (localTopic: string, remoteTopic: string, more: Partial<BridgeConfig['forwards'][number]> = {}): BridgeConfig['forwards'][number] {
  return { localTopic, remoteTopic, exclude: [], qos: null, retain: null, prefix: '', suffix: '', place: 'test.conf:1:1', priority: 'normal', durability: null, ...more }
}

export function downRule (remoteTopic: string, localTopic: string, more: Partial<BridgeConfig['subscription'][number]> = {}): BridgeConfig['subscription'][number] {
  return { ...rule(localTopic, remoteTopic), subscribeQos: 2, noLocal: true, retainAsPublished: false, retainHandling: 0, ...more }
}

export function tlsOf (pki: Pick<TestPki, 'caFile'>): NonNullable<BridgeConfig['tls']> {
  return { ...noDemands, cacertfile: pki.caFile, certfile: null, keyfile: null, keyPassword: null, sni: 'localhost', handshakeTimeoutMs: 2000, strategy: 'canary', canaryGraceMs: null }
}

/** Starts a bridge that is stopped when the test ends. */
export function rig (t: TestScope, config: BridgeConfig, more: Partial<BridgeOptions> = {}): Rig {
  const relay = createRelay({ interest: null })
  const log: LogLine[] = []
  const news = new EventEmitter().setMaxListeners(100)
  const landed: LocalMessage[] = []
  const { tls } = config
  const bridge = startBridge({
    config,
    relay,
    delivery: {
      deliver (message, done) {
        landed.push(message)
        if (made.hold === null) done(null)
        else made.hold.push(error => done(error ?? null))
        news.emit('landed')
      }
    },
    trust: tls === null ? null : async () => createTrustSnapshot(tls, 1),
    logger: keepingLogger(log),
    stateDir: null,
    ...more
  })
  t.teardown(async () => bridge.stop())
  bridge.onState(() => news.emit('state'))
  const made: Rig = {
    bridge,
    relay,
    log,
    landed,
    hold: null,
    offer (message, waiting) {
      const view = viewOf(publishFrame(message), 0, message.properties === undefined ? 4 : 5)
      const entry = relay.lookup(view.bytes, view.topicStart, view.topicEnd)
      return relay.admit(entry, view, { bridge: null }, waiting?.receipts ?? null, waiting?.slot ?? 0) === Admission.TAKEN
    },
    async reaches (name) {
      while (bridge.state.name !== name) await once(news, 'state')
    },
    async landedCount (count) {
      while (landed.length < count) await once(news, 'landed')
      return landed
    }
  }
  return made
}

export function keepingLogger (log: LogLine[]): Logger {
  const at = (level: string) => (fields: object, message: string): void => { log.push({ ...fields, level, message }) }
  const logger: Logger = {
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: () => logger
  }
  return logger
}
