/**
 * A broker and its bridges as MQTT describes them: who has which session and subscriptions, what is retained, and what each message that
 * comes in has to lead to. No sockets, no time, no queues: sets and loops.
 */
import { type Arrival, type Ledger, type Times, atMostOnce, forEach, once } from './ledger.ts'
import { type PlainRule, type Qos, matchesPlainly, routesOf } from './plain-rules.ts'
import { type LinkPresence, type Presence, toDevice, toDeviceOverDeath, toRemote, toRemoteOverDeath } from './presence.ts'
import { SharedLedger } from './shared-ledger.ts'
import { type Level, type SubscriptionOptions, PLAIN_OPTIONS } from './plain-wire.ts'

export interface PlainMessage extends Arrival {
  readonly qos: Qos
  /** The device that published it; -1: none of them did. */
  readonly by: number
}

interface PlainSubscription extends SubscriptionOptions {
  readonly qos: Qos
}

interface PlainSession {
  readonly level: Level
  readonly ledger: Ledger
  readonly filters: Map<string, PlainSubscription>
  /** The session outlives its connection. */
  kept: boolean
  exists: boolean
}

interface PlainBridge {
  /** What came by another bridge goes on by this one. */
  readonly bridged: boolean
  /** What waits for the remote outlives the edge. */
  readonly durable: boolean
  readonly rules: readonly PlainRule[]
  readonly ledger: Ledger
}

export interface Circumstances {
  /** By device. */
  readonly devices: readonly Presence[]
  /** By bridge. */
  readonly links: readonly LinkPresence[]
  /** The edge has died meanwhile. */
  readonly died?: boolean
}

/** How the edge starts again. */
export interface Restart {
  /** It has not stopped: it may not know what was acknowledged last. */
  readonly dies: boolean
  /** It has died while messages came in. */
  readonly busy: boolean
  /** Remotes that have lost their session, too: they can not tell what comes again. */
  readonly forgetful: ReadonlySet<number>
}

const NO_BRIDGE = -1

export class PlainSite {
  readonly sessions: readonly PlainSession[]
  readonly shared: SharedLedger
  readonly #stored: boolean
  readonly #bridges: readonly PlainBridge[]
  readonly retained = new Map<string, PlainMessage>()

  /** @param stored sessions and retained messages outlive the edge */
  constructor (devices: readonly { readonly level: Level, readonly ledger: Ledger }[], stored: boolean, bridges: readonly PlainBridge[]) {
    this.sessions = devices.map(({ level, ledger }) => ({ level, ledger, filters: new Map<string, PlainSubscription>(), kept: false, exists: false }))
    this.shared = new SharedLedger(devices.map(({ ledger }) => ledger))
    this.#stored = stored
    this.#bridges = bridges
  }

  /** A device connects. @returns what CONNACK has to say of a session; null: it may know of what was under way */
  comes (device: number, { clean, kept }: { readonly clean: boolean, readonly kept: boolean }): boolean | null {
    const session = this.#session(device)
    const had = session.exists && !clean && session.filters.size > 0
    const unsure = session.exists && session.kept && !clean && session.filters.size === 0
    if (clean || !session.kept) this.#ends(session)
    session.exists = true
    session.kept = kept
    return unsure ? null : had
  }

  /** Its connection is over. */
  goes (device: number): void {
    const session = this.#session(device)
    if (!session.kept) this.#ends(session)
  }

  /** @param options only in MQTT 5 */
  subscribes (device: number, filter: string, qos: Qos, options: SubscriptionOptions): void {
    const { filters, level } = this.#session(device)
    const isNew = !filters.has(filter)
    const subscription = { ...level === 5 ? options : PLAIN_OPTIONS, qos }
    filters.set(filter, subscription)
    if (subscription.retainHandling === 0 || (subscription.retainHandling === 1 && isNew)) this.#tellRetained(device, filter, subscription) // [MQTT-3.3.1-10] [MQTT-3.3.1-11]
  }

