/**
 * The broker put together: listeners, the doorkeeper of each connection, the keeper of sessions, and the way of local
 * messages into the bridges. Starting it takes ports; closing it leaves nothing behind.
 */
import type { Duplex } from 'node:stream'
import type { LimitsConfig, ListenerConfig, MqttConfig, MqttVersion } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BrokerCounters } from '../metrics/broker-counters.ts'
import { ReasonCode } from '../mqtt/v5/reason-code.ts'
import type { LocalDelivery, LocalMessage } from '../relay/local-delivery.ts'
import type { Relay } from '../relay/relay.ts'
import { type ListenerContext, createListenerContext } from '../trust/listener-context.ts'
import type { Gatekeeper } from './auth/rights.ts'
import { ClientClaims } from './client-claims.ts'
import { EdgeBroker } from './edge-broker.ts'
import { ConnectionLimits } from './listener/connection-limits.ts'
import { HandshakeSlots } from './listener/handshake-slots.ts'
import { Listener, type ListenerAddress } from './listener/listener.ts'
import type { PeerInfo } from './listener/peer-info.ts'
import { TokenBucket } from './listener/token-bucket.ts'
import type { LocalInterest } from './local-interest.ts'
import { recheckDevices } from './recheck-devices.ts'
import { RelayEntry } from './relay-entry.ts'
import { RepeatedLines } from './repeated-lines.ts'
import type { Done } from './session-port.ts'
import type { SessionStore } from './session-store.ts'
import { carriesPropertyBlocks } from './v5/self-test.ts'
import { DeviceConnection } from './tap/device-connection.ts'
import { FlushTurn } from './tap/flush-turn.ts'
import { InboundQos2 } from './tap/inbound-qos2.ts'
import { PartialFrames } from './tap/partial-frames.ts'
import type { DeviceSurroundings } from './tap/surroundings.ts'
import { Ticker } from './ticker.ts'

export interface BrokerOptions {
  readonly config: { readonly listeners: readonly ListenerConfig[], readonly mqtt: MqttConfig, readonly limits: LimitsConfig }
  /** Has been made with `interest`. */
  readonly relay: Relay
  readonly interest: LocalInterest
  readonly gatekeeper: Gatekeeper
  readonly store: SessionStore
  readonly counters: BrokerCounters
  readonly logger: Logger
}

export interface Broker extends LocalDelivery {
  /** What is bound, in the order of the configuration. */
  readonly addresses: readonly ListenerAddress[]
  /** Certificates of a listener were renewed: its later handshakes use them. */
  replaceListenerContext (listener: string, context: ListenerContext): void
  /** Ends the connections of a listener that the context would not let in, a few at a time. Settles with how many those were, and of how many. */
  recheckDevices (listener: string, context: ListenerContext): Promise<{ readonly dropped: number, readonly checked: number }>
  /**
   * Accepts no more, lets acknowledgements that are owed go out, closes all sessions.
   * @param drainTimeoutMs what is still owed then is not waited for
   */
  close (drainTimeoutMs: number): Promise<void>
}

/** A message of its own takes a few turns of the event loop. */
const SELF_TEST_MS = 5000

/** How often a closing broker looks whether anything is owed. */
const DRAIN_LOOK_MS = 20

/** @throws ListenerError, TrustError; nothing is left running then */
export async function startBroker (options: BrokerOptions): Promise<Broker> {
  const broker = new RunningBroker(options)
  try {
    await broker.start()
  } catch (thrown) {
    await broker.close(0)
    throw thrown
  }
  return broker
}

class RunningBroker implements Broker {
  readonly #options: BrokerOptions
  readonly #edge: EdgeBroker
  readonly #ticker = new Ticker()
  readonly #lines: RepeatedLines
  /** What devices may speak. */
  readonly #versions: MqttVersion[]
  readonly #around: DeviceSurroundings
  readonly #connections = new Set<DeviceConnection>()
  readonly #listeners = new Map<string, Listener>()
  #addresses: ListenerAddress[] = []
  #unwatch: () => void = () => {}
  #closing = false

  constructor (options: BrokerOptions) {
    this.#options = options
    const { relay, interest, store, counters, logger } = options
    this.#versions = [...options.config.mqtt.versions]
    this.#lines = new RepeatedLines(logger, () => performance.now())
    this.#edge = new EdgeBroker({ interest, store, logger, entry: new RelayEntry(relay, counters) })
    this.#around = this.#surroundings()
  }

