/**
 * The broker put together: listeners, the doorkeeper of each connection, the keeper of sessions, and the way of local
 * messages into the bridges. Starting it takes ports; closing it leaves nothing behind.
 */
import type { Duplex } from 'node:stream'
import type { LimitsConfig, ListenerConfig, MqttConfig, MqttVersion } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BrokerCounters } from '../metrics/broker-counters.ts'
import type { LocalDelivery, LocalMessage } from '../relay/local-delivery.ts'
import type { Relay } from '../relay/relay.ts'
import type { ListenerContext } from '../trust/listener-context.ts'
import type { Gatekeeper } from './auth/rights.ts'
import type { ClientFacts } from './client-facts.ts'
import type { DeviceSide } from './device-side.ts'
import { type DeviceEvent, DeviceEvents } from './device-events.ts'
import { ClientClaims } from './client-claims.ts'
import { Departure, type Farewell, listenerClosed } from './departure.ts'
import { EdgeBroker } from './edge-broker.ts'
import { ConnectionLimits } from './listener/connection-limits.ts'
import { HandshakeSlots } from './listener/handshake-slots.ts'
import type { ListenerAddress } from './listener/listener.ts'
import { Listeners } from './listener/listeners.ts'
import type { PeerInfo } from './listener/peer-info.ts'
import { TokenBucket } from './listener/token-bucket.ts'
import type { LocalInterest } from './local-interest.ts'
import { observe, type ObservedMessage } from './observation.ts'
import { recheckDevices } from './recheck-devices.ts'
import { RelayEntry } from './relay-entry.ts'
import { RepeatedLines } from './repeated-lines.ts'
import type { Done, Message } from './session-port.ts'
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

export interface Broker extends LocalDelivery, DeviceSide {
  readonly counters: BrokerCounters
  /** @throws ListenerError, TrustError; it is not open then */
  openListener (listener: ListenerConfig): Promise<void>
  /**
   * Accepts no more there.
   * @returns ends the connections that have come in by it until now, after what they are owed has gone out or the time is over
   */
  closeListener (name: string): Promise<(timeoutMs: number) => Promise<void>>
  /** Other limits hold from now on, for connections that are made with one as soon as they are made. */
  replaceLimits (mqtt: MqttConfig, limits: LimitsConfig): void
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
  readonly #devices = new DeviceEvents()
  readonly #lines: RepeatedLines
  /** What devices may speak. */
  readonly #versions: MqttVersion[]
  readonly #around: DeviceSurroundings
  readonly #connections = new Set<DeviceConnection>()
  readonly #listeners: Listeners
  /** The ones in force: fields are replaced in place, as everybody has a reference to them. */
  readonly #limits: LimitsConfig
  readonly #mqtt: MqttConfig
  readonly #handshakes: HandshakeSlots
  readonly #departure: Departure
  #unwatch: () => void = () => {}
  #closing = false

