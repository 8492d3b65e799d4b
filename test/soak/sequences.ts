/** Numbered messages of many publishers: which are missing, which came twice, which were overtaken. */

interface Sequence {
  sent: number
  readonly seen: Set<number>
  highest: number
}

export interface Verdict {
  readonly sent: number
  readonly lost: number
  /** QoS 1 may repeat; QoS 2 may not. */
  readonly twiceQos1: number
  readonly twiceQos2: number
  /** QoS 2 that the sender itself sent anew. */
  readonly sentAnew: number
  /** First arrivals behind a later one of the same publisher. */
  readonly overtaken: number
  /** Some of those that are lost: `publisher number`. */
  readonly examples: readonly string[]
  /** Some of those that were overtaken: `publisher number behind number`. */
  readonly overtakings: readonly string[]
}

export class Sequences {
  readonly #all = new Map<string, Sequence>()
  #twiceQos1 = 0
  #twiceQos2 = 0
  #sentAnew = 0
  readonly #overtakings: string[] = []
  #overtaken = 0

  /** The next of this publisher is on its way. */
  sent (name: string): void {
    this.#of(name).sent++
  }

  /**
   * @param name ends in `q1` or `q2`, the QoS it is sent with
   * @param isSentAnew a second copy is the sender's
   */
  arrived (name: string, number: number, isSentAnew = false): void {
    const sequence = this.#of(name)
    if (sequence.seen.has(number)) {
      if (name.endsWith('q1')) this.#twiceQos1++
      else if (isSentAnew) this.#sentAnew++
      else this.#twiceQos2++
      return
    }
    sequence.seen.add(number)
    if (number < sequence.highest) {
      this.#overtaken++
      if (this.#overtakings.length < 10) this.#overtakings.push(`${name} ${number} behind ${sequence.highest}`)
    }
    sequence.highest = Math.max(sequence.highest, number)
  }

  missing (): number {
    let missing = 0
    for (const { sent, seen } of this.#all.values()) missing += sent - seen.size
    return missing
  }

  verdict (): Verdict {
    let sent = 0
    for (const sequence of this.#all.values()) sent += sequence.sent
    return { sent, lost: this.missing(), twiceQos1: this.#twiceQos1, twiceQos2: this.#twiceQos2, sentAnew: this.#sentAnew, overtaken: this.#overtaken, examples: this.#examples(), overtakings: this.#overtakings }
  }

  #examples (): string[] {
    const examples: string[] = []
    for (const [name, { sent, seen }] of this.#all) {
      for (let number = 0; number < sent && examples.length < 10; number++) if (!seen.has(number)) examples.push(`${name} ${number}`)
    }
    return examples
  }

  #of (name: string): Sequence {
    const known = this.#all.get(name) ?? { sent: 0, seen: new Set<number>(), highest: -1 }
    this.#all.set(name, known)
    return known
  }
}
