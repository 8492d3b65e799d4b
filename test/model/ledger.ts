/** What each observer has to get, at least and at most how often, and what it got. */

/** How often something happens. */
export interface Times {
  readonly min: number
  readonly max: number
}

export const once: Times = { min: 1, max: 1 }
export const atLeastOnce: Times = { min: 1, max: Infinity }
export const atMostOnce: Times = { min: 0, max: 1 }
export const never: Times = { min: 0, max: 0 }

/** One thing that happens for each time that another does. */
export function forEach (one: Times, other: Times): Times {
  return { min: one.min * other.min, max: one.max === 0 || other.max === 0 ? 0 : one.max * other.max }
}

/** A message as it arrives: all that must be right of it. */
export interface Arrival {
  readonly topic: string
  /** Who sent it and a number that rises, as `d0:17`; empty for one that deletes a retained message. */
  readonly payload: string
  readonly qos: number
  readonly retain: boolean
}

export function keyOf ({ topic, payload, qos, retain }: Arrival): string {
  return `${topic} "${payload}" qos ${qos}${retain ? ' retained' : ''}`
}

export class Ledger {
  readonly #name: string
  readonly #wanted = new Map<string, Times>()
  readonly #arrivals: readonly Arrival[]
  readonly #seen = new Map<string, number>()
  /** What may come instead to another of a shared group. */
  readonly #allowed = new Map<string, number>()
  #counted = 0
  /** Retained messages that come for a new subscription are older than what came before. */
  readonly #isOrdered: (arrival: Arrival) => boolean

  constructor (name: string, arrivals: readonly Arrival[], isOrdered: (arrival: Arrival) => boolean) {
    this.#name = name
    this.#arrivals = arrivals
    this.#isOrdered = isOrdered
  }

  expect (arrival: Arrival, times: Times): void {
    const key = keyOf(arrival)
    const before = this.#wanted.get(key) ?? never
    this.#wanted.set(key, { min: before.min + times.min, max: before.max + times.max })
  }

  /** It may come so many times more. */
  allow (arrival: Arrival, max: number): void {
    const key = keyOf(arrival)
    this.#allowed.set(key, (this.#allowed.get(key) ?? 0) + max)
  }

  /** What has not come by now never will: its session is gone. */
  forgive (): void {
    this.#count()
    for (const [key, times] of this.#wanted) {
      const seen = this.#seen.get(key) ?? 0
      this.#wanted.set(key, { min: Math.min(times.min, seen), max: Math.max(times.min, seen) === times.min ? seen : times.max })
    }
  }

  /** What has not come by now need not. */
  excuse (): void {
    this.#count()
    for (const [key, { min, max }] of this.#wanted) this.#wanted.set(key, { min: Math.min(min, this.#seen.get(key) ?? 0), max })
  }

  /** What came at QoS 1 may come again, or at QoS 2 too: nobody remembers its acknowledgement. */
  mayRepeat (exactlyOnceToo: boolean): void {
    const which = exactlyOnceToo ? / qos [12]( retained)?$/ : / qos 1( retained)?$/
    for (const [key, times] of this.#wanted) if (times.max > 0 && which.test(key)) this.#wanted.set(key, { ...times, max: Infinity })
    for (const key of this.#allowed.keys()) if (which.test(key)) this.#allowed.set(key, Infinity)
  }

  /** How often a message has come and has to come for subscriptions of its own, whatever the QoS. */
  tally (message: string): { readonly seen: number, readonly own: Times } {
    this.#count()
    let seen = 0
    let own = never
    for (const [key, times] of this.#seen) if (key.startsWith(message)) seen += times
    for (const [key, { min, max }] of this.#wanted) if (key.startsWith(message)) own = { min: own.min + min, max: own.max + max }
    return { seen, own }
  }

  /** Has everything come that must? */
  get isSatisfied (): boolean { return this.missing().length === 0 }

  missing (): string[] {
    this.#count()
    return [...this.#wanted].filter(([key, { min }]) => (this.#seen.get(key) ?? 0) < min).map(([key, { min }]) => `${this.#name} lacks ${key}: ${this.#seen.get(key) ?? 0} of ${min}`)
  }

  /** All that is wrong. */
  complaints (): string[] {
    return [...this.missing(), ...this.#tooMuch(), ...this.#overtaken()]
  }

  #count (): void {
    for (; this.#counted < this.#arrivals.length; this.#counted++) {
      const key = keyOf(this.#arrivals[this.#counted] as Arrival)
      this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1)
    }
  }

  #tooMuch (): string[] {
    const most = (key: string): number => (this.#wanted.get(key)?.max ?? 0) + (this.#allowed.get(key) ?? 0)
    return [...this.#seen].filter(([key, seen]) => seen > most(key)).map(([key, seen]) => `${this.#name} got ${key} ${seen} times, at most ${most(key)} allowed`)
  }

  /** First arrivals of one publisher and QoS come in the order in which it sent them [MQTT-4.6.0-6]. */
  #overtaken (): string[] {
    const first = new Set<string>()
    const last = new Map<string, number>()
    const complaints: string[] = []
    for (const arrival of this.#arrivals) {
      const [publisher = '', serial = ''] = arrival.payload.split(':')
      if (arrival.payload === '' || !this.#isOrdered(arrival) || first.has(keyOf(arrival))) continue
      first.add(keyOf(arrival))
      const stream = `${publisher} at qos ${arrival.qos}`
      const before = last.get(stream) ?? -1
      if (Number(serial) < before) complaints.push(`${this.#name} got ${keyOf(arrival)} after number ${before} of ${stream}`)
      last.set(stream, Math.max(before, Number(serial)))
    }
    return complaints
  }
}
