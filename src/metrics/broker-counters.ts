import { ListenerCounters } from './listener-counters.ts'

/** What the broker counts. Plain number fields: the hot path adds one, whoever asks reads. Gauges say so. */
export class BrokerCounters {
  /** Gauge: sockets that were accepted and are not gone. */
  connections = 0
  /** Gauge: devices with a session. */
  sessions = 0
  connectionsAccepted = 0
  refusedConnectionLimit = 0
  refusedAddressLimit = 0
  refusedConnectRate = 0
  handshakeFailures = 0
  handshakeTimeouts = 0
  connectTimeouts = 0
  /** CONNECTs answered with a return code other than 0, or with none. */
  connectsRefused = 0
  keepaliveTimeouts = 0
  /** Connections closed because a packet broke the standard. */
  violations = 0
  packetsTooLarge = 0
  /** Connections closed because incomplete packets exceeded their budget. */
  partialFrameEvictions = 0
  publishReceivedQos0 = 0
  publishReceivedQos1 = 0
  publishReceivedQos2 = 0
  /** PUBLISHes of QoS 2 that had been taken before, and were acknowledged again only. */
  publishDuplicates = 0
  /** Messages of devices that somebody here wanted too, or that are retained. */
  publishLocal = 0
  /** Those of them that went the direct way: copied, for as many subscribers as there are, and not encoded. */
  publishDirect = 0
  publishDenied = 0
  /** QoS 0 messages dropped because a full bridge found no room within the bounded wait. */
  publishDroppedQos0 = 0
  /** Times a connection was held because a bridge was full, rights were undecided or too much was owed. */
  publishHeld = 0
  /** Times the socket of a connection was not read any more. */
  socketsPaused = 0
  subscribeDenied = 0
  /** Filters refused because of maxSubscriptionsPerClient. */
  subscribeOverLimit = 0
  /** `$share` filters, refused. */
  subscribeShared = 0
  /** Acknowledgements from devices that answered nothing. */
  strayAcknowledgements = 0
  /** QoS 0 deliveries dropped for a subscriber that does not read. */
  deliveryDroppedQos0 = 0
  /** Subscribers disconnected because what waited for them was over the hard limit. */
  slowSubscribersClosed = 0
  takeOvers = 0
  /** Messages of QoS 0 from wills, HTTP or a bridge that another bridge had no room for. */
  relayDroppedQos0 = 0
  /** Messages of QoS 1 and 2 of the same origin, dropped because too many waited. */
  relayOverflow = 0
  readonly #listeners = new Map<string, ListenerCounters>()

  /** By name; one that is closed and opened again counts on. */
  get listeners (): ReadonlyMap<string, ListenerCounters> { return this.#listeners }

  ofListener (name: string): ListenerCounters {
    const known = this.#listeners.get(name)
    if (known !== undefined) return known
    const made = new ListenerCounters()
    this.#listeners.set(name, made)
    return made
  }
}
