/** One of Aedes's sessions as its connection uses it. */
import type { Subscriber } from './local-interest.ts'
import type { AddressedMessage, Done, Qos, Session, Subscription } from './session-port.ts'
import type { SessionStore } from './session-store.ts'
import type { UnderWay } from './under-way.ts'

/** A subscription as Aedes takes it, with what is stored along with it for us. */
export interface AskedSubscription {
  topic: string
  qos: Qos
  nl: boolean
  rap: boolean
  noLocal?: boolean
  retainAsPublished?: boolean
  subscriptionIdentifier?: number
}

/** The part of Aedes's client that is used. */
export interface SessionClient {
  readonly id: string
  readonly clean: boolean
  /** By filter, each with what it has given to the emitter. */
  readonly subscriptions: Readonly<Record<string, { readonly func: Subscriber } | undefined>>
  subscribe (packet: { subscriptions: AskedSubscription[] }, done: (error?: Error) => void): void
  unsubscribe (packet: { cmd: 'unsubscribe', unsubscriptions: string[] }, done: (error?: Error) => void): void
  publish (message: object, done: (error?: Error) => void): void
}

/** What Aedes has and its types do not tell. */
interface Internals {
  /** The last counter it has seen, by broker id. */
  duplicates: object
  deliverQoS (message: object, done: () => void): void
}

/** Told apart from messages to all by this, in Aedes's memory of what it has seen: one for each way through its queue. */
const ADDRESSED = ['addressed-0', 'addressed', 'addressed'] as const

export interface SessionSurroundings {
  readonly store: SessionStore
  /** Gives a number that is larger each time. */
  readonly count: () => number
  readonly underWay: UnderWay
  /** Told of each subscription that is live, and by which subscriber of the emitter. */
  readonly subscribed: (filter: string, subscriber: Subscriber) => void
}

export class AedesSession implements Session {
  readonly clientId: string
  readonly clean: boolean
  readonly #client: SessionClient
  readonly #around: SessionSurroundings

  constructor (client: SessionClient, around: SessionSurroundings) {
    this.clientId = client.id
    this.clean = client.clean
    this.#client = client
    this.#around = around
  }

  /** It has the subscriptions of a stored session. */
  restored (): void {
    for (const filter of Object.keys(this.#client.subscriptions)) this.#tell(filter)
  }

  subscribe (subscriptions: readonly Subscription[], done: Done): void {
    // without a packet identifier Aedes writes no SUBACK: that is the connection's
    this.#client.subscribe({ subscriptions: subscriptions.map(asked) }, error => {
      for (const { filter } of subscriptions) this.#tell(filter)
      done(error ?? null)
    })
  }

  unsubscribe (filters: readonly string[], done: Done): void {
    // without a packet identifier Aedes leaves the store as it is
    const forgotten = this.clean ? Promise.resolve() : this.#around.store.removeSubscriptions({ id: this.clientId }, filters)
    forgotten.then(() => this.#client.unsubscribe({ cmd: 'unsubscribe', unsubscriptions: [...filters] }, error => done(error ?? null)), done)
  }

  note (subscription: Subscription): void {
    if (!this.clean) void this.#around.store.addSubscriptions({ id: this.clientId }, [asked(subscription)])
  }

  forget (filter: string): void {
    if (!this.clean) void this.#around.store.removeSubscriptions({ id: this.clientId }, [filter])
  }

  /** The device was sent what waited when it came: now it is sent what has come meanwhile, in order, and before anything later. */
  catchUp (): void {
    const missed = this.clean ? [] : this.#around.store.caughtUp(this.clientId)
    if (missed.length === 0) return
    const client = this.#client as SessionClient & Internals
    client.duplicates = Object.create(null) as object // it has seen them pass
    const { underWay } = this.#around
    for (const message of missed) {
      underWay.beginFor(this.clientId)
      client.deliverQoS({ ...message }, () => underWay.endFor(this.clientId))
    }
  }

  deliver (message: AddressedMessage): void {
    const { underWay, count } = this.#around
    underWay.beginFor(this.clientId)
    this.#client.publish({ ...message, cmd: 'publish', retain: false, dup: false, brokerId: ADDRESSED[message.qos], brokerCounter: count() }, () => underWay.endFor(this.clientId))
  }

  #tell (filter: string): void {
    const subscriber = this.#client.subscriptions[filter]?.func
    if (subscriber !== undefined) this.#around.subscribed(filter, subscriber)
  }
}

/** MQTT 5's options are decided for each delivery (SessionOwner.prepare): Aedes is told to leave them alone. */
function asked ({ filter, qos, bridge, noLocal, retainAsPublished, subscriptionId }: Subscription): AskedSubscription {
  if (noLocal === undefined) return { topic: filter, qos, nl: bridge, rap: bridge }
  return {
    topic: filter,
    qos,
    nl: false,
    rap: true,
    noLocal,
    retainAsPublished: retainAsPublished === true,
    ...(subscriptionId === undefined ? {} : { subscriptionIdentifier: subscriptionId })
  }
}

/** The other way: a subscription of a stored session. */
export function restored (stored: Omit<AskedSubscription, 'nl' | 'rap'> & { readonly nl?: boolean | undefined }): Subscription {
  const { topic: filter, qos, nl, noLocal, retainAsPublished, subscriptionIdentifier } = stored
  return {
    filter,
    qos,
    bridge: nl === true,
    ...(noLocal === undefined ? {} : { noLocal, retainAsPublished: retainAsPublished === true }),
    ...(subscriptionIdentifier === undefined ? {} : { subscriptionId: subscriptionIdentifier })
  }
}
