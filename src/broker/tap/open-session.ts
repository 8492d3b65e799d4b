/** What a connection has once its session is open: its PUBLISH path, its other packets, its keep-alive, and the open QoS 2 handshakes. */
import type { ClientFacts } from '../client-facts.ts'
import type { Session } from '../session-port.ts'
import { ControlPackets5 } from '../v5/control-packets.ts'
import type { EnhancedAuthentication } from '../v5/enhanced-authentication.ts'
import { Parting } from '../v5/parting.ts'
import { PublishDoor } from '../v5/publish-door.ts'
import type { Introduction } from './connect-door.ts'
import { type ControlHost, ControlPackets, type ControlTaker } from './control-packets.ts'
import { DeviceTaker } from './device-taker.ts'
import type { HeldPings } from './held-pings.ts'
import type { OpenIds } from './inbound-qos2.ts'
import { KeepAlive } from './keep-alive.ts'
import type { Outbound } from './outbound.ts'
import type { PublishHost } from './publish-host.ts'
import { PublishPath } from './publish-path.ts'
import type { SessionLife } from './session-life.ts'
import { SubscriptionPackets } from './subscription-packets.ts'
import type { DeviceSurroundings } from './surroundings.ts'

export interface OpenSessionParts {
  readonly around: DeviceSurroundings
  readonly introduction: Introduction
  readonly life: SessionLife
  readonly session: Session
  readonly outbound: Outbound
  readonly pings: HeldPings
  /** Null: CONNECT named no method. */
  readonly authentication: EnhancedAuthentication | null
  readonly host: PublishHost & ControlHost & { close (): void }
}

export class OpenSession {
  readonly publish: PublishPath
  readonly control: ControlTaker
  readonly keepAlive: KeepAlive
  readonly #around: DeviceSurroundings
  readonly #session: Session
  readonly #ids: OpenIds
  readonly #life: SessionLife
  readonly #parts: OpenSessionParts
  readonly #connectedAt = Date.now()
  #closed = false

  constructor (parts: OpenSessionParts) {
    const { around, introduction: { request, five }, life, session, outbound, pings, host, authentication } = parts
    const { level } = request
    this.keepAlive = new KeepAlive(five?.keepAlive ?? request.keepAlive, around.mqtt.keepaliveMultiplier, around.limits.maxKeepaliveSeconds, around.ticker.now)
    this.#parts = parts
    this.#around = around
    this.#session = session
    this.#life = life
    // a device may ask for a session that is not there any more, and is told so: then too nothing of an earlier one is used
    this.#ids = around.inboundQos2.open(session.clientId, !life.sessionPresent)
    const publisher = { clientId: session.clientId, bytes: Buffer.from(session.clientId) }
    // of 3.1.1 what journals of bridges remember of a process before this one is good for what the device marks as a repetition
    if (five === null ? session.clean : !life.sessionPresent) around.publish.relay.forget(publisher)
    const door = five === null ? null : new PublishDoor({ receiveMaximum: five.receiveMaximum, topicAliasMaximum: around.mqtt.maxTopicAlias })
    life.taker = new DeviceTaker(session.clientId, outbound, five === null ? 4 : 5, five?.asked.maximumPacketSize ?? Infinity)
    this.publish = new PublishPath(around.publish, host, { publisher, isKept: life.isKept, level, door, ids: this.#ids, life, traffic: life.peer.traffic })
    const control = {
      host,
      outbound,
      ids: this.#ids,
      publisher,
      relay: around.publish.relay,
      store: around.store,
      pings,
      counters: around.counters,
      subscriptions: new SubscriptionPackets({
        host,
        life,
        session,
        outbound,
        store: around.store,
        counters: around.counters,
        lines: around.lines,
        maxSubscriptions: around.limits.maxSubscriptionsPerClient,
        maxTopicLevels: around.limits.maxTopicLevels,
        level,
        bridge: request.bridgeMode
      })
    }
    this.control = five === null || door === null
      ? new ControlPackets(control, level === 3 ? 3 : 4)
      : new ControlPackets5(control, door, new Parting({ ...around, host, clientId: life.clientId, terms: five.session }), authentication)
  }

  get facts (): ClientFacts {
    const { introduction: { request }, life } = this.#parts
    const { address, port, listener } = life.peer
    return {
      clientId: this.#session.clientId,
      username: life.username,
      address,
      port,
      listener,
      level: request.level,
      keepAlive: request.keepAlive,
      cleanSession: this.#session.clean,
      connectedAt: this.#connectedAt,
      owed: this.publish.owed,
      subscriptions: life.subscriptions.granted()
    }
  }

  /** @param now milliseconds of a clock that never steps back */
  tick (now: number): void {
    this.publish.tick(now)
    this.#parts.authentication?.tick(now)
  }

  /** Nothing of it is used any more; what outlasts the connection is there for the next one. Closing it again does nothing. */
  close (): void {
    if (this.#closed) return
    this.#closed = true
    this.publish.close()
    this.control.close()
    this.#life.leaveGroups()
    if (!this.#session.clean) this.#around.inboundQos2.keep(this.#session.clientId, this.#ids, this.#parts.introduction.five?.session.expiryMs)
  }
}
