/**
 * One connection to the remote, from the dial to its end: socket, tap, client and liveness, and the one reason it ended for. A
 * bridge has one after the other, and two for the moment in which the second takes over.
 */
import type { BridgeConfig } from '../../config/model.ts'
import type { CausewayError } from '../../errors.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { sessionOf } from './connection-options.ts'
import { dialRemote } from './dial-remote.ts'
import type { VerifiedRemote } from './dial-remote.ts'
import { closedReason, undeliveredReason, violatedReason } from './ends.ts'
import { LinkWatch } from './link-watch.ts'
import { Presence } from './presence.ts'
import { RemoteClient } from './remote-client.ts'
import type { SubscriptionRequest } from './remote-client.ts'
import { disconnectReason, Refusal } from './remote-reason.ts'
import { RemoteTap } from './remote-tap.ts'

export interface Succession {
  /** The connection whose place is taken. Not kept: each would keep all before it. */
  readonly predecessor: Connection
  /** When the remote has accepted, waits until the new connection may carry. */
  readonly mayCarry?: () => Promise<void>
}

/** A connection that another has taken over from is read to its end, at most so long. */
const RETIRE_MS = 1000

/** @throws HandshakeError, TrustError, BridgeError: the remote has seen no CONNECT unless `onDialled` was called */
export async function openConnection (options: ConnectionOptions): Promise<Connection> {
  const remote = await dialRemote(options)
  options.onDialled()
  const connection = new Connection(options, remote)
  await connection.accepted()
  return connection
}

export class Connection {
  readonly #options: ConnectionOptions
  readonly #tap: RemoteTap
  readonly #client: RemoteClient
  readonly #presence: Presence
  #watch: LinkWatch | null = null
  #reason: CausewayError | null = null
  #strays = 0
  #retired = false
  sessionPresent = false
  /** Who we are at the remote. */
  clientId: string
  /** Of the trust the remote was verified with; null: plain TCP. */
  readonly fingerprint: string | null

  /** Why it ended, once it has. */
  readonly ended: Promise<CausewayError>

