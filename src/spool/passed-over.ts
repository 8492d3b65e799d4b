/**
 * Messages that wait and were not found where a reader expected them: something is damaged there. After a sync that failed they stand in a later file too, so
 * they are lost only when none can hold them any more.
 */
export class PassedOver {
  /** Added in rising order. */
  readonly #numbers = new Set<number>()

  /** Infinity: there is none. */
  get lowest (): number {
    return this.#numbers.values().next().value ?? Infinity
  }

  add (number: number): void {
    this.#numbers.add(number)
  }

  /** Was this one passed over? It has been found now. */
  found (number: number): boolean {
    return this.#numbers.delete(number)
  }

  /** Takes out those below `number`: no file from here on holds them. */
  takeBelow (number: number): number[] {
    const taken: number[] = []
    for (let lowest = this.lowest; lowest < number; lowest = this.lowest) {
      taken.push(lowest)
      this.#numbers.delete(lowest)
    }
    return taken
  }
}