  /** [MQTT-3.3.1-6], of MQTT 5 [MQTT-3.3.1-9] */
  #tellRetained (device: number, filter: string, { noLocal, qos }: PlainSubscription): void {
    const { ledger, level } = this.#session(device)
    for (const message of this.retained.values()) {
      if (!matchesPlainly(filter, message.topic) || (noLocal && message.by === device)) continue // [MQTT-3.8.3-3]
      const granted = level === 5 ? qos : this.#wanted(device, message)?.qos ?? 0 // [MQTT-3.8.4-8] of MQTT 5; in 3.1.1 [MQTT-3.3.5-1] may be read for it too
      ledger.expect({ ...message, qos: Math.min(message.qos, granted), retain: true }, once)
    }
  }

  unsubscribes (device: number, filter: string): void {
    this.#session(device).filters.delete(filter)
  }

  /** A message comes in, so many times. @param from the bridge that brought it; NO_BRIDGE: none did */
  published (message: PlainMessage, times: Times, circumstances: Circumstances, from = NO_BRIDGE): void {
    if (message.retain) this.#retain(message)
    for (const device of this.sessions.keys()) {
      const wanted = this.#wanted(device, message)
      if (wanted === null) continue
      const qos = Math.min(message.qos, wanted.qos)
      this.#session(device).ledger.expect({ ...message, qos, retain: wanted.retain }, forEach(times, this.#toDevice(device, message, qos, circumstances)))
    }
    for (const [filter, members] of this.#groups()) if (matchesPlainly(groupFilter(filter), message.topic)) this.#shares(message, times, filter, members, circumstances)
    this.#crosses(message, times, circumstances, from)
  }

  /** Members by the whole filter of their group. */
  #groups (): Map<string, number[]> {
    const groups = new Map<string, number[]>()
    for (const [device, { filters }] of this.sessions.entries()) for (const filter of filters.keys()) if (filter.startsWith('$share/')) groups.set(filter, [...groups.get(filter) ?? [], device])
    return groups
  }

  /** One of a group gets it: of those that are there, else of those whose sessions are kept, where it has a QoS. */
  // eslint-disable-next-line max-params -- a message, how it came, and the group
  #shares (message: PlainMessage, times: Times, filter: string, members: readonly number[], circumstances: Circumstances): void {
    const chances = members.map(device => {
      const { qos: granted, retainAsPublished } = this.#session(device).filters.get(filter) as PlainSubscription
      const qos = Math.min(message.qos, granted)
      const presence = circumstances.devices[device] ?? 'there'
      const each = forEach(times, this.#toDevice(device, message, qos, circumstances))
      this.#session(device).ledger.allow({ ...message, qos, retain: message.retain && retainAsPublished }, each.max)
      return { presence, each }
    })
    const there = chances.filter(({ presence }) => presence === 'there')
    const broke = chances.filter(({ presence }) => presence === 'broke')
    const chosen = broke.length > 0 ? [...broke, ...there] : there.length > 0 ? there : chances.filter(({ each }) => each.max > 0)
    if (chosen.length === 0) return
    this.shared.expect(message, { min: Math.min(...chosen.map(({ each }) => each.min)), max: Math.max(...chosen.map(({ each }) => each.max)) })
  }

  /** It comes in or not, and nobody knows when. */
  mayBePublished (message: PlainMessage): void {
    const qualities = ([0, 1, 2] as const).filter(qos => qos <= message.qos)
    for (const { ledger } of this.sessions) for (const qos of qualities) ledger.expect({ ...message, qos }, atMostOnce)
    this.#crosses(message, atMostOnce, { devices: [], links: [] }, NO_BRIDGE)
  }

  /** Its session is there after the edge has died. */
  survives (device: number): boolean { return this.#stored && this.#session(device).kept }

  /** It goes on with its session then; null: it may. */
  resumes (device: number): boolean | null {
    if (!this.survives(device)) return false
    return this.#session(device).filters.size > 0 ? true : null
  }

  restarts ({ dies, busy, forgetful }: Restart): void {
    for (const device of this.sessions.keys()) if (!this.survives(device)) this.#ends(this.#session(device))
    if (!this.#stored) this.retained.clear()
    if (dies) {
      for (const { ledger } of this.sessions) ledger.mayRepeat(false)
      this.shared.mayRepeat()
    }
    for (const [at, { durable, ledger }] of this.#bridges.entries()) {
      if (!durable) busy ? ledger.excuse() : ledger.forgive()
      else if (dies) ledger.mayRepeat(forgetful.has(at))
    }
  }

  #crosses (message: PlainMessage, times: Times, { links, died = false }: Circumstances, from: number): void {
    for (const [at, { rules, ledger, bridged, durable }] of this.#bridges.entries()) {
      if (from !== NO_BRIDGE && (at === from || !bridged)) continue
      for (const { name, rule } of routesOf(rules, message.topic)) {
        const qos = rule.qos ?? message.qos
        ledger.expect({ topic: name, payload: message.payload, qos, retain: rule.retain ?? message.retain }, forEach(times, died ? toRemoteOverDeath(qos, { durable, repeated: message.qos > 0 }) : toRemote(qos, links[at] ?? 'up')))
      }
    }
  }

  #toDevice (device: number, message: PlainMessage, qos: number, { devices, died = false }: Circumstances): Times {
    const presence = devices[device] ?? 'there'
    if (died) return toDeviceOverDeath(qos, { presence, survives: this.survives(device), repeated: message.qos > 0 })
    return toDevice(qos, presence, this.#session(device).kept)
  }

  #retain (message: PlainMessage): void {
    if (message.payload === '') this.retained.delete(message.topic) // [MQTT-3.3.1-10]
    else this.retained.set(message.topic, message)
  }

  /** How it goes to a device: with the highest QoS of the filters that match [MQTT-3.3.5-1]; null: none does that wants it. */
  #wanted (device: number, { topic, retain, by }: PlainMessage): { readonly qos: Qos, readonly retain: boolean } | null {
    const matching = [...this.#session(device).filters].filter(([filter, { noLocal }]) => matchesPlainly(filter, topic) && !(noLocal && by === device)).map(([, subscription]) => subscription) // [MQTT-3.8.3-3]
    if (matching.length === 0) return null
    return { qos: Math.max(...matching.map(({ qos }) => qos)) as Qos, retain: retain && matching.some(({ retainAsPublished }) => retainAsPublished) } // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
  }

  /** What waits for it goes with it [MQTT-3.1.2-6]. */
  #ends (session: PlainSession): void {
    session.filters.clear()
    session.exists = false
    this.shared.forgive()
    session.ledger.forgive()
  }

  #session (device: number): PlainSession {
    const session = this.sessions[device]
    if (session === undefined) throw new Error(`there is no device ${device}`)
    return session
  }
}

/** What a group shares, behind `$share` and its name. */
function groupFilter (filter: string): string {
  return filter.split('/').slice(2).join('/')
}
