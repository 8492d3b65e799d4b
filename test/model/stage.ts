/** Who takes part in a plan, at the real edge and in the plain model beside it, and how to wait until both are at rest. */
import type { Bridge } from '../../src/bridge/bridge.ts'
import type { TestScope } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { Ledger, once } from './ledger.ts'
import { PlainDevice } from './plain-device.ts'
import { type Circumstances, type PlainMessage, PlainSite } from './plain-site.ts'
import type { Plan } from './plan.ts'
import { PlannedEdge } from './planned-edge.ts'
import type { RecordingRemote } from './recording-remote.ts'

const PATIENCE_MS = 4000

/** The device or bridge that is none. */
export const NOBODY = -1

export interface Terms {
  readonly clean: boolean
  readonly kept: boolean
}

export class Stage {
  readonly plan: Plan
  readonly planned: PlannedEdge
  readonly devices: readonly PlainDevice[]
  readonly site: PlainSite
  readonly complaints: string[] = []
  /** By device: its will, while it is connected. */
  readonly wills = new Map<number, PlainMessage>()
  readonly #ledgers: { readonly devices: readonly Ledger[], readonly bridges: readonly Ledger[] }
  #serial = 0

  private constructor (plan: Plan, planned: PlannedEdge) {
    this.plan = plan
    this.planned = planned
    this.devices = plan.devices.map(({ level }, at) => new PlainDevice(planned.port, `d${at}`, level))
    this.#ledgers = {
      devices: this.devices.map(device => new Ledger(device.name, device.arrivals, ({ retain }) => !retain)),
      bridges: this.remotes.map((remote, at) => new Ledger(`remote ${at}`, remote.arrivals, () => true))
    }
    this.site = new PlainSite(this.#ledgers.devices.map((ledger, at) => ({ ledger, level: plan.devices[at]?.level ?? 4 })), plan.stored, plan.bridges.map(({ rules, bridged, durable }, at) => ({ rules, bridged, durable, ledger: this.#ledgers.bridges[at] as Ledger })))
  }

  static async make (plan: Plan, scope: TestScope): Promise<Stage> {
    const stage = new Stage(plan, await PlannedEdge.start(plan, scope))
    scope.teardown(() => { for (const device of stage.devices) device.breaks() })
    return stage
  }

  get remotes (): readonly RecordingRemote[] { return this.planned.remotes }

  /** A number that no message had before. */
  next (): number { return this.#serial++ }

  device (at: number): PlainDevice { return this.devices[at] as PlainDevice }
  remote (at: number): RecordingRemote { return this.remotes[at] as RecordingRemote }
  bridge (at: number): Bridge { return this.planned.edge.bridges[at] as Bridge }

  /** How it connects: 3.1.1 keeps the session where it does not begin a clean one. */
  terms (at: number, clean: boolean, kept = !clean): Terms {
    return { clean, kept: this.plan.devices[at]?.level === 5 ? kept : !clean }
  }

  /** How it connects when its connection is gone: it goes on where it can. */
  again (at: number): Terms {
    const kept = this.site.sessions[at]?.kept === true
    return this.terms(at, !kept)
  }

  /** @returns Session Present */
  async connect (at: number, terms: Terms): Promise<boolean> {
    const device = this.device(at)
    const qos = this.plan.devices[at]?.will ?? null
    const will = qos === null ? null : { topic: `${device.name}/w`, payload: `will-${device.name}:${this.next()}`, qos, retain: false, by: at }
    const present = await device.come({ ...terms, will, aliases: this.plan.devices[at]?.aliases ?? 0 })
    if (will === null) this.wills.delete(at)
    else this.wills.set(at, will)
    return present
  }

  hears (at: number, present: boolean, terms: Terms): void {
    const wanted = this.site.comes(at, terms)
    if (wanted !== null && wanted !== present) this.complaints.push(`d${at} was told ${present ? 'that there is a session, and there is none' : 'of no session, and there is one'}`)
  }

  circumstances (broke = NOBODY): Circumstances {
    return {
      devices: this.devices.map(({ connected }, at) => at === broke ? 'broke' : connected ? 'there' : 'away'),
      links: this.remotes.map(({ down }) => down ? 'down' : 'up')
    }
  }

  /** All that was sent has been taken in and acknowledged, and what goes to live subscribers has been written. */
  async quiet (): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const device of this.devices) {
        await device.settled()
        await device.ping()
      }
    }
  }

  /** Waits for what must come to those that are there. */
  async settle (): Promise<void> {
    await this.quiet()
    const waitFor = [
      ...this.#ledgers.devices.filter((_, at) => this.device(at).connected),
      ...this.#ledgers.bridges.filter((_, at) => !this.remote(at).down)
    ]
    const idle = (): boolean => this.planned.edge.bridges.every((bridge, at) => this.remote(at).down || bridge.queued === 0)
    try {
      await eventually('all that must come has', () => waitFor.every(({ isSatisfied }) => isSatisfied) && idle(), PATIENCE_MS)
    } catch {
      this.complaints.push(...waitFor.flatMap(ledger => ledger.missing()), ...(idle() ? [] : ['a bridge keeps messages that its remote has']))
    }
    for (const { surprises } of [...this.devices, ...this.remotes]) this.complaints.push(...surprises.splice(0))
    for (const device of this.devices) if (device.connected) device.rests()
    for (const remote of this.remotes) if (!remote.down) remote.rests()
  }

  /** All that is wrong once all have come back. */
  async judge (): Promise<void> {
    await this.settle()
    await eventually('groups have all', () => this.site.shared.isSatisfied, PATIENCE_MS).catch(() => {})
    this.complaints.push(...[...this.#ledgers.devices, ...this.#ledgers.bridges, this.site.shared].flatMap(ledger => ledger.complaints()))
    this.complaints.push(...await this.#retainedComplaints())
  }

  /**
   * What the broker has changed is on disk: it writes in order, and acknowledges a retained message when that is there. No filter
   * and no rule of a plan matches this one.
   */
  async isOnDisk (): Promise<void> {
    if (!this.plan.stored) return
    const witness = new PlainDevice(this.planned.port, 'witness')
    await witness.come({ clean: true, kept: false, will: null, aliases: 0 })
    await witness.publish([{ topic: '$disk/witness', payload: `w:${this.next()}`, qos: 1, retain: true, acknowledged: false, forgotten: false, released: false }])
    await witness.leave()
  }

  /** Somebody new is told all that is retained, and nothing else. */
  async #retainedComplaints (): Promise<string[]> {
    const observer = new PlainDevice(this.planned.port, 'observer')
    const ledger = new Ledger('a new subscriber', observer.arrivals, () => false)
    for (const message of this.site.retained.values()) ledger.expect({ ...message, retain: true }, once)
    await observer.come({ clean: true, kept: false, will: null, aliases: 0 })
    await observer.subscribe('#', 2)
    await observer.subscribe('$c/#', 2)
    await eventually('what is retained', () => ledger.isSatisfied, PATIENCE_MS).catch(() => {})
    await observer.ping()
    observer.breaks()
    return ledger.complaints()
  }

  async linksAreUp (): Promise<void> {
    for (const at of this.remotes.keys()) if (!this.remote(at).down) await this.isUp(at)
  }

  /** Both ends of the link know that it is there. */
  async isUp (at: number): Promise<void> {
    await eventually(`link ${at} is up`, () => this.remote(at).linked && this.bridge(at).state.name === 'up')
  }
}
