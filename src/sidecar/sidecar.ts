/**
 * Causeway beside a broker that is already there: a client of it, over a link of its own that lives like that of a bridge. What the bridges
 * forward comes in over it, what they bring goes out.
 */
import { type Bridge, startBridge } from '../bridge/bridge.ts'
import type { TrustListener } from '../bridge/bridge-options.ts'
import { BridgeJournals } from '../bridge/up/bridge-journals.ts'
import { outboxOf } from '../bridge/up/bridge-outbox.ts'
import { upLanes } from '../bridge/up/up-lanes.ts'
import { DeadLetters } from '../bridge/up/dead-letters.ts'
import { systemClock } from '../bridge/clock.ts'
import type { TrustSource } from '../bridge/link/dial-remote.ts'
import type { BridgeConfig, SidecarConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import type { LocalDelivery, LocalMessage } from '../relay/local-delivery.ts'
import { BrokerLimits, brokerTopics } from './broker-limits.ts'
import { localFilter, localFilters } from './local-filters.ts'
import { LocalPublisher } from './local-publisher.ts'
import { Uplink } from './uplink.ts'

export interface SidecarOptions {
  readonly config: SidecarConfig
  readonly bridges: readonly BridgeConfig[]
  readonly relay: BridgeRelay
  /** For TLS; null: plain TCP. */
  readonly trust: TrustSource | null
  readonly trustListener?: TrustListener
  readonly logger: Logger
  /** Largest packet the broker may send. */
  readonly maxPacketSize: number
}

export interface Sidecar extends LocalDelivery {
  /** To the broker; sent is what went to it, received what came from it. */
  readonly link: Bridge
  /** What the broker has said of itself. */
  readonly broker: Pick<BrokerLimits, 'version' | 'receiveMaximum'>
  /** To the broker and to the bridges that forward it. Resolves when all have it safe. @throws SidecarError when there is no room for it */
  publish (message: Omit<LocalMessage, 'bridge'>): Promise<void>
  /** Other rules: asks the broker for what they want, on the connection that is up. */
  serve (bridges: readonly BridgeConfig[]): Promise<void>
  /** Takes nothing in any more, so that what the bridges have can go out. */
  quiesce (): void
  /** Says DISCONNECT. The broker keeps the session, and what comes for it. */
  stop (): Promise<void>
}

/** Starts to connect. Bridges that are attached to the Relay in this turn get all from the first message on. */
export function startSidecar (options: SidecarOptions): Sidecar {
  return new RunningSidecar(options)
}

class RunningSidecar implements Sidecar {
  readonly link: Bridge
  readonly broker: BrokerLimits
  readonly #config: SidecarConfig
  readonly #publisher: LocalPublisher
  readonly #uplink: Uplink

  constructor ({ config, bridges, relay, trust, trustListener, logger, maxPacketSize }: SidecarOptions) {
    const { clientid, protoVer } = config.link
    const counters = new BridgeCounters()
    const surroundings = { counters, logger: logger.child({ bridge: config.link.name }), clock: systemClock }
    const deadLetters = new DeadLetters({ ...surroundings, bridge: config.link.name, topic: null, delivery: this })
    const outbox = outboxOf(config.link, { ...surroundings, lanes: upLanes(config.link, new BridgeJournals(new Map())), via: relay.via, deadLetters })
    this.#config = config
    this.broker = new BrokerLimits(logger)
    this.#publisher = new LocalPublisher(relay, outbox)
    this.#uplink = new Uplink({ level: protoVer, clientId: clientid, relay, news: this.broker, counters })
    this.link = startBridge({
      config: linkConfig(config, bridges),
      relay,
      delivery: this,
      trust,
      ...(trustListener === undefined ? {} : { trustListener }),
      logger,
      stateDir: null,
      maxPacketSize,
      counters,
      ownEnd: { outbox, incoming: this.#uplink }
    })
  }

  deliver (message: LocalMessage, done: (error: Error | null) => void): void {
    this.#publisher.deliver(message, done)
  }

  async publish (message: Omit<LocalMessage, 'bridge'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#publisher.publish({ ...message, bridge: null }, error => error === null ? resolve() : reject(error))
    })
  }

  async serve (bridges: readonly BridgeConfig[]): Promise<void> {
    await this.link.reconfigure({ config: linkConfig(this.#config, bridges), rules: true, link: null })
  }

  quiesce (): void {
    this.#uplink.quiesce()
  }

  async stop (): Promise<void> {
    this.#publisher.close()
    await this.link.stop()
  }
}

function linkConfig ({ link, watchLimits }: SidecarConfig, bridges: readonly BridgeConfig[]): BridgeConfig {
  const watched = watchLimits ? brokerTopics.map(topic => localFilter(topic, 0)) : []
  return { ...link, subscription: [...localFilters(bridges), ...watched] }
}
