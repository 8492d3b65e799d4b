/** What the members of shared groups have to get between them [MQTT-4.8.2-4]: who gets it is the broker's choice. */
import { type Arrival, type Ledger, type Times, keyOf, never } from './ledger.ts'

export class SharedLedger {
  readonly #devices: readonly Ledger[]
  /** By the beginning that the keys of the message have at every device. */
  readonly #wanted = new Map<string, Times>()

  constructor (devices: readonly Ledger[]) {
    this.#devices = devices
  }

  expect (message: Arrival, { min, max }: Times): void {
    const key = beginningOf(message)
    const before = this.#wanted.get(key) ?? never
    this.#wanted.set(key, { min: before.min + min, max: before.max + max })
  }

  /** A session ends, and nobody knows what waited for it: what has not come need not. */
  forgive (): void {
    for (const [key, times] of this.#wanted) if (this.#sums(key).seen < this.#sums(key).own.min + times.min) this.#wanted.set(key, { ...times, min: 0 })
  }

  /** Acknowledgements may be forgotten. */
  mayRepeat (): void {
    for (const [key, times] of this.#wanted) this.#wanted.set(key, { ...times, max: Infinity })
  }

  get isSatisfied (): boolean { return this.#missing().length === 0 }

  complaints (): string[] {
    const tooMuch = [...this.#wanted].flatMap(([key, { max }]) => {
      const { seen, own } = this.#sums(key)
      return seen > own.max + max ? [`devices got ${key} ${seen} times between them, at most ${own.max} of their own and ${max} for their groups allowed`] : []
    })
    return [...this.#missing(), ...tooMuch]
  }

  #missing (): string[] {
    return [...this.#wanted].flatMap(([key, { min }]) => {
      const { seen, own } = this.#sums(key)
      return seen < own.min + min ? [`devices got ${key} ${seen} times between them, and must ${own.min} times of their own and ${min} times for their groups`] : []
    })
  }

  #sums (key: string): { seen: number, own: { min: number, max: number } } {
    const sums = { seen: 0, own: { min: 0, max: 0 } }
    for (const device of this.#devices) {
      const { seen, own } = device.tally(key)
      sums.seen += seen
      sums.own.min += own.min
      sums.own.max += own.max
    }
    return sums
  }
}

function beginningOf (message: Arrival): string {
  const key = keyOf(message)
  return key.slice(0, key.lastIndexOf('" qos ') + 1)
}