  constructor (options: ConnectionOptions, dialled: VerifiedRemote) {
    const { config, incoming, maxPacketSize } = options
    this.#options = options
    this.clientId = options.clientId
    this.fingerprint = dialled.fingerprint
    this.#tap = new RemoteTap({
      socket: dialled.socket,
      level: config.protoVer,
      bridgeBit: options.bridgeBit,
      maxPacketSize,
      incoming,
      limits: options.limits,
      topicAliases: config.protoVer === 5 ? config.topicAlias : 0,
      clock: options.clock,
      session: config.cleanStart ? null : this.session,
      resumes: present => options.session.resumes(this.session, present),
      owner: {
        violated: reason => this.#violated(reason),
        undelivered: error => this.#end(undeliveredReason(error)),
        stray: (type, id) => this.#stray(type, id)
      }
    })
    this.ended = new Promise(resolve => this.#tap.once('close', () => resolve(this.#finish())))
    this.#tap.on('error', error => { this.#reason ??= dialled.diagnose(error) })
    this.#client = new RemoteClient(config, options.clientId, this.#tap, maxPacketSize)
    this.#presence = new Presence(config, options.clientId, frame => this.#tap.say(frame))
    this.#client.onDisconnect((code, elsewhere) => this.#end(disconnectReason(config.server.url, code, elsewhere))) // MQTT 5, 3.14.4
  }

  /**
   * Waits for the remote to accept us, and lets messages flow.
   * @throws Refusal, or the reason the connection ended for
   */
  async accepted (succession: Succession | null = null): Promise<void> {
    const { signal, outbox, clock, config } = this.#options
    const abort = (): void => this.#end(new BridgeError(bridgeCodes.stopped, 'the bridge was stopped while connecting'))
    signal.addEventListener('abort', abort, { once: true })
    try {
      const { terms, keepaliveSeconds, assignedClientId } = await this.#client.accepted()
      this.sessionPresent = terms.sessionPresent
      if (assignedClientId !== null) this.#isAssigned(assignedClientId)
      this.#presence.agreed(terms)
      await succession?.mayCarry?.()
      if (this.#tap.destroyed) throw new BridgeError(bridgeCodes.linkLost, `${config.server.url} has closed the connection that it had accepted`)
      this.#appear(succession?.predecessor)
      this.#tap.carry(outbox, { ...terms, session: this.session })
      this.#watch = new LinkWatch({ tap: this.#tap, outbox, config, clock }, keepaliveSeconds, reason => this.#end(reason))
    } catch (error) {
      this.#tap.destroy()
      await this.ended
      throw this.#betterThan(error)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** What TLS said, or what was done to the connection, tells more than that no CONNACK came; a refusal or a broken socket does not. */
  #betterThan (error: unknown): unknown {
    const broken = this.#reason === null || this.#reason.code === bridgeCodes.linkLost
    return broken || error instanceof Refusal ? error : this.#reason
  }

  /** The remote has taken it; from then on the connection before is not served by it any more. */
  get wasAccepted (): boolean { return this.#tap.isAccepted }

  /** It is over, or as good as. */
  get isOver (): boolean { return this.#tap.destroyed }

  /** Names the session it has at its remote. */
  get session (): string {
    const { config, clientId } = this.#options
    // one that was said is said again, whatever the remote makes of it
    return sessionOf({ config, clientId: clientId === '' ? this.clientId : clientId })
  }

  /** The settings it was made with. */
  get config (): BridgeConfig { return this.#options.config }

  /**
   * Another connection is there in its place: nothing goes out here any more but DISCONNECT, and what was on its way in is read.
   * @param place where the other one says whether it is there
   */
  retire (place: string | null): void {
    this.#retired = true
    this.#watch?.stop()
    this.#tap.retire()
    // a remote that had its session taken over has closed it by then; another remote is told, so that it publishes no will
    const cancel = this.#options.clock.after(RETIRE_MS, () => {
      if (place !== this.#presence.place) this.#presence.say('offline')
      this.#tap.release() // what comes in behind DISCONNECT could not be acknowledged
      void this.#client.end()
    })
    void this.ended.then(cancel)
  }

  /** Sends a few bytes that are answered at once: with them goes TCP's acknowledgement of what has come in. */
  nudge (): void {
    this.#tap.ping()
  }

  /**
   * Another connection is about to take the session over: what comes in of QoS 1 is kept for it. Resolves when the remote has the acknowledgements of all that came before, so that it
   * sends none of it again; when the connection ends; or after so long.
   */
  async handOver (mostMs: number): Promise<void> {
    await new Promise<void>(resolve => {
      const cancel = this.#options.clock.after(mostMs, resolve)
      const done = (): void => {
        cancel()
        resolve()
      }
      void this.ended.then(done)
      this.#tap.handOver(done)
    })
  }

  /** Nothing has taken over: what was kept is delivered. */
  proceed (): void {
    if (!this.#tap.destroyed) this.#tap.proceed()
  }

  /** @returns the filters that the remote refused */
  async subscribe (requests: readonly SubscriptionRequest[]): Promise<string[]> {
    return this.#client.subscribe(requests)
  }

  /** Gives filters up. */
  async unsubscribe (filters: readonly string[]): Promise<void> {
    await this.#client.unsubscribe(filters)
  }

  /** Something went wrong with it that only its user knows. */
  fail (reason: CausewayError): void {
    this.#end(reason)
  }

  /** Says DISCONNECT, after what the outbox has written, and waits for the end. */
  async close (): Promise<void> {
    this.#reason ??= new BridgeError(bridgeCodes.stopped, 'the bridge was stopped')
    this.#presence.say('offline')
    this.#tap.release()
    await this.#client.end()
  }

  #isAssigned (clientId: string): void {
    const { session, assigned } = this.#options
    this.clientId = clientId
    session.isNow(this.session)
    assigned(clientId)
  }

  /** The connection before is told to leave, and the remote that this one is there. */
  #appear (predecessor?: Connection): void {
    predecessor?.retire(this.#presence.place)
    this.#presence.say('online')
    // its will, or what it says in the end, may reach the same remote, or a node of the same cluster, later than this
    if (predecessor !== undefined) void predecessor.ended.then(() => { if (this.#reason === null && !this.#retired) this.#presence.say('online') })
  }

  #end (reason: CausewayError): void {
    this.#reason ??= reason
    this.#tap.destroy()
  }

  #violated (fault: Violation): void {
    const { server, protoVer } = this.#options.config
    this.#reason ??= violatedReason(server, fault)
    this.#tap.release()
    if (protoVer === 5) void this.#client.end(fault.reasonCode) // [MQTT-4.13.1-1]
    else this.#tap.destroy()
  }

  #stray (type: number, id: number): void {
    // one line a connection: a remote at fault can send millions
    if (this.#strays++ === 0 && !this.#retired) this.#options.logger.warn({ packetType: type, packetId: id }, 'remote acknowledges a packet id that is not under way; ignored')
  }

  #finish (): CausewayError {
    this.#watch?.stop()
    this.#tap.release()
    return this.#reason ?? closedReason(this.#options.config.server)
  }
}
