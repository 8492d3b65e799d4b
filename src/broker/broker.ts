/**
 * The broker put together: listeners, the doorkeeper of each connection, the keeper of sessions, and the way of local
 * messages into the bridges. Starting it takes ports; closing it leaves nothing behind.
 */
import type { Duplex } from 'node:stream'
import type { LimitsConfig, ListenerConfig, MqttConfig, MqttVersion } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BrokerCounters } from '../metrics/broker-counters.ts'
import type { LocalDelivery, LocalMessage, RemoteHandshakes } from '../relay/local-delivery.ts'
import type { Relay } from '../relay/relay.ts'
import type { ListenerContext } from '../trust/listener-context.ts'
import type { Gatekeeper } from './auth/rights.ts'
import type { ClientFacts } from './client-facts.ts'
import type { DeviceSide } from './device-side.ts'
import { type DeviceEvent, DeviceEvents } from './device-events.ts'
import { Departure, listenerClosed } from './departure.ts'
import { EdgeBroker } from './edge-broker.ts'
import { ConnectionLimits } from './listener/connection-limits.ts'
import { HandshakeSlots } from './listener/handshake-slots.ts'
import type { ListenerAddress } from './listener/listener.ts'
import { Listeners } from './listener/listeners.ts'
import type { PeerInfo } from './listener/peer-info.ts'
import type { LocalInterest } from './local-interest.ts'
import { observe, type ObservedMessage } from './observation.ts'
import { recheckDevices } from './recheck-devices.ts'
import { RelayEntry } from './relay-entry.ts'
import { RepeatedLines } from './repeated-lines.ts'
import type { Done, Message } from './session-port.ts'
import type { SessionStore } from './session-store.ts'
import { carriesPropertyBlocks } from './v5/self-test.ts'
import { DeviceConnections } from './tap/device-connections.ts'
import { type DeviceSurroundings, surroundingsOf } from './tap/surroundings.ts'
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
  readonly #connections: DeviceConnections
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
    const { relay, interest, store, gatekeeper, counters, logger } = options
    this.#versions = [...options.config.mqtt.versions]
    this.#lines = new RepeatedLines(logger, () => performance.now())
    this.#edge = new EdgeBroker({ interest, store, logger, entry: new RelayEntry(relay, counters) })
    this.#limits = { ...options.config.limits }
    this.#mqtt = { ...options.config.mqtt }
    this.#departure = new Departure(this.#mqtt)
    this.#handshakes = new HandshakeSlots(this.#limits.maxConcurrentHandshakes, counters)
    this.#around = surroundingsOf({
      relay,
      mqtt: this.#mqtt,
      limits: this.#limits,
      versions: this.#versions,
      local: this.#edge.sessions,
      groups: this.#edge.groups,
      wills: this.#edge.wills,
      attach: stream => this.#edge.attach(stream),
      store,
      gatekeeper,
      counters,
      logger,
      ticker: this.#ticker,
      lines: this.#lines,
      devices: this.#devices,
      departure: this.#departure
    })
    this.#connections = new DeviceConnections(this.#around)
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

  clients (): readonly ClientFacts[] { return this.#connections.facts }

  onDevice (call: (event: DeviceEvent) => void): () => void { return this.#devices.follow(call) }

  observe (filters: readonly string[], call: (message: ObservedMessage) => void): () => void { return observe(this.#options.interest, filters, call) }

  get handshakes (): RemoteHandshakes | null { return this.#edge.handshakes }

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
    return recheckDevices(this.#connections.of(listener), context)
  }

  async start (): Promise<void> {
    const { config, gatekeeper } = this.#options
    await this.#edge.listen()
    await this.#testMqtt5()
    this.#unwatch = gatekeeper.onReplaced(() => this.#connections.review())
    await this.#listeners.open(config.listeners)
  }

  async openListener (listener: ListenerConfig): Promise<void> {
    await this.#listeners.open([listener])
  }

  async closeListener (name: string): Promise<(timeoutMs: number) => Promise<void>> {
    await this.#listeners.close(name)
    const those = this.#connections.of(name)
    return async timeoutMs => this.#connections.dismiss(those, timeoutMs, listenerClosed)
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
    await this.#connections.dismiss(this.#connections.all, drainTimeoutMs, this.#departure.farewell)
    if (!this.#closing) {
      await this.#closeDoors()
      await this.#connections.dismiss(this.#connections.all, 0, this.#departure.farewell)
    }
    await this.#edge.stop()
    await this.#connections.emptied()
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
    if (this.#closing) stream.destroy()
    else this.#connections.add(stream, peer)
  }
}
