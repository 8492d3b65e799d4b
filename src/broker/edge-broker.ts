/**
 * The one place that knows Aedes. It keeps sessions, subscriptions and retained messages and writes deliveries; it never
 * sees a device's PUBLISH as a packet. What it is given to publish passes one at a time (local-sessions.ts), and what did
 * not come through a device's connection is offered to the Relay too, once.
 */
import { EventEmitter } from 'node:events'
import { Aedes, type AuthenticateError, type Client, type Subscription as AedesSubscription } from 'aedes'
import mqttPacket from 'mqtt-packet'
import type { Logger } from '../logger.ts'
import { isServerTopic } from '../mqtt/topic-name.ts'
import type { LocalDelivery, LocalMessage, RemoteHandshakes } from '../relay/local-delivery.ts'
import type { Origin } from '../relay/origin.ts'
import { senderOf } from '../relay/spread.ts'
import type { LocalInterest } from './local-interest.ts'
import { MAX_LOCAL_LEVELS } from './local-levels.ts'
import { LocalSessions } from './local-sessions.ts'
import type { RelayEntry } from './relay-entry.ts'
import { AedesSession, type SessionClient, restored } from './aedes-session.ts'
import { type Delivery, type Done, type Message, type MessageProperties, type Qos, type ReturnCode, type SessionOwner, SessionStream } from './session-port.ts'
import type { DelayedWill, SessionStore } from './session-store.ts'
import { type GroupSource, SharedGroups } from './shared-groups.ts'
import { DelayedWills } from './v5/delayed-wills.ts'

export interface EdgeBrokerOptions {
  readonly interest: LocalInterest
  readonly store: SessionStore
  readonly entry: RelayEntry
  readonly logger: Logger
}

/** Limits of Aedes that ours stand in front of. */
const OUT_OF_REACH = 2 ** 30
const NO_BRIDGE: Origin = { bridge: null }

// What Aedes writes with keeps a Buffer for each number of two bytes, from the first packet on: 65,536 of them, 7 MB (docs/design/hot-path.md)
mqttPacket.writeToStream.cacheNumbers = false

export class EdgeBroker extends Aedes implements LocalDelivery {
  readonly sessions: LocalSessions
  readonly groups: SharedGroups
  readonly wills: DelayedWills
  readonly handshakes: RemoteHandshakes | null
  readonly #interest: LocalInterest
  readonly #store: SessionStore
  readonly #entry: RelayEntry
  #addressed = 0

  constructor (options: EdgeBrokerOptions) {
    super({
      mq: options.interest.emitter,
      persistence: options.store,
      concurrency: OUT_OF_REACH, // only the bound on listeners of a stream is left of it: the emitter is ours
      drainTimeout: 0, // a connection never makes it wait
      connectTimeout: OUT_OF_REACH, // it gets a connection together with its CONNECT
      maxTopicLevels: MAX_LOCAL_LEVELS,
      preConnect,
      authenticate,
      authorizePublish: (client, will, done) => this.#authorizeWill(client, will as unknown as DelayedWill, done),
      authorizeSubscribe,
      authorizeForward: (client, packet) => this.#forward(client, packet as unknown as Delivery) as typeof packet | null
    })
    this.#interest = options.interest
    this.#store = options.store
    this.#entry = options.entry
    this.sessions = new LocalSessions(this.id, options.store, options.interest)
    const count = (): number => ++this.#addressed
    this.groups = new SharedGroups(this as unknown as GroupSource, options.store, count) // Aedes types what it publishes as what it sends
    this.wills = new DelayedWills(options.store, (clientId, will) => this.#publishWill(clientId, will))
    this.on('client', client => ownerOf(client)?.registered())
    this.on('clientReady', client => this.#ready(client, count))
    this.on('clientDisconnect', client => ownerOf(client)?.gone())
    this.handshakes = options.store.isOnDisk ? remoteHandshakes(options.store) : null
    const failed = (client: Client, error: Error): void => options.logger.debug({ client: client.id, cause: error.message }, 'a session ended with an error')
    this.on('clientError', failed)
    this.on('connectionError', failed)
    // Aedes's types know nothing of this event, which would end the process
    EventEmitter.prototype.on.call(this, 'error', (error: Error) => options.logger.error({ cause: error.message }, 'the session store failed'))
  }

  override async listen (): Promise<void> {
    await super.listen()
    this.groups.restore()
  }

  /** Gives a session to a connection; its CONNECT is the first packet on the stream. */
  attach (stream: SessionStream): void {
    this.handle(stream)
  }

  /** The entry for messages of no device: wills, Aedes's own `$SYS`, HTTP. `done` is called when local sessions and bridges have it safe. */
  override publish (packet: Publication, ...rest: PublishRest): void {
    const [first, second] = rest
    const done = typeof first === 'function' ? first : second ?? ignore
    const publisher = typeof first === 'object' && first !== null ? first.id : null
    this.#publish(messageOf(packet), publisher, NO_BRIDGE, error => error === null ? done() : done(error))
  }

  deliver ({ bridge, handshake, ...message }: LocalMessage, done: Done): void {
    this.#publish(handshake === undefined ? message : { ...message, handshake: { ...handshake, of: 'bridge', name: bridge } }, null, { bridge }, done)
  }

  /**
   * A message that came by no device's connection and no bridge, such as by HTTP.
   * @param publisher whose own it is, for subscribers that do not want theirs back; null: nobody's
   */
  publishLocal (message: Message, publisher: string | null, done: Done): void {
    this.#publish(message, publisher, NO_BRIDGE, done)
  }

  /** Closes all sessions; wills are published. */
  stop (): Promise<void> {
    this.wills.close()
    return new Promise(resolve => this.close(resolve))
  }

  #ready (client: Client, count: () => number): void {
    const owner = ownerOf(client)
    if (owner === null) return
    const { takers, underWay } = this.sessions
    const session = new AedesSession(client as unknown as SessionClient, { // Aedes types of its subscriptions what is told of them
      store: this.#store, count, underWay, subscribed: (filter, subscriber) => takers.belongs(filter, subscriber, owner)
    })
    session.restored()
    session.catchUp()
    owner.ready(session)
  }

  /** Called for each message and session, before it is written; null: it is not. */
  #forward (client: Client, packet: Delivery): unknown {
    if (!client.clean && packet.messageId === undefined && this.#store.isOwed(client.id, packet)) return null
    if (ownerOf(client)?.prepare(packet) === true) return packet
    if (!client.clean && packet.qos > 0) this.#store.decline(client.id, packet)
    return null
  }

  /** A device's PUBLISH never comes here. After a restart there is no client any more: its will was let in with its CONNECT. */
  #authorizeWill (client: Client | null, will: DelayedWill, done: (error?: Error | null) => void): void {
    const owner = ownerOf(client)
    if (isServerTopic(will.topic)) return done(new Error('the topic is the server\'s'))
    if (owner === null || client === null) return done(null)
    answer(owner.mayPublishWill(will.topic), allowed => {
      const delayMs = allowed ? owner.willTerms?.delayMs() ?? 0 : 0
      if (delayMs <= 0) return done(allowed ? null : new Error('the will is not allowed'))
      done(new Error('the will is published later')) // it forgets it, and only then it is ours
      this.wills.hold(client.id, will, delayMs)
    })
  }