  constructor (options: BrokerOptions) {
    this.#options = options
    const { relay, interest, store, counters, logger } = options
    this.#versions = [...options.config.mqtt.versions]
    this.#lines = new RepeatedLines(logger, () => performance.now())
    this.#edge = new EdgeBroker({ interest, store, logger, entry: new RelayEntry(relay, counters) })
    this.#limits = { ...options.config.limits }
    this.#mqtt = { ...options.config.mqtt }
    this.#departure = new Departure(this.#mqtt)
    this.#handshakes = new HandshakeSlots(this.#limits.maxConcurrentHandshakes, counters)
    this.#around = this.#surroundings()
    const limits = this.#limits
    this.#listeners = new Listeners({
      limits: new ConnectionLimits(limits, counters),
      handshakes: this.#handshakes,
      counters,
      lines: this.#lines,
      maxPacketSize: this.#mqtt.maxPacketSize,
      get upgradeTimeoutMs () { return limits.connectTimeoutMs },
      accept: (stream: Duplex, peer: PeerInfo) => this.#accept(stream, peer)
    }, logger)
  }

  get addresses (): readonly ListenerAddress[] { return this.#listeners.addresses }

  get counters (): BrokerCounters { return this.#options.counters }

  clients (): readonly ClientFacts[] {
    return [...this.#connections].flatMap(connection => connection.facts ?? [])
  }

  onDevice (call: (event: DeviceEvent) => void): () => void { return this.#devices.follow(call) }

  observe (filters: readonly string[], call: (message: ObservedMessage) => void): () => void { return observe(this.#options.interest, filters, call) }

  deliver (message: LocalMessage, done: Done): void {
    this.#edge.deliver(message, done)
  }

  connectionsByListener (): ReadonlyMap<string, number> {
    const { counters } = this.#options
    return new Map(this.addresses.map(({ name }) => [name, counters.ofListener(name).connections]))
  }

  publish (message: Message, publisher: string | null): Promise<void> {
    return new Promise((resolve, reject) => this.#edge.publishLocal(message, publisher, error => error === null ? resolve() : reject(error)))
  }

  replaceListenerContext (listener: string, context: ListenerContext): void {
    this.#listeners.replaceContext(listener, context)
  }

  async recheckDevices (listener: string, context: ListenerContext): Promise<{ readonly dropped: number, readonly checked: number }> {
    return recheckDevices([...this.#connections].filter(({ peer }) => peer.listener === listener), context)
  }

  async start (): Promise<void> {
    const { config, gatekeeper } = this.#options
    await this.#edge.listen()
    await this.#testMqtt5()
    this.#unwatch = gatekeeper.onReplaced(() => this.#review())
    await this.#listeners.open(config.listeners)
  }

  async openListener (listener: ListenerConfig): Promise<void> {
    await this.#listeners.open([listener])
  }

  async closeListener (name: string): Promise<(timeoutMs: number) => Promise<void>> {
    await this.#listeners.close(name)
    const those = [...this.#connections].filter(({ peer }) => peer.listener === name)
    return async timeoutMs => this.#dismiss(those, timeoutMs, listenerClosed)
  }

  replaceLimits (mqtt: MqttConfig, limits: LimitsConfig): void {
    Object.assign(this.#mqtt, mqtt)
    Object.assign(this.#limits, limits)
    this.#handshakes.max = limits.maxConcurrentHandshakes
    this.#around.connectRate.rate = limits.maxConnectRate
  }

  async close (drainTimeoutMs: number): Promise<void> {
    this.#unwatch()
    this.#departure.begun = true
    // with a place to send them to, those that come meanwhile are told it
    if (!this.#departure.hasPlace) await this.#closeDoors()
    await this.#dismiss(this.#connections, drainTimeoutMs)
    if (!this.#closing) {
      await this.#closeDoors()
      await this.#dismiss(this.#connections, 0)
    }
    await this.#edge.stop()
    await this.#emptied()
    this.#ticker.stop()
  }

  async #closeDoors (): Promise<void> {
    this.#closing = true
    await this.#listeners.closeAll()
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
    peer.traffic.connections++
    this.#connections.add(new DeviceConnection(this.#around, stream, peer, one => {
      if (this.#connections.delete(one)) peer.traffic.connections--
    }))
  }

  #review (): void {
    for (const connection of this.#connections) connection.review()
  }

  #surroundings (): DeviceSurroundings {
    const { relay, gatekeeper, store, counters, logger } = this.#options
    const mqtt = this.#mqtt
    const limits = this.#limits
    return {
      mqtt,
      limits,
      versions: this.#versions,
      store: this.#options.store,
      groups: this.#edge.groups,
      wills: this.#edge.wills,
      gatekeeper,
      publish: {
        relay,
        local: this.#edge.sessions,
        counters,
        gatekeeper,
        get maxOwed () { return limits.maxOwedAcknowledgements },
        get qos0WaitMs () { return limits.qos0WaitMs }
      },
      claims: new ClientClaims(),
      inboundQos2: new InboundQos2(limits),
      partialFrames: new PartialFrames(limits.partialFrameBytes),
      connectRate: new TokenBucket(limits.maxConnectRate, performance.now()),
      ticker: this.#ticker,
      turn: new FlushTurn(),
      counters,
      lines: this.#lines,
      devices: this.#devices,
      departure: this.#departure,
      logger,
      hasRoomFor: clientId => store.hasRoomFor(clientId),
      attach: stream => this.#edge.attach(stream)
    }
  }

  /** Ends connections; what is owed to them goes out first, within the time. */
  async #dismiss (connections: Iterable<DeviceConnection>, timeoutMs: number, farewell?: Farewell): Promise<void> {
    const those = [...connections]
    const until = performance.now() + timeoutMs
    for (const connection of those) connection.quiesce()
    while (performance.now() < until && those.some(({ owed }) => owed > 0)) await new Promise(resolve => setTimeout(resolve, DRAIN_LOOK_MS))
    const { reasonCode, serverReference } = farewell ?? this.#departure.farewell
    for (const connection of those) connection.close(reasonCode, '', serverReference)
  }

  /** The last bytes of each connection go out, or its time to take them ends. */
  async #emptied (): Promise<void> {
    while (this.#connections.size > 0) await new Promise(resolve => setTimeout(resolve, DRAIN_LOOK_MS))
  }
}
