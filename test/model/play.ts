/** Plays a plan at a real edge, with real sockets, and in the plain model beside it; answers what is not the same. */
import type { Bridge } from '../../src/bridge/bridge.ts'
import type { Edge } from '../../src/edge.ts'
import type { TestScope } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { Ledger, atLeastOnce, atMostOnce, once } from './ledger.ts'
import { type Outgoing, PlainDevice, timesOf } from './plain-device.ts'
import { type Circumstances, type PlainMessage, PlainSite } from './plain-site.ts'
import type { Burst, Down, Plan, Step } from './plan.ts'
import { plannedEdge } from './planned-edge.ts'
import type { RecordingRemote } from './recording-remote.ts'

const PATIENCE_MS = 4000
const NOBODY = -1

/** @returns what went wrong; empty: all is as MQTT demands */
export async function play (plan: Plan): Promise<string[]> {
  const cleaning: (() => unknown)[] = []
  try {
    const player = await Player.make(plan, { teardown: clean => { cleaning.unshift(clean) } })
    return await player.play()
  } finally {
    for (const clean of cleaning) await clean()
  }
}

class Player {
  readonly #plan: Plan
  readonly #edge: Edge
  readonly #remotes: readonly RecordingRemote[]
  readonly #devices: readonly PlainDevice[]
  readonly #ledgers: { readonly devices: readonly Ledger[], readonly bridges: readonly Ledger[] }
  readonly #site: PlainSite
  readonly #complaints: string[] = []
  /** By device: its will, while it is connected. */
  readonly #wills = new Map<number, PlainMessage>()
  #serial = 0