  get addresses (): readonly ListenerAddress[] { return this.#addresses }

  deliver (message: LocalMessage, done: Done): void {
    this.#edge.deliver(message, done)
  }

  replaceListenerContext (listener: string, context: ListenerContext): void {
    this.#listeners.get(listener)?.replaceContext(context)
  }

  async recheckDevices (listener: string, context: ListenerContext): Promise<{ readonly dropped: number, readonly checked: number }> {
    return recheckDevices([...this.#connections].filter(({ peer }) => peer.listener === listener), context)
  }

  async start (): Promise<void> {
    const { config, gatekeeper, counters, logger } = this.#options
    const { limits } = config
    await this.#edge.listen()
    await this.#testMqtt5()
    this.#unwatch = gatekeeper.onReplaced(() => this.#review())
    const around = {
      limits: new ConnectionLimits(limits, counters),
      handshakes: new HandshakeSlots(limits.maxConcurrentHandshakes, counters),
      counters,
      lines: this.#lines,
      maxPacketSize: config.mqtt.maxPacketSize,
      upgradeTimeoutMs: limits.connectTimeoutMs,
      accept: (stream: Duplex, peer: PeerInfo) => this.#accept(stream, peer)
    }
    for (const listener of config.listeners) {
      const context = listener.tls === null ? null : await createListenerContext(listener.tls)
      for (const warning of context?.warnings ?? []) logger.warn({ listener: listener.name }, warning)
      this.#listeners.set(listener.name, new Listener(listener, context, around))
    }
    for (const listener of this.#listeners.values()) {
      const address = await listener.listen()
      this.#addresses.push(address)
      logger.info({ ...address }, 'listening')
    }
  }

  async close (drainTimeoutMs: number): Promise<void> {
    this.#closing = true
    this.#unwatch()
    await Promise.all([...this.#listeners.values()].map(listener => listener.close()))
    for (const connection of this.#connections) connection.quiesce()
    await this.#drained(performance.now() + drainTimeoutMs)
    for (const connection of this.#connections) connection.close(ReasonCode.SHUTTING_DOWN)
    await this.#edge.stop()
    await this.#emptied()
    this.#ticker.stop()
  }

  async #testMqtt5 (): Promise<void> {
    const at = this.#versions.indexOf('5.0')
    if (at < 0) return
    const passed = await carriesPropertyBlocks({
      attach: stream => this.#edge.attach(stream),
      deliver: message => this.#edge.sessions.deliver(message, null, () => {}),
      patienceMs: SELF_TEST_MS
    })
    if (passed) return
    this.#versions.splice(at, 1)
    this.#options.logger.error({ hint: 'reinstall this version of Causeway: the library that keeps sessions is not the one it was made with' },
      'MQTT 5 is not served: a message of its own did not come through as it was sent')
  }

  #accept (stream: Duplex, peer: PeerInfo): void {
    if (this.#closing) {
      stream.destroy()
      return
    }
    this.#connections.add(new DeviceConnection(this.#around, stream, peer, one => this.#connections.delete(one)))
  }

  #review (): void {
    for (const connection of this.#connections) connection.review()
  }

  #surroundings (): DeviceSurroundings {
    const { config, relay, gatekeeper, store, counters, logger } = this.#options
    const { mqtt, limits } = config
    return {
      mqtt,
      limits,
      versions: this.#versions,
      store: this.#options.store,
      groups: this.#edge.groups,
      wills: this.#edge.wills,
      gatekeeper,
      publish: { relay, local: this.#edge.sessions, counters, gatekeeper, maxOwed: limits.maxOwedAcknowledgements, qos0WaitMs: limits.qos0WaitMs },
      claims: new ClientClaims(),
      inboundQos2: new InboundQos2(limits.maxSessions, limits.maxInboundQos2),
      partialFrames: new PartialFrames(limits.partialFrameBytes),
      connectRate: new TokenBucket(limits.maxConnectRate, performance.now()),
      ticker: this.#ticker,
      turn: new FlushTurn(),
      counters,
      lines: this.#lines,
      logger,
      hasRoomFor: clientId => store.hasRoomFor(clientId),
      attach: stream => this.#edge.attach(stream)
    }
  }

  async #drained (until: number): Promise<void> {
    while (performance.now() < until && this.#owes()) await new Promise(resolve => setTimeout(resolve, DRAIN_LOOK_MS))
  }

  #owes (): boolean {
    for (const connection of this.#connections) if (connection.owed > 0) return true
    return false
  }

  /** The last bytes of each connection go out, or its time to take them ends. */
  async #emptied (): Promise<void> {
    while (this.#connections.size > 0) await new Promise(resolve => setTimeout(resolve, DRAIN_LOOK_MS))
  }
}
