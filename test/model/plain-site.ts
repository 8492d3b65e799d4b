/**
 * A broker and its bridges as MQTT describes them: who has which session and subscriptions, what is retained, and what each message that
 * comes in has to lead to. No sockets, no time, no queues: sets and loops.
 */
import { type Arrival, type Ledger, type Times, atLeastOnce, atMostOnce, forEach, never, once } from './ledger.ts'
import { type PlainRule, type Qos, matchesPlainly, routesOf } from './plain-rules.ts'

export interface PlainMessage extends Arrival {
  readonly qos: Qos
}

/** How a device stood while messages came in. */
export type Presence = 'there' | 'away' | 'broke'
/** How a link stood meanwhile. */
export type LinkPresence = 'up' | 'down' | 'broke'

interface PlainSession {
  readonly ledger: Ledger
  readonly filters: Map<string, Qos>
  /** The session outlives its connection. */
  kept: boolean
  exists: boolean
}

interface PlainBridge {
  /** What came by another bridge goes on by this one. */
  readonly bridged: boolean
  readonly rules: readonly PlainRule[]
  readonly ledger: Ledger
}

export interface Circumstances {
  /** By device. */
  readonly devices: readonly Presence[]
  /** By bridge. */
  readonly links: readonly LinkPresence[]
}

export class PlainSite {
  readonly sessions: readonly PlainSession[]
  readonly #bridges: readonly PlainBridge[]
  readonly retained = new Map<string, PlainMessage>()

  constructor (devices: readonly Ledger[], bridges: readonly PlainBridge[]) {
    this.sessions = devices.map(ledger => ({ ledger, filters: new Map<string, Qos>(), kept: false, exists: false }))
    this.#bridges = bridges
  }

  /** A device connects. @returns what CONNACK has to say of a session; null: it may know of what was under way */
  comes (device: number, clean: boolean): boolean | null {
    const session = this.#session(device)
    const had = session.exists && !clean && session.filters.size > 0
    const unsure = session.exists && session.kept && !clean && session.filters.size === 0
    if (clean || !session.kept) this.#ends(session)
    session.exists = true
    session.kept = !clean
    return unsure ? null : had
  }

  /** Its connection is over. */
  goes (device: number): void {
    const session = this.#session(device)
    if (!session.kept) this.#ends(session)
  }

  subscribes (device: number, filter: string, qos: Qos): void {
    const { filters, ledger } = this.#session(device)
    filters.set(filter, qos)
    for (const message of this.retained.values()) { // [MQTT-3.3.1-6]
      if (matchesPlainly(filter, message.topic)) ledger.expect({ ...message, qos: Math.min(message.qos, this.#granted(device, message.topic) ?? 0), retain: true }, once)
    }
  }

  unsubscribes (device: number, filter: string): void {
    this.#session(device).filters.delete(filter)
  }

  /** A message comes in, so many times. @param from the bridge that brought it; -1: none did */
  published (message: PlainMessage, times: Times, { devices, links }: Circumstances, from = -1): void {
    if (message.retain) this.#retain(message)
    for (const device of this.sessions.keys()) {
      const granted = this.#granted(device, message.topic)
      if (granted === null) continue
      const qos = Math.min(message.qos, granted)
      this.#session(device).ledger.expect({ ...message, qos, retain: false }, forEach(times, this.#toDevice(device, qos, devices[device] ?? 'there')))
    }
    this.#crosses(message, times, links, from)
  }

  #crosses (message: PlainMessage, times: Times, links: Circumstances['links'], from: number): void {
    for (const [at, { rules, ledger, bridged }] of this.#bridges.entries()) {
      if (from !== -1 && (at === from || !bridged)) continue
      for (const { name, rule } of routesOf(rules, message.topic)) {
        const qos = rule.qos ?? message.qos
        ledger.expect({ topic: name, payload: message.payload, qos, retain: rule.retain ?? message.retain }, forEach(times, toRemote(qos, links[at] ?? 'up')))
      }
    }
  }

  #toDevice (device: number, qos: number, presence: Presence): Times {
    if (presence === 'there') return once
    if (!this.#session(device).kept) return atMostOnce
    if (qos === 0) return presence === 'away' ? never : atMostOnce
    return presence === 'broke' && qos === 1 ? atLeastOnce : once
  }

  #retain (message: PlainMessage): void {
    if (message.payload === '') this.retained.delete(message.topic) // [MQTT-3.3.1-10]
    else this.retained.set(message.topic, message)
  }

  /** The highest QoS of the filters that match [MQTT-3.3.5-1]; null: none does. */
  #granted (device: number, topic: string): Qos | null {
    const granted = [...this.#session(device).filters].filter(([filter]) => matchesPlainly(filter, topic)).map(([, qos]) => qos)
    return granted.length === 0 ? null : Math.max(...granted) as Qos
  }

  /** What waits for it goes with it [MQTT-3.1.2-6]. */
  #ends (session: PlainSession): void {
    session.filters.clear()
    session.exists = false
    session.ledger.forgive()
  }

  #session (device: number): PlainSession {
    const session = this.sessions[device]
    if (session === undefined) throw new Error(`there is no device ${device}`)
    return session
  }
}

/** What a remote gets of a message, its session being kept. */
function toRemote (qos: Qos, link: LinkPresence): Times {
  if (link === 'up') return once
  if (qos === 0) return atMostOnce
  return link === 'broke' && qos === 1 ? atLeastOnce : once
}
