/** What a connection has once its session is open: its PUBLISH path, its other packets, and the open QoS 2 handshakes. */
import type { ConnectRequest } from '../../mqtt/connect.ts'
import type { Session } from '../session-port.ts'
import { ControlPackets, type ControlHost } from './control-packets.ts'
import type { HeldPings } from './held-pings.ts'
import type { OpenIds } from './inbound-qos2.ts'
import type { Outbound } from './outbound.ts'
import { type PublishHost, PublishPath } from './publish-path.ts'
import type { SessionLife } from './session-life.ts'
import { SubscriptionPackets } from './subscription-packets.ts'
import type { DeviceSurroundings } from './surroundings.ts'

export interface OpenSessionParts {
  readonly around: DeviceSurroundings
  readonly request: ConnectRequest
  readonly level: 3 | 4
  readonly life: SessionLife
  readonly session: Session
  readonly outbound: Outbound
  readonly pings: HeldPings
  readonly host: PublishHost & ControlHost
}

export class OpenSession {
  readonly publish: PublishPath
  readonly control: ControlPackets
  readonly #around: DeviceSurroundings
  readonly #session: Session
  readonly #ids: OpenIds

  constructor (parts: OpenSessionParts) {
    const { around, level, life, session, outbound, pings, host } = parts
    this.#around = around
    this.#session = session
    this.#ids = around.inboundQos2.open(session.clientId, session.clean)
    const publisher = { clientId: session.clientId, bytes: Buffer.from(session.clientId) }
    if (session.clean) around.publish.relay.forget(publisher)
    this.publish = new PublishPath(around.publish, host, { publisher, level, ids: this.#ids, life })
    this.control = new ControlPackets({
      host,
      outbound,
      ids: this.#ids,
      publisher,
      relay: around.publish.relay,
      pings,
      counters: around.counters,
      subscriptions: new SubscriptionPackets({
        host,
        life,
        session,
        outbound,
        counters: around.counters,
        lines: around.lines,
        maxSubscriptions: around.limits.maxSubscriptionsPerClient,
        maxTopicLevels: around.limits.maxTopicLevels,
        level,
        bridge: parts.request.bridgeMode
      })
    }, level)
  }

  close (): void {
    this.publish.close()
    this.control.close()
    if (!this.#session.clean) this.#around.inboundQos2.keep(this.#session.clientId, this.#ids)
  }
}