  private constructor (plan: Plan, edge: Edge, remotes: readonly RecordingRemote[]) {
    this.#plan = plan
    this.#edge = edge
    this.#remotes = remotes
    const port = edge.addresses[0]?.port ?? 0
    this.#devices = plan.devices.map((_, at) => new PlainDevice(port, `d${at}`))
    this.#ledgers = {
      devices: this.#devices.map(device => new Ledger(device.name, device.arrivals, ({ retain }) => !retain)),
      bridges: remotes.map((remote, at) => new Ledger(`remote ${at}`, remote.arrivals, () => true))
    }
    this.#site = new PlainSite(this.#ledgers.devices, plan.bridges.map(({ rules, bridged }, at) => ({ rules, bridged, ledger: this.#ledgers.bridges[at] as Ledger })))
  }

  static async make (plan: Plan, scope: TestScope): Promise<Player> {
    const { edge, remotes } = await plannedEdge(plan, scope)
    const player = new Player(plan, edge, remotes)
    scope.teardown(() => { for (const device of player.#devices) device.breaks() })
    return player
  }

  async play (): Promise<string[]> {
    await this.#linksAreUp()
    for (const [device, { clean }] of this.#plan.devices.entries()) await this.#come(device, clean)
    for (const [at, step] of this.#plan.steps.entries()) {
      await this.#step(step)
      if (this.#complaints.length > 0) return this.#complaints.map(each => `after step ${at} (${step.do}): ${each}`)
    }
    await this.#end()
    return this.#complaints
  }

  async #step (step: Step): Promise<void> {
    switch (step.do) {
      case 'burst': await this.#burst(step); break
      case 'down': await this.#down(step); break
      case 'come': await this.#come(step.device, step.clean); break
      case 'leave': await this.#leave(step.device, step.says); break
      case 'link': await this.#link(step.bridge, step.up, step.forgets); break
      case 'subscribe':
      case 'unsubscribe': await this.#subscribe(step); break
    }
    await this.#settle()
  }

  async #subscribe (step: Extract<Step, { readonly do: 'subscribe' | 'unsubscribe' }>): Promise<void> {
    const device = this.#device(step.device)
    if (!device.connected) return
    if (step.do === 'subscribe') {
      await device.subscribe(step.filter, step.qos)
      this.#site.subscribes(step.device, step.filter, step.qos)
    } else {
      await device.unsubscribe(step.filter)
      this.#site.unsubscribes(step.device, step.filter)
    }
  }

  async #come (at: number, clean: boolean): Promise<void> {
    const before = this.#wills.get(at)
    const wasThere = this.#device(at).connected
    const present = await this.#connect(at, clean)
    if (wasThere) {
      // the broker has ended the first connection [MQTT-3.1.4-2]: its will is published [MQTT-3.1.2-8]
      if (before !== undefined) this.#site.published(before, once, this.#circumstances(at))
      this.#site.goes(at)
    }
    this.#hears(at, present, clean)
  }

  /** @returns Session Present */
  async #connect (at: number, clean: boolean): Promise<boolean> {
    const device = this.#device(at)
    const qos = this.#plan.devices[at]?.will ?? null
    const will = qos === null ? null : { topic: `${device.name}/w`, payload: `will-${device.name}:${this.#serial++}`, qos, retain: false }
    const present = await device.come(clean, will)
    if (will === null) this.#wills.delete(at)
    else this.#wills.set(at, will)
    return present
  }

  #hears (at: number, present: boolean, clean: boolean): void {
    const wanted = this.#site.comes(at, clean)
    if (wanted !== null && wanted !== present) this.#complaints.push(`d${at} was told ${present ? 'that there is a session, and there is none' : 'of no session, and there is one'}`)
  }

  async #leave (at: number, says: boolean): Promise<void> {
    const device = this.#device(at)
    if (!device.connected) return
    if (says) await device.leave()
    else device.breaks()
    await eventually(`${device.name} is gone`, () => this.#edge.clients().every(({ clientId }) => clientId !== device.name))
    const will = this.#wills.get(at)
    this.#wills.delete(at)
    this.#site.goes(at) // of a session that is not kept nothing gets the will
    if (!says && will !== undefined) this.#site.published(will, once, this.#circumstances())
  }

  async #link (at: number, up: boolean, forgets: boolean): Promise<void> {
    const remote = this.#remotes[at] as RecordingRemote
    if (up) {
      remote.down = false
      await this.#isUp(at)
    } else if (!remote.down) {
      remote.goDown()
      if (forgets) remote.forget()
      await eventually('the link is down', () => this.#bridge(at).state.name !== 'up')
    }
  }

  async #burst (burst: Burst): Promise<void> {
    const { dies } = burst
    const sent = this.#devices.map((device, at) => device.connected ? burst.messages.filter(each => each.device === at).flatMap(each => this.#outgoing(each, dies?.device === at)) : [])
    const breaking = dies !== null && (sent[dies.device]?.length ?? 0) > 0 ? dies.device : NOBODY
    const breaks = this.#remotes.map(remote => remote.breaks)
    this.#arm(burst)
    await this.#send(sent, burst, breaking)
    const before = this.#circumstances(breaking)
    const will = this.#wills.get(breaking)
    const clean = this.#site.sessions[breaking]?.kept !== true
    const present = breaking !== NOBODY && await this.#connect(breaking, clean)
    await this.#quiet()
    for (const remote of this.#remotes) remote.cut = null
    // a link that broke was broken while these were under way
    const links = before.links.map((link, at) => link === 'up' && this.#remotes[at]?.breaks !== breaks[at] ? 'broke' : link)
    this.#reckon(sent, breaking, { ...before, links })
    if (will !== undefined) this.#site.published(will, once, { ...before, links })
    if (breaking !== NOBODY) {
      this.#site.goes(breaking)
      this.#hears(breaking, present, clean)
    }
    for (const [at, link] of links.entries()) if (link === 'broke') await this.#isUp(at)
  }

  #arm ({ cut }: Burst): void {
    const remote = cut === null ? undefined : this.#remotes[cut.bridge]
    if (cut !== null && remote?.down === false) remote.cut = { left: cut.after, answers: cut.answers }
  }

  /** All at once. */
  async #send (sent: readonly (readonly Outgoing[])[], { chunks, dies }: Burst, breaking: number): Promise<void> {
    await Promise.all(this.#devices.map(async (device, at) => {
      device.chunks = chunks
      device.breaksAfter = at === breaking ? dies?.after ?? 0 : null
      await device.publish(sent[at] ?? [])
      device.breaksAfter = null
    }))
  }

  #reckon (sent: readonly (readonly Outgoing[])[], breaking: number, circumstances: Circumstances): void {
    for (const [at, each] of sent.entries()) {
      for (const message of each) this.#site.published(message as PlainMessage, timesOf(message, at === breaking), circumstances)
    }
  }

  /** A remote has something to say. */
  async #down ({ bridge: at, messages, breaksAfter }: Down): Promise<void> {
    const remote = this.#remotes[at] as RecordingRemote
    if (remote.down) return
    await this.#isUp(at)
    await eventually('the bridge has subscribed', () => remote.subscribed)
    const sent = messages.flatMap(({ topic, qos, count }) => Array.from({ length: count }, () => ({ topic, payload: `r${at}:${this.#serial++}`, qos, retain: false })))
    const breaks = breaksAfter !== null && breaksAfter < sent.length
    remote.publish(sent, breaks ? breaksAfter : null)
    await eventually('the bridge has answered', () => remote.settled)
    for (const message of sent) {
      const topic = at === 0 ? message.topic : message.topic.replace('cmd/', 'in/')
      const times = !breaks || message.qos === 2 ? once : message.qos === 1 ? atLeastOnce : atMostOnce
      this.#site.published({ ...message, topic }, times, this.#circumstances(), at)
    }
    await this.#isUp(at)
  }

  #outgoing (planned: Burst['messages'][number], breaks: boolean): Outgoing[] {
    return Array.from({ length: planned.count }, () => ({
      topic: planned.topic,
      payload: planned.empty && planned.retain && !breaks ? '' : `d${planned.device}:${this.#serial++}`,
      qos: planned.qos,
      retain: planned.retain && !breaks, // what is retained then depends on what got through
      acknowledged: false,
      forgotten: false,
      released: false
    }))
  }

  #circumstances (broke = NOBODY): Circumstances {
    return {
      devices: this.#devices.map(({ connected }, at) => at === broke ? 'broke' : connected ? 'there' : 'away'),
      links: this.#remotes.map(({ down }) => down ? 'down' : 'up')
    }
  }

  /** All that was sent has been taken in and acknowledged, and what goes to live subscribers has been written. */
  async #quiet (): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const device of this.#devices) {
        await device.settled()
        await device.ping()
      }
    }
  }

  /** Waits for what must come to those that are there. */
  async #settle (): Promise<void> {
    await this.#quiet()
    const waitFor = [
      ...this.#ledgers.devices.filter((_, at) => this.#device(at).connected),
      ...this.#ledgers.bridges.filter((_, at) => this.#remotes[at]?.down === false)
    ]
    const idle = (): boolean => this.#edge.bridges.every((bridge, at) => this.#remotes[at]?.down === true || bridge.queued === 0)
    try {
      await eventually('all that must come has', () => waitFor.every(({ isSatisfied }) => isSatisfied) && idle(), PATIENCE_MS)
    } catch {
      this.#complaints.push(...waitFor.flatMap(ledger => ledger.missing()), ...(idle() ? [] : ['a bridge keeps messages that its remote has']))
    }
    for (const { surprises } of this.#devices) this.#complaints.push(...surprises.splice(0))
  }

  async #end (): Promise<void> {
    for (const at of this.#remotes.keys()) await this.#link(at, true, false)
    for (const at of this.#devices.keys()) if (!this.#device(at).connected && this.#site.sessions[at]?.kept === true) await this.#come(at, false)
    await this.#settle()
    this.#complaints.push(...[...this.#ledgers.devices, ...this.#ledgers.bridges].flatMap(ledger => ledger.complaints()))
    this.#complaints.push(...await this.#retainedComplaints())
  }

  /** Somebody new is told all that is retained, and nothing else. */
  async #retainedComplaints (): Promise<string[]> {
    const observer = new PlainDevice(this.#edge.addresses[0]?.port ?? 0, 'observer')
    const ledger = new Ledger('a new subscriber', observer.arrivals, () => false)
    for (const message of this.#site.retained.values()) ledger.expect({ ...message, retain: true }, once)
    await observer.come(true, null)
    await observer.subscribe('#', 2)
    await observer.subscribe('$c/#', 2)
    await eventually('what is retained', () => ledger.isSatisfied, PATIENCE_MS).catch(() => {})
    await observer.ping()
    observer.breaks()
    return ledger.complaints()
  }

  async #linksAreUp (): Promise<void> {
    for (const at of this.#remotes.keys()) await this.#isUp(at)
  }

  /** Both ends of the link know that it is there. */
  async #isUp (at: number): Promise<void> {
    await eventually(`link ${at} is up`, () => this.#remotes[at]?.linked === true && this.#bridge(at).state.name === 'up')
  }

  #device (at: number): PlainDevice { return this.#devices[at] as PlainDevice }
  #bridge (at: number): Bridge { return this.#edge.bridges[at] as Bridge }
}