  #publishWill (clientId: string, will: DelayedWill): void {
    this.#publish(messageOf(will), clientId, NO_BRIDGE, ignore)
  }

  #publish (message: Message, publisher: string | null, origin: Origin, done: Done): void {
    if (isServerTopic(message.topic)) return this.sessions.deliver(message, publisher, done)
    let open = 2
    let failure: Error | null = null
    const both = (error: Error | null): void => {
      failure ??= error
      if (--open === 0) done(failure)
    }
    if (message.retain || this.#interest.wants(message.topic)) this.sessions.deliver(message, publisher, both)
    else both(null)
    this.#entry.offer(message, publisher === null ? origin : { ...origin, sender: senderOf(Buffer.from(publisher)) }, both)
  }
}

/** A will of MQTT 5 says how long it is good once it is published. */
interface WillProperties extends MessageProperties {
  readonly lifetimeMs?: number
}

interface Publication {
  readonly topic: string
  readonly payload?: string | Buffer
  readonly qos?: Qos
  readonly retain?: boolean
  readonly properties?: object
}

function messageOf ({ topic, payload, qos = 0, retain = false, properties }: Publication): Message {
  const message = { topic, payload: Buffer.from(payload ?? ''), qos, retain }
  if (properties === undefined || !('raw' in properties)) return message
  const { raw, lifetimeMs } = properties as WillProperties
  return { ...message, properties: { raw }, ...(lifetimeMs === undefined ? {} : { messageExpiry: Date.now() + lifetimeMs }) }
}

type PublishRest = [] | [done: PublishDone] | [publisher: Client | null, done?: PublishDone]
type PublishDone = (error?: Error) => void

function ignore (): void {}

function remoteHandshakes (store: SessionStore): RemoteHandshakes {
  return {
    enter: (bridge, session, resumed) => store.handshakes.enter(bridge, session, resumed),
    complete: (bridge, packetId, done) => {
      if (store.handshakes.close({ of: 'bridge', name: bridge, packetId })) store.settled(() => done(true))
      else done(false)
    }
  }
}

function ownerOf (client: Client | null): SessionOwner | null {
  const stream = client?.conn
  return stream instanceof SessionStream ? stream.owner : null
}

function authenticate (client: Client, username: string | undefined, password: Buffer | undefined, done: (error: AuthenticateError | null, success: boolean | null) => void): void {
  const owner = ownerOf(client)
  if (owner === null) return done(refusal(3), null)
  void owner.authenticate(client.id, username ?? null, password ?? null)
    .then(code => code === 0 ? done(null, true) : done(refusal(code), null))
}

function refusal (returnCode: ReturnCode): AuthenticateError {
  return Object.assign(new Error('refused'), { returnCode }) as unknown as AuthenticateError // its enum is const and not there at run time
}

/** What MQTT 5 says of a will is stored with it, for the case that the broker does not see its connection end. */
function preConnect (client: Client, packet: { will?: object }, done: (error: Error | null, success: boolean) => void): void {
  const terms = ownerOf(client)?.willTerms ?? null
  if (terms !== null && packet.will !== undefined) {
    const properties: WillProperties = { raw: terms.raw, ...(terms.messageExpiry < 0 ? {} : { lifetimeMs: terms.messageExpiry * 1000 }) }
    Object.assign(packet.will, { properties })
  }
  done(null, true)
}

/** Subscriptions of stored sessions; those of a SUBSCRIBE were decided by the connection before. */
function authorizeSubscribe (client: Client, asked: AedesSubscription, done: (error: Error | null, subscription?: AedesSubscription | null) => void): void {
  const owner = ownerOf(client)
  if (owner === null) return done(null, null)
  // a message that several filters match comes by the first: it must come with any QoS, and is given its own when it is prepared
  answer(owner.restore(restored(asked)), allowed => done(null, allowed ? { ...asked, qos: 2 } : null))
}

function answer (allowed: boolean | Promise<boolean>, call: (allowed: boolean) => void): void {
  if (typeof allowed === 'boolean') call(allowed)
  else void allowed.then(call, () => call(false))
}
