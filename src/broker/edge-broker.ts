/**
 * The one place that knows Aedes. It keeps sessions, subscriptions and retained messages and writes deliveries; it never
 * sees a device's PUBLISH as a packet. What it is given to publish passes one at a time (local-sessions.ts), and what did
 * not come through a device's connection is offered to the Relay too, once.
 */
import { EventEmitter } from 'node:events'
import { Aedes, type AuthenticateError, type Client, type Subscription as AedesSubscription } from 'aedes'
import type { Logger } from '../logger.ts'
import { isServerTopic } from '../mqtt/topic-name.ts'
import type { LocalDelivery, LocalMessage } from '../relay/local-delivery.ts'
import type { Origin } from '../relay/relay.ts'
import type { LocalInterest } from './local-interest.ts'
import { LocalSessions, MAX_LOCAL_LEVELS } from './local-sessions.ts'
import type { RelayEntry } from './relay-entry.ts'
import { AedesSession } from './aedes-session.ts'
import { type Done, type Message, type Qos, type ReturnCode, type SessionOwner, SessionStream } from './session-port.ts'
import type { SessionStore } from './session-store.ts'

export interface EdgeBrokerOptions {
  readonly interest: LocalInterest
  readonly store: SessionStore
  readonly entry: RelayEntry
  readonly logger: Logger
}

/** Limits of Aedes that ours stand in front of. */
const OUT_OF_REACH = 2 ** 30
const REFUSED = null
const NO_BRIDGE: Origin = { bridge: null }

export class EdgeBroker extends Aedes implements LocalDelivery {
  readonly sessions: LocalSessions
  readonly #interest: LocalInterest
  readonly #store: SessionStore
  readonly #entry: RelayEntry

  constructor (options: EdgeBrokerOptions) {
    super({
      mq: options.interest.emitter,
      persistence: options.store,
      concurrency: OUT_OF_REACH, // only the bound on listeners of a stream is left of it: the emitter is ours
      drainTimeout: 0, // a connection never makes it wait
      connectTimeout: OUT_OF_REACH, // it gets a connection together with its CONNECT
      maxTopicLevels: MAX_LOCAL_LEVELS,
      authenticate,
      authorizePublish: authorizeWill,
      authorizeSubscribe,
      authorizeForward: (client, packet) => {
        const qos = ownerOf(client)?.deliveryQos(packet.topic, packet.qos) ?? REFUSED
        if (qos === REFUSED) return null
        // one that is queued keeps its identifier, and with it a QoS that is acknowledged
        packet.qos = qos === 0 && packet.messageId !== undefined ? 1 : qos
        return packet
      }
    })
    this.#interest = options.interest
    this.#store = options.store
    this.#entry = options.entry
    this.sessions = new LocalSessions(this.id, options.store, options.interest)
    this.on('client', client => ownerOf(client)?.registered())
    this.on('clientReady', client => ownerOf(client)?.ready(new AedesSession(client, this.#store)))
    this.on('clientDisconnect', client => ownerOf(client)?.gone())
    const failed = (client: Client, error: Error): void => options.logger.debug({ client: client.id, cause: error.message }, 'a session ended with an error')
    this.on('clientError', failed)
    this.on('connectionError', failed)
    // Aedes's types know nothing of this event, which would end the process
    EventEmitter.prototype.on.call(this, 'error', (error: Error) => options.logger.error({ cause: error.message }, 'the session store failed'))
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
    const { topic, qos = 0, retain = false } = packet
    const payload = Buffer.from(packet.payload ?? '')
    this.#publish({ topic, payload, qos, retain }, publisher, NO_BRIDGE, error => error === null ? done() : done(error))
  }

  deliver ({ topic, payload, qos, retain, bridge }: LocalMessage, done: Done): void {
    this.#publish({ topic, payload, qos, retain }, null, { bridge }, done)
  }

  /** Closes all sessions; wills are published. */
  stop (): Promise<void> {
    return new Promise(resolve => this.close(resolve))
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
    this.#entry.offer(message, origin, both)
  }
}

interface Publication {
  readonly topic: string
  readonly payload?: string | Buffer
  readonly qos?: Qos
  readonly retain?: boolean
}

type PublishRest = [] | [done: PublishDone] | [publisher: Client | null, done?: PublishDone]
type PublishDone = (error?: Error) => void

function ignore (): void {}

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

/** A device's PUBLISH never comes here. After a restart there is no client any more: its will was let in with its CONNECT. */
function authorizeWill (client: Client | null, will: { topic: string }, done: (error?: Error | null) => void): void {
  const owner = ownerOf(client)
  if (isServerTopic(will.topic)) return done(new Error('the topic is the server\'s'))
  if (owner === null) return done(null)
  answer(owner.mayPublishWill(will.topic), allowed => done(allowed ? null : new Error('the will is not allowed')))
}

/** Subscriptions of stored sessions; those of a SUBSCRIBE were decided by the connection before. */
function authorizeSubscribe (client: Client, asked: AedesSubscription, done: (error: Error | null, subscription?: AedesSubscription | null) => void): void {
  const owner = ownerOf(client)
  if (owner === null) return done(null, null)
  const subscription = { filter: asked.topic, qos: asked.qos, bridge: asked.nl === true }
  answer(owner.restore(subscription), allowed => done(null, allowed ? asked : null))
}

function answer (allowed: boolean | Promise<boolean>, call: (allowed: boolean) => void): void {
  if (typeof allowed === 'boolean') call(allowed)
  else void allowed.then(call, () => call(false))
}
