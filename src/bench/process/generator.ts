/** The devices of a run, in a process of their own: publishers, and subscribers where the scenario has them. It answers the coordinator's calls. */
import type { ConnectRequest, SubscribeRequest, UrgentRequest } from './calls.ts'
import { ProcessAccount } from './account.ts'
import { answerCalls } from './answering.ts'
import { DeviceLink } from './device-link.ts'
import { nowMicros } from '../wire/clock.ts'
import { subscribeFrame } from '../wire/frames.ts'
import { Publisher } from '../wire/publisher.ts'
import { Pump } from '../wire/pump.ts'
import { Tally } from '../wire/tally.ts'
import { urgent } from '../wire/workload.ts'

/** Connections that are opened side by side; a listen queue takes them without loss. */
const OPENING = 64
const PING_EVERY_MS = 20_000
const AGAIN_MS = 200
/** Attempts to come back after a connection was lost. */
const ATTEMPTS = 50

class Generator {
  readonly account = new ProcessAccount(() => this.#up)
  /** Takes what nobody counts. */
  readonly #ignored = new Tally(0)
  readonly #links: DeviceLink[] = []
  readonly #subscribers: DeviceLink[] = []
  #up = 0
  #pump: Pump | null = null
  #urgentPump: Pump | null = null
  #pings: NodeJS.Timeout | null = null
  #ended = false

  async connect (asks: ConnectRequest): Promise<null> {
    this.account.tally = new Tally(asks.run)
    const wake = (): void => this.#pump?.wake()
    const publishers = Array.from({ length: asks.workload.connections }, (_, place) => this.#publisher(asks, place, wake))
    this.account.publishers = publishers
    await this.#open(this.#links, OPENING)
    this.#pump = new Pump(publishers, asks.workload.rate !== null)
    this.#pings = setInterval(() => { for (const link of [...this.#links, ...this.#subscribers]) link.ping() }, PING_EVERY_MS)
    return null
  }

  async urgent (asks: UrgentRequest): Promise<null> {
    const { topicPrefix, place, rate, count } = urgent
    const workload = { ...asks.workload, qos: 1, connections: 1, topics: 1, batch: 1, window: 1000, rate, count } as const
    const publisher = this.#publisher({ ...asks, workload, topicPrefix, ca: null }, place, () => this.#urgentPump?.wake())
    this.account.publishers = [...this.account.publishers, publisher]
    await this.#open(this.#links.slice(-1), 1)
    this.#urgentPump = new Pump([publisher], true)
    return null
  }

  hurry (): null {
    this.#urgentPump?.start()
    return null
  }

  async subscribe (asks: SubscribeRequest): Promise<null> {
    if (asks.counted) this.account.tally = new Tally(asks.run)
    const added = Array.from({ length: asks.count }, (_, place) => new DeviceLink({
      ...asks,
      ca: null,
      keepAlive: 60,
      clientId: `bench-${asks.run}-${asks.stalled ? 'stalled' : 'listening'}-${place}`,
      tally: asks.counted ? this.account.tally : this.#ignored,
      publisher: null,
      // a broker may well drop one that does not read
      lost: () => { if (!asks.stalled) this.account.losses++ }
    }))
    await this.#open(added, OPENING)
    for (const link of added) {
      await link.subscribe(subscribeFrame(1, asks.filter, asks.qos, asks.level))
      if (asks.stalled) link.stall()
    }
    this.#subscribers.push(...added)
    return null
  }

  async storm (): Promise<number> {
    const began = nowMicros()
    for (const link of this.#links) link.drop()
    this.#up = 0
    await this.#open(this.#links, this.#links.length)
    this.#pump?.wake()
    return (nowMicros() - began) / 1000
  }

  start (): null {
    this.#pump?.start()
    return null
  }

  stop (): null {
    this.#pump?.stop()
    this.#urgentPump?.stop()
    return null
  }

  end (): void {
    this.#ended = true
    this.stop()
    if (this.#pings !== null) clearInterval(this.#pings)
    for (const link of [...this.#links, ...this.#subscribers]) link.drop()
  }

  /** With its connection, which is not open yet. */
  #publisher (asks: ConnectRequest, place: number, wake: () => void): Publisher {
    const publisher = new Publisher({ workload: asks.workload, topicPrefix: asks.topicPrefix, run: asks.run, place, wake, late: micros => this.account.lateness.record(micros) })
    this.#links.push(new DeviceLink({
      ...asks,
      level: asks.workload.level,
      clientId: `bench-${asks.run}-${place}`,
      tally: this.#ignored,
      publisher,
      lost: (link, reason) => this.#lost(link, reason)
    }))
    return publisher
  }

  /** Opens `links`, so many side by side; the first failure is the caller's. */
  async #open (links: readonly DeviceLink[], abreast: number): Promise<void> {
    const waiting = [...links]
    const worker = async (): Promise<void> => {
      for (let link = waiting.pop(); link !== undefined; link = waiting.pop()) {
        await this.#openPatiently(link)
        this.#up++
      }
    }
    await Promise.all(Array.from({ length: Math.min(abreast, links.length) }, worker))
  }

  /** A limit on connections per second is the target's right: try again, a bounded number of times. */
  async #openPatiently (link: DeviceLink): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await link.open()
        return
      } catch (thrown) {
        if (attempt === ATTEMPTS || this.#ended) throw thrown
        await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
      }
    }
  }

  #lost (link: DeviceLink, reason: string): void {
    this.account.losses++
    this.#up--
    this.account.fault ??= link.fault
    if (this.#ended) return
    this.#openPatiently(link).then(
      () => {
        this.#up++
        this.#pump?.wake()
      },
      () => { this.account.fault ??= `a device could not come back: ${reason}` }
    )
  }
}

const generator = new Generator()
answerCalls({
  connect: async asks => generator.connect(asks),
  subscribe: async asks => generator.subscribe(asks),
  urgent: async asks => generator.urgent(asks),
  hurry: () => generator.hurry(),
  storm: async () => generator.storm(),
  start: () => generator.start(),
  stop: () => generator.stop(),
  pause: () => generator.account.tally.takePause(),
  mark: () => generator.account.mark(),
  snapshot: () => generator.account.snapshot(),
  distributions: () => generator.account.distributions()
}, () => generator.end())
