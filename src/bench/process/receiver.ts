/** The remote broker of a run, in a process of its own: a TLS server that accounts for all it gets. It answers the coordinator's calls. */
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket, createSecureContext, type SecureContext } from 'node:tls'
import type { Calls, Identity } from './calls.ts'
import { ProcessAccount } from './account.ts'
import { announce, answerCalls } from './answering.ts'
import { BridgeLink } from './bridge-link.ts'
import { SessionStore } from './session-store.ts'
import { Publisher } from '../wire/publisher.ts'
import { Pump } from '../wire/pump.ts'
import { Tally } from '../wire/tally.ts'
import type { Workload } from '../wire/workload.ts'

const LOOPBACK = '127.0.0.1'

class Receiver {
  readonly account = new ProcessAccount(() => this.#links.size)
  readonly #sessions = new SessionStore()
  readonly #links = new Set<BridgeLink>()
  readonly #sockets = new Set<Socket>()
  #run = 0
  #server: Server | null = null
  #context: SecureContext = createSecureContext()
  #port = 0
  #away = false
  #handshakes = 0
  #pump: Pump | null = null
  #down: BridgeLink | null = null

  async listen (asks: Calls['listen']['asks']): Promise<{ port: number }> {
    this.#run = asks.run
    this.account.tally = new Tally(asks.run)
    this.present(asks.identity)
    this.#port = await this.#open(asks.port)
    return { port: this.#port }
  }

  present (identity: Identity): null {
    this.#context = createSecureContext({ cert: identity.certificate, key: identity.key, minVersion: 'TLSv1.2' })
    return null
  }

  async away (): Promise<null> {
    this.#away = true
    const server = this.#server
    this.#server = null
    const closed = new Promise<void>(resolve => server === null ? resolve() : server.close(() => resolve()))
    this.cut()
    await closed
    return null
  }

  async back (): Promise<null> {
    this.#away = false
    await this.#open(this.#port)
    return null
  }

  cut (): null {
    for (const socket of this.#sockets) socket.destroy()
    return null
  }

  prepare ({ workload, topicPrefix }: { workload: Workload, topicPrefix: string }): null {
    if (this.#down === null) throw new Error('the target has not subscribed to anything at the receiver')
    const pump = { wake: (): void => this.#pump?.wake() }
    this.account.publishers = [new Publisher({
      workload: { ...workload, connections: 1 },
      topicPrefix,
      run: this.#run,
      place: 0,
      wake: pump.wake,
      late: micros => this.account.lateness.record(micros)
    })]
    this.#pump = new Pump(this.account.publishers, workload.rate !== null)
    const [publisher] = this.account.publishers
    if (publisher !== undefined) {
      publisher.attach(this.#down.socket)
      this.#down.traffic.publisher = publisher
    }
    return null
  }

  start (): null {
    this.#pump?.start()
    return null
  }

  stop (): null {
    this.#pump?.stop()
    return null
  }

  get handshakes (): number { return this.#handshakes }

  end (): void {
    this.stop()
    this.#server?.close()
    this.cut()
  }

  async #open (port: number): Promise<number> {
    const server = createServer(socket => this.#accept(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, LOOPBACK, resolve)
    })
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : port
  }

  #accept (socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => {})
    socket.setNoDelay(true)
    const secure = new TLSSocket(socket, { isServer: true, secureContext: this.#context })
    secure.on('secure', () => { this.#handshakes++ })
    // one of the sessions' links only once it has said CONNECT: a bridge may dial just to see the certificate
    const link: BridgeLink = new BridgeLink(secure, {
      tally: this.account.tally,
      sessions: this.#sessions,
      connected: opened => {
        this.#links.add(opened)
        announce({ links: this.#links.size })
      },
      subscribed: opened => { this.#down = opened },
      closed: (gone, fault) => this.#closed(gone, fault)
    })
    if (this.#away) link.socket.destroy()
  }

  #closed (link: BridgeLink, fault: string | null): void {
    this.account.fault ??= fault
    if (this.#down === link) this.#down = null
    if (!this.#links.delete(link)) return
    if (!this.#away) this.account.losses++
    announce({ links: this.#links.size })
  }
}

const receiver = new Receiver()
answerCalls({
  listen: async asks => receiver.listen(asks),
  away: async () => receiver.away(),
  back: async () => receiver.back(),
  present: asks => receiver.present(asks),
  cut: () => receiver.cut(),
  handshakes: () => receiver.handshakes,
  prepare: asks => receiver.prepare(asks),
  start: () => receiver.start(),
  stop: () => receiver.stop(),
  pause: () => receiver.account.tally.takePause(),
  mark: () => receiver.account.mark(),
  snapshot: () => receiver.account.snapshot(),
  distributions: () => receiver.account.distributions()
}, () => receiver.end())
